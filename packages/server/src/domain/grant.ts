import type { Account } from './account.ts';
import { type Actor, todayOf } from './actor.ts';
import { compact } from './compact.ts';
import { addDuration } from './duration.ts';
import { type Entitlement, ended, isOpen, isValidOn, maxOpenEntitlements, revised } from './entitlement.ts';
import { type EntitlementType, labelOf } from './entitlement-list.ts';
import type { Evidence } from './evidence.ts';
import { newIdentifier } from './identifier.ts';
import { type Fault, Refusal, refuseFaults } from './refusal.ts';
import { addDays } from './time.ts';

/** What is granted, for which days; `validUntil` absent means the type's default duration, null open-ended (openactive.md 3.1). */
export type Grant = {
  /** Absent: the concept that was named is none of the organisation's. */
  type: EntitlementType | undefined;
  validFrom?: string | undefined;
  validUntil?: string | null | undefined;
  reason?: string | undefined;
  /** At its approval, other entitlements of the same list end (imin.md 3.5). */
  replacesOthers?: true;
};

/** What a dialect allows: grants that begin later, hidden types. Native allows both, the others neither (openactive.md 3.6). */
export type GrantRules = { future: boolean; hidden: boolean };

export const anyGrant: GrantRules = { future: true, hidden: true };
export const publicGrant: GrantRules = { future: false, hidden: false };

/** What is wrong with a grant: paths are `entitlementType`, `validFrom`, `validUntil`; codes `unknown-type`, `future`, `past`, `order`. */
export function grantFaults(grant: Grant, today: string, rules: GrantRules): Fault[] {
  const { type } = grant;
  const faults = dateFaults(grant.validFrom ?? today, endOf(grant, today), today, rules);
  if (type?.status !== 'active' || (type.hidden && !rules.hidden)) {
    faults.push({ path: ['entitlementType'], code: 'unknown-type', message: 'is not a concept that can be granted' });
  }
  return faults;
}

/** What is wrong with the days of an entitlement that is granted or changed today. */
export function dateFaults(
  validFrom: string,
  validUntil: string | undefined,
  today: string,
  { future }: Pick<GrantRules, 'future'>,
): Fault[] {
  const faults: Fault[] = [];
  const fault = (path: string, code: string, message: string) => faults.push({ path: [path], code, message });
  if (!future && validFrom > today) fault('validFrom', 'future', 'must not be after today');
  if (validUntil === undefined) return faults;
  if (validUntil <= today) fault('validUntil', 'past', 'must be after today, the end date is exclusive');
  else if (validUntil <= validFrom) fault('validUntil', 'order', 'must be after validFrom, the end date is exclusive');
  return faults;
}

/**
 * Grants an entitlement under the type's evidence policy: active at once, provisional with a request for proof, or pending until
 * proved (openactive.md 3.6). An open one of the same type whose end has come makes room.
 *
 * @throws Refusal `invalid` as {@link grantFaults}, or when the account holds an open one of the type; `too-many`
 */
export function withGrant(account: Account, grant: Grant, actor: Actor, rules: GrantRules): Account {
  const today = todayOf(actor);
  refuseFaults(grantFaults(grant, today, rules));
  const type = grant.type as EntitlementType;
  const others = account.entitlement.map((one) =>
    isOpen(one) && one.type.number === type.number && one.validUntil !== undefined && one.validUntil <= today
      ? ended(one, 'expired', { actor })
      : one,
  );
  const open = others.filter(isOpen);
  if (open.some((one) => one.type.number === type.number)) {
    const message = 'is already granted to this account; change or revoke that entitlement';
    throw new Refusal({ kind: 'invalid', faults: [{ path: ['entitlementType'], code: 'granted', message }] });
  }
  if (open.length >= maxOpenEntitlements)
    throw new Refusal({ kind: 'too-many', what: 'entitlements', limit: maxOpenEntitlements });
  return { ...account, entitlement: [...others, newEntitlement(type, grant, actor)] };
}

function newEntitlement(type: EntitlementType, grant: Grant, actor: Actor): Entitlement {
  const now = actor.now.toISOString();
  const today = todayOf(actor);
  const pending = type.evidence === 'before';
  return compact({
    id: newIdentifier(),
    type: labelOf(type),
    state: pending ? 'pending' : 'active',
    validFrom: grant.validFrom ?? today,
    validUntil: endOf(grant, today),
    revision: 1,
    grantedAt: now,
    grantedBy: actor.name,
    activatedAt: pending ? undefined : now,
    changedAt: now,
    changedBy: actor.name,
    reason: grant.reason,
    replacesOthers: pending ? grant.replacesOthers : undefined,
    evidence: type.evidence === 'none' ? undefined : newEvidence(type, actor),
  }) as Entitlement;
}

/** The request for proof that a type's settings ask for, made today. */
export function newEvidence(
  type: Pick<
    EntitlementType,
    'label' | 'evidenceDeadlineDays' | 'evidenceName' | 'evidenceDescription' | 'evidenceUrl'
  >,
  actor: Actor,
): Evidence {
  return compact({
    id: newIdentifier(),
    state: 'requested',
    requestedAt: actor.now.toISOString(),
    requestedBy: actor.name,
    due: addDays(todayOf(actor), type.evidenceDeadlineDays),
    name: type.evidenceName ?? [...`Send proof for ${type.label}`].slice(0, 100).join(''),
    description: type.evidenceDescription,
    url: type.evidenceUrl,
  }) as Evidence;
}

function endOf({ type, validFrom, validUntil }: Grant, today: string): string | undefined {
  if (validUntil !== undefined) return validUntil ?? undefined;
  return type?.defaultDuration === undefined ? undefined : addDuration(validFrom ?? today, type.defaultDuration);
}

/**
 * Sets the days of an open entitlement; a member that is absent stays, `validUntil: null` makes it open-ended. Dates that are given
 * as they are pass, also when they could not be given anew.
 *
 * @throws Refusal `invalid`
 */
export function withDates(
  entitlement: Entitlement,
  dates: { validFrom?: string | undefined; validUntil?: string | null | undefined; reason?: string | undefined },
  actor: Actor,
  rules: Pick<GrantRules, 'future'>,
): Entitlement {
  const validFrom = dates.validFrom ?? entitlement.validFrom;
  const validUntil = dates.validUntil === undefined ? entitlement.validUntil : (dates.validUntil ?? undefined);
  const same = validFrom === entitlement.validFrom && validUntil === entitlement.validUntil;
  if (same && dates.reason === undefined) return entitlement;
  if (!same) refuseFaults(changedDateFaults(entitlement, validFrom, validUntil, actor, rules));
  const change = { validFrom, validUntil, ...(dates.reason === undefined ? {} : { reason: dates.reason }) };
  return revised(entitlement, change as Partial<Entitlement>, actor);
}

/** As {@link dateFaults}; and days on which it counted stay so: what has begun cannot be made to begin later. */
export function changedDateFaults(
  entitlement: Entitlement,
  validFrom: string,
  validUntil: string | undefined,
  actor: Actor,
  rules: Pick<GrantRules, 'future'>,
): Fault[] {
  const today = todayOf(actor);
  const faults = dateFaults(validFrom, validUntil, today, rules);
  const begun = entitlement.state === 'active' && entitlement.validFrom <= today;
  if (begun && validFrom > entitlement.validFrom && faults.every(({ path }) => path[0] !== 'validFrom')) {
    const message = 'cannot be moved to a later day, because it has begun; revoke it and grant it anew';
    faults.push({ path: ['validFrom'], code: 'begun', message });
  }
  return faults;
}

/** Takes an open entitlement back, from today on. */
export function revoked(entitlement: Entitlement, reason: string, actor: Actor): Entitlement {
  return ended(entitlement, 'revoked', { reason, on: todayOf(actor), actor });
}

/** What dialects that know public, current rights only show: active, valid today, of a type that is not hidden (openactive.md 3.1). */
export function listedOn(account: Account, day: string): Entitlement[] {
  return account.entitlement.filter((one) => !one.type.hidden && isValidOn(one, day));
}

/** Whether rights that are not listed will influence prices (openactive.md 3.7). */
export function hasHiddenEntitlements(account: Account, day: string): boolean {
  return account.hiddenDiscount === true || account.entitlement.some((one) => one.type.hidden && isValidOn(one, day));
}
