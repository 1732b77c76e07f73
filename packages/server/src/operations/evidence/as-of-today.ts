import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { settled } from '#domain/holdings.ts';
import type { StoredEvidence } from '#store/held-history.ts';
import { tesseraActor } from '../tessera-actor.ts';

type Asking = Pick<Actor, 'organisation' | 'now'>;

/**
 * A request for proof as the days that have passed left it: overdue, or withdrawn because its entitlement is over, also when the job
 * that writes that down has not come by yet.
 */
export function asOfToday(stored: StoredEvidence, asking: Asking): StoredEvidence {
  return asIn(asOfDay(stored.document.account, asking), stored);
}

/** An account as the days that have passed left it. */
export function asOfDay(account: Account, { organisation, now }: Asking): Account {
  return settled(account, tesseraActor(organisation, 'job', now));
}

/** A request for proof as it is in the account, where that is newer than what is written down of the request. */
export function asIn(account: Account, stored: StoredEvidence): StoredEvidence {
  const current = account.entitlement.find(({ id }) => id === stored.entitlement.id);
  // It is over, and that is written down.
  if (!current) return stored;
  const { evidence: newest, ...entitlement } = current;
  return { ...stored, entitlement, evidence: newest?.id === stored.evidence.id ? newest : stored.evidence };
}
