import type { Account, Aggregate } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import type { Evidence } from '#domain/evidence.ts';
import { withRequest } from '#domain/evidence-steps.ts';
import { newEvidence } from '#domain/grant.ts';
import { Refusal } from '#domain/refusal.ts';
import { addDays } from '#domain/time.ts';
import type { Store } from '#store/store.ts';
import { pastEntitlement } from '../entitlements/read.ts';
import { editItem, type ItemResult } from '../holdings/edit-item.ts';
import type { Keep } from '../write.ts';
import { type EvidenceResult, evidenceResult, withChanged } from './change.ts';

/** What an operator may say otherwise than the type's settings do. */
export type EvidenceWish = { name?: string; description?: string; deadlineDays?: number };

/**
 * An operator asks for proof of an open entitlement; an active one becomes provisional.
 *
 * @throws Refusal `not-found` (account, entitlement), `gone`, `ended` (entitlement), `evidence-state` (one is open already),
 *   `precondition`, `passive`
 */
export async function requestEvidence(
  store: Store,
  actor: Actor,
  { identifier, entitlementId }: { identifier: string; entitlementId: string },
  wish: EvidenceWish,
  { ifMatch, keep }: { ifMatch?: ((aggregate: Aggregate) => boolean) | undefined; keep?: Keep<EvidenceResult> } = {},
): Promise<EvidenceResult> {
  const writing = { ifMatch, keep: keep && ((written: ItemResult<Entitlement>) => keep(evidenceResult(written))) };
  const written = await editItem(store, actor, identifier, 'evidence.request', writing, async (account) => {
    const held = await openEntitlement(store, actor, account, entitlementId);
    const next = withRequest(held, await wished(store, actor, held, wish));
    return [withChanged(account, held, next), next];
  });
  return evidenceResult(written);
}

async function openEntitlement(store: Store, actor: Actor, account: Account, id: string): Promise<Entitlement> {
  const open = account.entitlement.find((one) => isOpen(one) && one.id === id);
  if (open) return open;
  const { state } = await pastEntitlement(store, actor, account, id);
  throw new Refusal({ kind: 'ended', subject: 'entitlement', state });
}

/** What the type's settings ask for, but for what the operator says otherwise. */
async function wished(
  store: Store,
  actor: Actor,
  { type: { number } }: Entitlement,
  { name, description, deadlineDays }: EvidenceWish,
): Promise<Evidence> {
  const [type] = await store.entitlementTypes.find(actor.organisation.id, [{ number }]);
  if (!type) throw new Error(`the entitlement type ${number} is not there`);
  const due = deadlineDays === undefined ? undefined : addDays(todayOf(actor), deadlineDays);
  return { ...newEvidence(type, actor), ...compact({ name, description, due }) } as Evidence;
}
