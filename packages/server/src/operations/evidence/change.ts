import type { Account, Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import type { Evidence, EvidenceState } from '#domain/evidence.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import type { AccountResult } from '../accounts/create.ts';
import { editItem, type ItemResult } from '../holdings/edit-item.ts';
import type { Keep } from '../write.ts';
import { findEvidence } from './find.ts';

/** A request for proof as a step left it, with the entitlement it is for, which may be over now, and the account. */
export type EvidenceResult = AccountResult & { evidence: Evidence; entitlement: Entitlement };

/** Whether the entity tag of If-Match names the present state of the account of that identifier. */
export type EvidenceMatch = ((aggregate: Aggregate, identifier: string) => boolean) | undefined;

export type EvidenceChange = {
  operation: string;
  /** The account that the request has to be of, where the caller names one. */
  identifier?: string | undefined;
  ifMatch?: EvidenceMatch;
  /** The entitlement after the step. */
  step: (entitlement: Entitlement) => Entitlement;
  /** What the step means for the rest of the account. */
  afterwards?: (account: Account, entitlement: Entitlement) => Account;
  keep?: Keep<EvidenceResult>;
};

/**
 * Takes one step of a request for proof, with its effect on the entitlement, in one transaction.
 *
 * @throws Refusal `not-found`, `evidence-state`, `precondition`, `passive`
 */
export async function changeEvidence(
  store: Store,
  actor: Actor,
  evidenceId: string,
  { operation, identifier, ifMatch, step, afterwards = (account) => account, keep }: EvidenceChange,
): Promise<EvidenceResult> {
  const { document } = await findEvidence(store, actor, evidenceId, identifier);
  const { identifier: of } = document.account;
  const writing = {
    ifMatch: ifMatch && ((aggregate: Aggregate) => ifMatch(aggregate, of)),
    keep: keep && ((written: ItemResult<Entitlement>) => keep(evidenceResult(written))),
  };
  const work = editItem<Entitlement>(store, actor, of, operation, writing, async (account) => {
    const held = account.entitlement.find((one) => isOpen(one) && one.evidence?.id === evidenceId);
    if (!held) throw new Refusal({ kind: 'evidence-state', state: await stateOf(store, actor, account, evidenceId) });
    const next = step(held);
    return [afterwards(withChanged(account, held, next), next), next];
  });
  return evidenceResult(await work.catch(goneWithAccount));
}

/** An account that went since the request was found has taken it with it. */
function goneWithAccount(error: unknown): never {
  if (error instanceof Refusal && ['gone', 'not-found'].includes(error.reason.kind))
    throw new Refusal({ kind: 'not-found', subject: 'evidence-request' });
  throw error;
}

/** What a write made of a request for proof and its entitlement. */
export function evidenceResult({ item, ...written }: ItemResult<Entitlement>): EvidenceResult {
  return { ...written, entitlement: item, evidence: item.evidence as Evidence };
}

/** The account with one of its entitlements in a new form. */
export function withChanged(account: Account, old: Entitlement, next: Entitlement): Account {
  return { ...account, entitlement: account.entitlement.map((one) => (one === old ? next : one)) };
}

/** The state of a request that is not open: the day has ended it, or it was decided before. */
async function stateOf(store: Store, actor: Actor, account: Account, evidenceId: string): Promise<EvidenceState> {
  const ended = account.entitlement.find(({ evidence }) => evidence?.id === evidenceId)?.evidence;
  return (ended ?? (await findEvidence(store, actor, evidenceId)).evidence).state;
}
