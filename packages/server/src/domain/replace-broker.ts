import type { Account } from './account.ts';
import { type Actor, todayOf } from './actor.ts';
import { addDuration } from './duration.ts';
import { type Entitlement, isOpen, revised } from './entitlement.ts';
import type { EntitlementType } from './entitlement-list.ts';
import { grantFaults, publicGrant, revoked, withDates, withGrant } from './grant.ts';
import { settled } from './holdings.ts';
import { refuseFaults } from './refusal.ts';

/** What a Broker sets. */
export type BrokerGrant = {
  /** Absent: what was named is not a concept of the broker list. */
  type: EntitlementType | undefined;
  /** First day on which it is over; absent: after the concept's default duration from today, or never. */
  validUntil: string | undefined;
};

/**
 * Sets the one entitlement of a list (imin.md 3.1, 3.5). All other open entitlements of the list that are not hidden end, at once or,
 * where proof is needed before, at its approval ({@link withReplacements}); only pending ones are superseded at once then. One of the
 * same concept that is open keeps its proof and its first day, unless that day is still to come.
 *
 * @throws Refusal `invalid` as {@link grantFaults}; `too-many`
 */
export function withBrokerEntitlement(account: Account, grant: BrokerGrant, actor: Actor): Account {
  refuseFaults(grantFaults(grant, todayOf(actor), publicGrant));
  const type = grant.type as EntitlementType;
  const current = settled(account, actor);
  const held = current.entitlement.find((one) => isOpen(one) && one.type.number === type.number);
  const pending = held ? held.state === 'pending' : type.evidence === 'before';
  const replaced = (one: Entitlement) => one.id !== held?.id && (!pending || one.state === 'pending');
  const kept = withoutListed(current, type.list, 'replaced', actor, replaced);
  if (!held) return withGrant(kept, { ...grant, ...(pending ? replacesOthers : {}) }, actor, publicGrant);
  const marked = pending && !held.replacesOthers ? revised(held, replacesOthers, actor) : held;
  return withEntitlement(kept, withDates(marked, daysOf(held, grant, actor), actor, publicGrant));
}

const replacesOthers = { replacesOthers: true } as const;

/** What is set is shown from today on. */
function daysOf(held: Entitlement, { type, validUntil }: BrokerGrant, actor: Actor) {
  const today = todayOf(actor);
  const byDefault = type?.defaultDuration === undefined ? null : addDuration(today, type.defaultDuration);
  return { validFrom: held.validFrom < today ? held.validFrom : today, validUntil: validUntil ?? byDefault };
}

/**
 * Ends what an approved entitlement was granted to replace: all other open entitlements of its list that are not hidden (imin.md 3.5).
 * Nothing happens when it was not granted so.
 *
 * @param entitlementId of an entitlement in the account that has just become active
 */
export function withReplacements(account: Account, entitlementId: string, actor: Actor): Account {
  const approved = account.entitlement.find(({ id }) => id === entitlementId);
  if (!approved?.replacesOthers) return account;
  const { replacesOthers: _, ...done } = approved;
  const others = withoutListed(account, approved.type.list, 'replaced', actor, ({ id }) => id !== entitlementId);
  return withEntitlement(others, done);
}

/**
 * Ends open entitlements of a list that are not hidden.
 *
 * @param which of them; default: all
 * @returns the same object when there are none
 */
export function withoutListed(
  account: Account,
  list: string,
  reason: 'replaced' | 'removed',
  actor: Actor,
  which: (entitlement: Entitlement) => boolean = () => true,
): Account {
  // What is over already was not taken back.
  const current = settled(account, actor);
  const ends = (one: Entitlement) => isOpen(one) && one.type.list === list && !one.type.hidden && which(one);
  if (!current.entitlement.some(ends)) return account;
  return {
    ...current,
    entitlement: current.entitlement.map((one) => (ends(one) ? revoked(one, reason, actor) : one)),
  };
}

/** With an entitlement in its new form. */
function withEntitlement(account: Account, changed: Entitlement): Account {
  return { ...account, entitlement: account.entitlement.map((one) => (one.id === changed.id ? changed : one)) };
}
