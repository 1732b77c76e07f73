import type { AccountDocument } from './account.ts';
import { beginOf, type Entitlement, isOpen, isOverdueOn, isValidOn, wasValidOn } from './entitlement.ts';
import type { OutstandingAction } from './outstanding-action.ts';

/** An entitlement type that an offer names: its URI, and its number where it is one of the organisation's. */
export type AskedType = { uri: string; number: number | undefined };

/** The day that is asked about, and the one it is; calendar dates of the organisation. */
export type AskedDay = { at: string; today: string };

/** Why a type does not open the offer on the day; `on` is the date that decides, `entitlement` the one it is about. */
export type NoMatch = { type: string } & (
  | { code: 'unknown-type' | 'not-held' }
  /** It begins later, on `on`. */
  | { code: 'not-yet-valid'; on: string; entitlement: Entitlement }
  /** Its end date `on` is not after the day: exclusive. */
  | { code: 'ended'; on: string; entitlement: Entitlement }
  /** Taken back: `on` is the first day on which it is not valid any more. */
  | { code: 'revoked'; on: string; entitlement: Entitlement }
  /** It waits for proof. */
  | { code: 'pending-evidence'; entitlement: Entitlement }
  /** Proof is due before the day, on `on`: it will have ended unless that comes. */
  | { code: 'evidence-due'; on: string; entitlement: Entitlement }
);

/** Whether the account may book at all, whatever the offer. It is about now, not about a day. */
export type Standing = {
  status: 'active' | 'passive';
  mayBook: boolean;
  /** Open actions that block booking. */
  blockingActions: OutstandingAction[];
};

/** A customer that was deactivated may not book, nor one that has to do something first (openactive.md 3.7). */
export function standingOf({ account, customer }: AccountDocument): Standing {
  const blockingActions = account.outstandingAction.filter(
    ({ state, blocksBooking }) => state === 'open' && blocksBooking,
  );
  const status = customer.state === 'active' ? 'active' : 'passive';
  return { status, mayBook: status === 'active' && blockingActions.length === 0, blockingActions };
}

/**
 * The entitlements that open an offer of these types on the day: one is enough (openactive.md 2.14). For today and later the open ones
 * decide; for days before, all there ever were, as they are known today.
 */
export function matching(
  types: readonly AskedType[],
  entitlements: readonly Entitlement[],
  { at, today }: AskedDay,
): Entitlement[] {
  const asked = new Set(types.map(({ number }) => number));
  const counts = at < today ? wasValidOn : isValidOn;
  return entitlements.filter((one) => asked.has(one.type.number) && counts(one, at));
}

/**
 * Why none of the types opens the offer on the day, one reason for each: of several entitlements of a type the one that comes closest.
 *
 * @param entitlements all that there ever were, none of them valid on the day
 */
export function noMatches(types: readonly AskedType[], entitlements: readonly Entitlement[], at: string): NoMatch[] {
  return types.map(({ uri, number }) => {
    if (number === undefined) return { type: uri, code: 'unknown-type' };
    const held = entitlements.filter(({ type }) => type.number === number);
    return {
      type: uri,
      ...(waiting(held, at) ?? later(held, at) ?? over(held, at) ?? { code: 'not-held' }),
    } as NoMatch;
  });
}

type Why = Record<'code', string> & Partial<Record<'on', string>> & { entitlement: Entitlement };

/** One whose days include this one, and which waits for proof. */
function waiting(held: Entitlement[], at: string): Why | undefined {
  const entitlement = held.find(
    (one) => isOpen(one) && one.validFrom <= at && (one.validUntil === undefined || at < one.validUntil),
  );
  if (!entitlement) return undefined;
  if (entitlement.state === 'pending') return { code: 'pending-evidence', entitlement };
  return isOverdueOn(entitlement, at)
    ? { code: 'evidence-due', on: entitlement.evidence?.due as string, entitlement }
    : undefined;
}

/** The first one that begins after the day; one that was taken back before its first day never began. */
function later(held: Entitlement[], at: string): Why | undefined {
  const ahead = held.filter((one) => {
    const end = endOf(one);
    return beginOf(one) > at && (isOpen(one) || one.activatedAt !== undefined) && (!end || end > beginOf(one));
  });
  const [first] = ahead.sort((a, b) => (beginOf(a) < beginOf(b) ? -1 : 1));
  return first && { code: 'not-yet-valid', on: beginOf(first), entitlement: first };
}

/** The one that ended last; of several that ended on one day the one that was granted last. */
function over(held: Entitlement[], at: string): Why | undefined {
  let last: { entitlement: Entitlement; on: string } | undefined;
  for (const entitlement of held) {
    const on = endOf(entitlement);
    if (on !== undefined && on <= at && (!last || on >= last.on)) last = { entitlement, on };
  }
  if (!last) return undefined;
  const { state, validUntil } = last.entitlement;
  return { code: state === 'revoked' && last.on !== validUntil ? 'revoked' : 'ended', ...last };
}

/** The first day on which it is not valid any more. */
function endOf({ validUntil, endedOn }: Entitlement): string | undefined {
  if (validUntil === undefined || endedOn === undefined) return validUntil ?? endedOn;
  return validUntil < endedOn ? validUntil : endedOn;
}
