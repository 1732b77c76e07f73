import type { ChangeKind } from './change-kinds.ts';
import type { LoggedChange } from './logged-change.ts';

/** Every event type of imin.md 2.11, and the kind of change that it tells of. */
export const iminEvents = {
  'linked-account.disconnected': 'linked-account.disconnected',
  'linked-account.customer-updated': 'linked-account.customer-updated',
  'linked-account.access-pass-updated': 'linked-account.access-pass-updated',
  'linked-account.hidden-entitlement-changed': 'linked-account.hidden-entitlement-changed',
  'entitlement.removed-after-evidence': 'entitlement.removed-after-evidence',
  'customer-account.created': 'account.created',
  'customer-account.updated': 'account.updated',
  'customer-account.erased': 'account.deleted',
  'linked-account.linked': 'linked-account.linked',
  'linked-account.unlinked': 'linked-account.unlinked',
  'access-pass.added': 'access-pass.assigned',
  'access-pass.retired': 'access-pass.retired',
  'entitlement.granted': 'entitlement.granted',
  'entitlement.updated': 'entitlement.updated',
  'entitlement.revoked': 'entitlement.revoked',
  'entitlement.expired': 'entitlement.expired',
  'evidence.requested': 'evidence.requested',
  'evidence.submitted': 'evidence.submitted',
  'evidence.approved': 'evidence.approved',
  'evidence.rejected': 'evidence.rejected',
  'evidence.expired': 'evidence.expired',
  'evidence.withdrawn': 'evidence.withdrawn',
} as const satisfies Record<string, ChangeKind>;

export type IminEventType = keyof typeof iminEvents;

/** The five causes, on by default (imin.md 2.11). */
export const iminCauses = Object.keys(iminEvents).slice(0, 5) as IminEventType[];

const typeByKind = new Map<string, IminEventType>(
  Object.entries(iminEvents).map(([type, kind]) => [kind, type as IminEventType]),
);

/** The event type that tells of a kind of change; undefined where imin has none. */
export function iminEventType(kind: ChangeKind): IminEventType | undefined {
  return typeByKind.get(kind);
}

/**
 * `tessera-event-type` of a message: the types of those kinds that imin has a name for.
 *
 * @param change which the message is about: only accounts are told of, so of any other subject there is nothing to tell
 */
export function iminEventTypes(
  kinds: readonly ChangeKind[],
  { subject }: Pick<LoggedChange, 'subject' | 'kind' | 'cause'>,
): IminEventType[] {
  return subject === 'account' ? kinds.flatMap((kind) => typeByKind.get(kind) ?? []) : [];
}
