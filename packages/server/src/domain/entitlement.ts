import type { Actor } from './actor.ts';
import { compact } from './compact.ts';
import type { TypeLabel } from './entitlement-list.ts';
import { type Evidence, isOpenRequest, withdrawn } from './evidence.ts';

/**
 * pending: waits for proof, not valid; active: valid on its days; revoked: taken back; expired: its end date has come
 * (openactive.md 3.6). Pending and active ones are open, at most one per account and type.
 */
export type EntitlementState = 'pending' | 'active' | 'revoked' | 'expired';

/**
 * An account's right to an entitlement type on the days `validFrom <= d < validUntil`: dates in the organisation's time zone, the end
 * EXCLUSIVE, absent when open-ended. Instants are ISO 8601 UTC.
 */
export type Entitlement = {
  id: string;
  type: TypeLabel;
  state: EntitlementState;
  validFrom: string;
  validUntil?: string;
  /** Rises with every change; each former one is kept in the history. */
  revision: number;
  grantedAt: string;
  grantedBy: string;
  /** When it became active for the first time; absent: it never was. */
  activatedAt?: string;
  /** The first day on which it counted, where it had to be proved before. */
  activeFrom?: string;
  /** The first day on which it was not valid any more because it was revoked. */
  endedOn?: string;
  changedAt: string;
  changedBy: string;
  /** Why it is as it is: the operator's words, or `removed`, `replaced`, `evidenceRejected`, `evidenceOverdue`, `withdrawn`. */
  reason?: string;
  /** The newest request for proof. */
  evidence?: Evidence;
  /** Pending: at its approval, other entitlements of the same list end (imin.md 3.5). */
  replacesOthers?: true;
};

export const maxOpenEntitlements = 500;

export function isOpen({ state }: Entitlement): boolean {
  return state === 'pending' || state === 'active';
}

/** Whether an open entitlement counts on a day from today on: the days of {@link Entitlement}, and proof not overdue by then. */
export function isValidOn(entitlement: Entitlement, day: string): boolean {
  const { state, validFrom, validUntil } = entitlement;
  if (state !== 'active' || validFrom > day || (validUntil !== undefined && validUntil <= day)) return false;
  return !isOverdueOn(entitlement, day);
}

/** The first day on which it counts or counted, once it is active. */
export function beginOf({ validFrom, activeFrom }: Entitlement): string {
  return activeFrom !== undefined && activeFrom > validFrom ? activeFrom : validFrom;
}

/** Whether an entitlement, open or ended, counted on a day that is past, as far as is known today. */
export function wasValidOn(entitlement: Entitlement, day: string): boolean {
  const { activatedAt, validUntil, endedOn } = entitlement;
  if (activatedAt === undefined || beginOf(entitlement) > day) return false;
  return [validUntil, endedOn].every((end) => end === undefined || day < end) && !isOverdueOn(entitlement, day);
}

/** Whether proof was asked for and has not come before the day; the deadline is exclusive. */
export function isOverdueOn({ evidence }: Entitlement, day: string): boolean {
  return evidence?.state === 'requested' && evidence.due !== undefined && evidence.due <= day;
}

/** Provisional: active while the proof that was asked for is still open (openactive.md 3.6). */
export function isProvisional({ state, evidence }: Entitlement): boolean {
  return state === 'active' && evidence !== undefined && isOpenRequest(evidence);
}

/** The dates at which what is shown of an open entitlement changes by itself. */
export function boundariesOf({ state, validFrom, validUntil, evidence }: Entitlement): string[] {
  const due = evidence?.state === 'requested' ? evidence.due : undefined;
  return [state === 'active' ? validFrom : undefined, validUntil, due].filter((date) => date !== undefined);
}

/**
 * How many of the dates are on or before today: the `n` of an entity tag (openactive.md 3.2), so that the tag changes when the
 * passing of a day changes what is shown.
 */
export function datesReached(entitlements: readonly Entitlement[], today: string): number {
  return entitlements.flatMap(boundariesOf).filter((date) => date <= today).length;
}

/** The earliest date after today at which what is shown changes by itself. */
export function nextBoundary(entitlements: readonly Entitlement[], today: string): string | undefined {
  const ahead = entitlements.flatMap(boundariesOf).filter((date) => date > today);
  return ahead.length === 0 ? undefined : ahead.reduce((least, date) => (date < least ? date : least));
}

/** The entitlement with members changed, stamped with who did it and why; a reason given before does not stay. */
export function revised(
  { reason: _, ...entitlement }: Entitlement,
  change: Partial<Entitlement>,
  actor: Actor,
): Entitlement {
  const stamps = { changedAt: actor.now.toISOString(), changedBy: actor.name };
  return compact({ ...entitlement, ...change, ...stamps }) as Entitlement;
}

/** Ends an open entitlement, and withdraws an open request for proof with it. `endedOn` is today unless the end came by itself. */
export function ended(
  entitlement: Entitlement,
  state: 'revoked' | 'expired',
  { reason, on, actor }: { reason?: string | undefined; on?: string; actor: Actor },
): Entitlement {
  const { evidence } = entitlement;
  const open = evidence !== undefined && isOpenRequest(evidence);
  const change: Partial<Entitlement> = { state, ...(reason === undefined ? {} : { reason }) };
  if (state === 'revoked' && on !== undefined) change.endedOn = on;
  if (open) change.evidence = withdrawn(evidence, actor);
  return revised(entitlement, change, actor);
}
