import { allChangeKinds, type ChangeKind } from './change-kinds.ts';
import { iminCauses, iminEvents, iminEventType } from './imin-event.ts';
import type { WebhookFormat } from './webhook-subscription.ts';

/** Kinds that can be asked for already although nothing makes such changes yet. The catalogue says why, in words. */
const notYet: ReadonlySet<ChangeKind> = new Set([
  'customer.merged',
  'linked-account.linked',
  'linked-account.unlinked',
  'linked-account.disconnected',
  'linked-account.customer-updated',
  'linked-account.access-pass-updated',
  'linked-account.hidden-entitlement-changed',
]);

/** Of which kinds Entur's feed tells (entur.md 5). */
const enturKinds: readonly ChangeKind[] = [
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.merged',
  'account.created',
  'account.updated',
  'account.deleted',
];

const same = (kinds: readonly ChangeKind[]) => new Map<string, ChangeKind>(kinds.map((kind) => [kind, kind]));

/** For each format what its receivers call a kind, in the order in which it is shown. */
const names: Record<WebhookFormat, ReadonlyMap<string, ChangeKind>> = {
  native: same(allChangeKinds),
  imin: new Map<string, ChangeKind>(Object.entries(iminEvents)),
  entur: same(enturKinds),
};

export const webhookFormats = Object.keys(names) as WebhookFormat[];

/** Whether changes of a kind happen already. */
export function isSent(kind: ChangeKind): boolean {
  return !notYet.has(kind);
}

/** Names of all kinds that a format has, as its receivers call them. */
export function kindNames(format: WebhookFormat): string[] {
  return [...names[format].keys()];
}

/** The kind that a name stands for in a format; undefined when the format has none of this name. */
export function kindNamed(format: WebhookFormat, name: string): ChangeKind | undefined {
  return names[format].get(name);
}

/** What a format calls a kind; undefined when it does not tell of it. */
export function nameOfKind(format: WebhookFormat, kind: ChangeKind): string | undefined {
  const name = format === 'imin' ? iminEventType(kind) : kind;
  return name !== undefined && names[format].has(name) ? name : undefined;
}

/** What a subscription asks for that does not say: in native all that happens, in imin the five causes, in Entur its feed. */
export function defaultKinds(format: WebhookFormat): ChangeKind[] {
  if (format === 'imin') return iminCauses.map((type) => iminEvents[type]);
  return format === 'entur' ? [...enturKinds] : allChangeKinds.filter(isSent);
}
