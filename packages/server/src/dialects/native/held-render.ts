import { type AccessPass, newestFirst } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { type Entitlement, isOpen, isProvisional, isValidOn } from '#domain/entitlement.ts';
import { type TypeLabel, typeUri } from '#domain/entitlement-list.ts';
import type { Evidence } from '#domain/evidence.ts';
import { hasHiddenEntitlements } from '#domain/grant.ts';
import { settled } from '#domain/holdings.ts';
import type { Organisation } from '#domain/organisation.ts';
import type { OutstandingAction } from '#domain/outstanding-action.ts';
import { pictureOf } from '#operations/access-passes/link.ts';

/** What an account holds today; lists without items are omitted. */
export function renderHeld(account: Account, actor: Actor): object {
  // What is over since midnight is not shown, whether the job that writes it down has come by or not.
  const { accessPass, entitlement, outstandingAction } = settled(account, actor);
  return {
    accessPass: listed(newestFirst(accessPass).map((pass) => renderPass(pass, actor.organisation))),
    entitlement: listed(inOrder(entitlement.filter(isOpen), actor).map((one) => renderEntitlement(one, actor))),
    outstandingAction: listed(outstandingAction.map(renderAction)),
    hasHiddenEntitlements: hasHiddenEntitlements(account, todayOf(actor)),
    hiddenDiscount: account.hiddenDiscount ?? false,
  };
}

function listed<T>(items: T[]): T[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** By first day, then by type. */
export function inOrder(
  entitlements: readonly Entitlement[],
  { organisation }: Pick<Actor, 'organisation'>,
): Entitlement[] {
  const key = ({ validFrom, type, id }: Entitlement) => `${validFrom} ${typeUri(organisation.baseUrl, type)} ${id}`;
  return entitlements
    .map((one) => ({ one, key: key(one) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ one }) => one);
}

/** An access pass in native form. A retired one has no picture of ours any more. */
export function renderPass(pass: AccessPass, organisation: Organisation): object {
  const url = pass.state === 'active' ? pictureOf(organisation, pass) : pass.url;
  const { id, namespace, text, state, codeType, assignedAt, assignedBy, retiredAt, retiredBy, reason } = pass;
  return { id, namespace, text, state, codeType, url, assignedAt, assignedBy, retiredAt, retiredBy, reason };
}

/** An entitlement in native form, as of the actor's today. */
export function renderEntitlement(entitlement: Entitlement, actor: Actor): object {
  const {
    id,
    type,
    state,
    validFrom,
    validUntil,
    grantedAt,
    grantedBy,
    endedOn,
    changedAt,
    changedBy,
    reason,
    evidence,
  } = entitlement;
  return {
    id,
    entitlementType: renderType(type, actor.organisation),
    state,
    grantState: grantStateOf(entitlement),
    validFrom,
    validUntil,
    validToday: isValidOn(entitlement, todayOf(actor)),
    grantedAt,
    grantedBy,
    endedOn,
    changedAt,
    changedBy,
    reason,
    evidenceRequest: evidence && renderEvidence(evidence),
  };
}

function grantStateOf(entitlement: Entitlement): 'confirmed' | 'provisional' | 'pending' | undefined {
  if (!isOpen(entitlement)) return undefined;
  if (entitlement.state === 'pending') return 'pending';
  return isProvisional(entitlement) ? 'provisional' : 'confirmed';
}

/** An entitlement type as entitlements show it. */
export function renderType(type: TypeLabel, { baseUrl }: Pick<Organisation, 'baseUrl'>): object {
  return { id: typeUri(baseUrl, type), label: type.label, list: type.list, hidden: type.hidden };
}

/** Without the page for the upload: who may read accounts may not send proof. */
function renderEvidence(evidence: Evidence): object {
  const { id, state, name, description, requestedAt, requestedBy, due } = evidence;
  const { submittedAt, decidedAt, decidedBy, reason } = evidence;
  return {
    id,
    state,
    name,
    description,
    requestedAt,
    requestedBy,
    due,
    submittedAt,
    decidedAt,
    decidedBy,
    reason,
  };
}

/** An outstanding action in native form. */
export function renderAction(action: OutstandingAction): object {
  return { ...action };
}
