import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { StoredEvidence } from '#store/held-history.ts';
import type { Store } from '#store/store.ts';

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A request for proof, open or decided, with its entitlement and account.
 *
 * @param identifier of the account it has to be of, where the caller names one
 * @throws Refusal `not-found`
 */
export async function findEvidence(
  store: Store,
  { organisation }: Pick<Actor, 'organisation'>,
  evidenceId: string,
  identifier?: string,
): Promise<StoredEvidence> {
  const stored = id.test(evidenceId) ? await store.held.findEvidence(organisation.id, evidenceId) : undefined;
  const foreign = identifier !== undefined && stored?.document.account.identifier !== identifier;
  if (!stored || foreign) throw new Refusal({ kind: 'not-found', subject: 'evidence-request' });
  return stored;
}
