import type { LoggedChange } from './logged-change.ts';

/**
 * The catalogue of what can happen, in one place for feed, webhooks, history and their documentation: every kind that a change can
 * be asked for by. A change is of the kind of its subject (`account.updated`) and of the kinds of what happened in it
 * (`entitlement.granted`).
 */
export const changeKinds = {
  'customer.created': 'A customer was created.',
  'customer.updated': 'A customer changed: details, state, password, addresses, preferences.',
  'customer.deleted': 'A customer was erased, by a right-to-erasure request or because the customer had expired.',
  'customer.merged': 'A customer was merged into another one. Not yet sent: customers cannot be merged yet.',
  'account.created': 'An account was created.',
  'account.updated': 'What an account shows changed: its own members, what it holds, or its customer.',
  'account.deleted': 'An account was deleted, alone or with its customer.',
  'entitlement.granted': 'An entitlement became active: granted, or proved.',
  'entitlement.updated': 'The dates of an entitlement changed.',
  'entitlement.revoked': 'An entitlement was taken back.',
  'entitlement.expired': 'An entitlement reached its end.',
  'entitlement.removed-after-evidence':
    'An entitlement was removed after its evidence was rejected or its deadline was missed.',
  'evidence.requested': 'Proof was asked for.',
  'evidence.submitted': 'Proof was sent.',
  'evidence.approved': 'Proof was approved.',
  'evidence.rejected': 'Proof was rejected.',
  'evidence.expired': 'The deadline for proof passed.',
  'evidence.withdrawn': 'A request for proof was withdrawn.',
  'access-pass.assigned': 'An access pass was assigned to an account.',
  'access-pass.updated': 'An access pass of an account changed.',
  'access-pass.retired': 'An access pass of an account was retired.',
  'access-pass.released': 'The text of a retired or reserved access pass was made free.',
  'access-pass.reserved': 'Texts of access passes were reserved.',
  'outstanding-action.created': 'An action was put before a customer.',
  'outstanding-action.updated': 'An outstanding action changed.',
  'outstanding-action.completed': 'An outstanding action was completed.',
  'outstanding-action.cancelled': 'An outstanding action was cancelled.',
  'entitlement-list.created': 'An entitlement list was created.',
  'entitlement-list.updated': 'An entitlement list changed.',
  'entitlement-type.created': 'An entitlement type was created.',
  'entitlement-type.updated': 'An entitlement type changed.',
  'pass-namespace.created': 'A pass namespace was created.',
  'pass-namespace.updated': 'A pass namespace changed.',
  'pass-namespace.deleted': 'A pass namespace was deleted.',
  'organisation.updated': 'Settings of the organisation changed.',
  'webhook-subscription.created': 'A webhook subscription was created.',
  'webhook-subscription.updated': 'A webhook subscription changed.',
  'webhook-subscription.deleted': 'A webhook subscription was deleted.',
  'webhook-subscription.enabled': 'A webhook subscription was switched on again.',
  'webhook-subscription.disabled':
    'A webhook subscription was switched off, by an operator or because its endpoint is gone or kept failing.',
  'webhook-subscription.secret-rotated': 'A webhook subscription got a new signing secret.',
  'linked-account.linked': 'A Seller account was linked. Not yet sent: linked accounts do not exist yet.',
  'linked-account.unlinked': 'A Seller account was unlinked. Not yet sent: linked accounts do not exist yet.',
  'linked-account.disconnected': 'A Seller disconnected a linked account. Not yet sent.',
  'linked-account.customer-updated': 'Customer details were updated in a Seller account. Not yet sent.',
  'linked-account.access-pass-updated': 'The access pass was updated in a Seller account. Not yet sent.',
  'linked-account.hidden-entitlement-changed': 'A hidden entitlement changed in a Seller account. Not yet sent.',
} as const;

export type ChangeKind = keyof typeof changeKinds;

/** Every kind there is, in the order of the catalogue. */
export const allChangeKinds = Object.keys(changeKinds) as ChangeKind[];

/**
 * The kinds that a change is of, the one of its subject first. Changes of what is not a customer's repeat it among their events:
 * each kind is told once.
 */
export function kindsOf({ subject, kind, events }: Pick<LoggedChange, 'subject' | 'kind' | 'events'>): ChangeKind[] {
  const kinds = new Set<string>();
  // Of reserved texts only what happened has a name.
  if (subject !== 'access-pass') kinds.add(`${subject}.${kind}`);
  for (const event of events) kinds.add(event);
  if (removing.some((event) => kinds.has(event))) kinds.add('entitlement.removed-after-evidence');
  return [...kinds] as ChangeKind[];
}

/** What to look for among the own kinds and the events of changes, to find those that {@link kindsOf} says are of one of the kinds. */
export function tracesOf(kinds: readonly ChangeKind[]): string[] {
  return kinds.flatMap((kind) => (kind === 'entitlement.removed-after-evidence' ? removing : [kind]));
}

/** A rejected or overdue request for proof takes its entitlement with it (openactive.md 3.6). */
const removing = ['evidence.rejected', 'evidence.expired'];
