import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import { anyGrant, revoked, withDates } from '#domain/grant.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { editItem, type ItemResult, type Writing } from '../holdings/edit-item.ts';
import { pastEntitlement } from './read.ts';

/** Days and reason of an open entitlement; what is absent stays, `validUntil: null` makes it open-ended. */
export type EntitlementEdit = { validFrom?: string; validUntil?: string | null; reason?: string };

/** Which entitlement of which account. */
export type EntitlementTarget = { identifier: string; id: string };

/**
 * Changes an open entitlement; what it was stays in its history.
 *
 * @throws Refusal `not-found`, `ended`, `invalid`, and as `editAccount`
 */
export function changeEntitlement(
  store: Store,
  actor: Actor,
  { identifier, id }: EntitlementTarget,
  edit: EntitlementEdit,
  writing: Writing<ItemResult<Entitlement>>,
): Promise<ItemResult<Entitlement>> {
  return editItem(store, actor, identifier, 'entitlements.change', writing, async (account) => {
    const open = openIn(account, id);
    if (!open) throw endedRefusal(await pastEntitlement(store, actor, account, id));
    const { reason, ...dates } = edit;
    const changed = withDates(open, reason === open.reason ? dates : edit, actor, anyGrant);
    return [withEntitlement(account, open, changed), changed];
  });
}

/**
 * Takes an entitlement back, from today on. What was revoked before stays as it is, so the request can be repeated.
 *
 * @throws Refusal `not-found`, `ended` (it has expired), and as `editAccount`
 */
export function revokeEntitlement(
  store: Store,
  actor: Actor,
  { identifier, id }: EntitlementTarget,
  reason: string,
  writing: Writing<ItemResult<Entitlement>>,
): Promise<ItemResult<Entitlement>> {
  return editItem(store, actor, identifier, 'entitlements.revoke', writing, async (account) => {
    const open = openIn(account, id);
    if (open) {
      const ended = revoked(open, reason, actor);
      return [withEntitlement(account, open, ended), ended];
    }
    const past = await pastEntitlement(store, actor, account, id);
    if (past.state !== 'revoked') throw endedRefusal(past);
    return [account, past];
  });
}

function openIn(account: Account, id: string): Entitlement | undefined {
  return account.entitlement.find((one) => one.id === id && isOpen(one));
}

function withEntitlement(account: Account, old: Entitlement, next: Entitlement): Account {
  if (next === old) return account;
  return { ...account, entitlement: account.entitlement.map((one) => (one === old ? next : one)) };
}

function endedRefusal({ state }: Entitlement): Refusal {
  return new Refusal({ kind: 'ended', subject: 'entitlement', state });
}
