import type { Actor } from '#domain/actor.ts';
import type { ChangeKind } from '#domain/change-kinds.ts';
import { compact } from '#domain/compact.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import { headerFaults, type StaticHeader } from '#domain/webhook-header.ts';
import { defaultKinds, kindNamed, kindNames } from '#domain/webhook-kinds.ts';
import type { DisabledReason, WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { Store } from '#store/store.ts';
import type { WebhookSettings } from './settings.ts';

/** What callers write of a subscription: absent stays, null removes or brings the default back. Kinds are named as the format does. */
export type SubscriptionEdit = {
  url?: string;
  description?: string | null;
  kinds?: string[] | null;
  includeAccount?: boolean | null;
  exceptClients?: number[];
  header?: Partial<StaticHeader> | null;
  state?: WebhookSubscription['state'];
};

/** Who edits, and within which limits. */
export type Editing = {
  store: Store;
  actor: Actor;
  settings: WebhookSettings;
  /** Refuses whoever may not have accounts sent to a URL: called when that begins. */
  assertIncluding: () => void;
};

/** The subscription as it becomes. `headerValue`: the new value of its static header, null when it has none any more. */
export type Edited = { subscription: WebhookSubscription; headerValue?: string | null };

/** Where imin's receivers look for the key that was agreed with them (imin.md 2.11). */
const iminHeader = 'X-Api-Key';

/**
 * What an edit makes of a subscription. Only values that differ from the present ones are judged.
 *
 * @param others faults of the same body
 * @throws Refusal `invalid` with every fault, and what `assertIncluding` throws
 */
export async function edited(
  { store, actor, settings, assertIncluding }: Editing,
  before: WebhookSubscription,
  edit: SubscriptionEdit,
  others: Fault[] = [],
): Promise<Edited> {
  const kinds = editedKinds(before, edit.kinds);
  const header = editedHeader(before, edit.header);
  const subscription = compact({
    ...before,
    url: edit.url ?? before.url,
    description: edit.description === undefined ? before.description : (edit.description ?? undefined),
    kinds: kinds.value,
    includeAccount: edit.includeAccount === undefined ? before.includeAccount : (edit.includeAccount ?? false),
    exceptClients: edit.exceptClients ?? before.exceptClients,
    headerName: header.name,
    ...editedState(before, edit.state, actor),
    // Another receiver has not failed yet.
    ...(edit.url === undefined || edit.url === before.url ? {} : { failingSince: undefined }),
  }) as WebhookSubscription;
  const elsewhere = subscription.url !== before.url || !before.includeAccount;
  if (subscription.includeAccount && elsewhere) assertIncluding();
  refuseFaults([
    ...urlFaults(before, subscription, settings),
    ...kinds.faults,
    ...includeFaults(subscription),
    ...(await clientFaults(store, actor, before, subscription)),
    ...header.faults,
    ...strangerFaults(before, subscription, header.value),
    ...others,
  ]);
  return { subscription, ...(header.value === undefined ? {} : { headerValue: header.value }) };
}

type State = Pick<WebhookSubscription, 'state' | 'disabledReason' | 'disabledAt'>;

/** What says that a subscription is switched off, and why. */
export function switchedOff(disabledReason: DisabledReason, now: Date): State {
  return { state: 'disabled', disabledReason, disabledAt: now.toISOString() };
}

/** It begins anew when it is switched on: five days of failing are counted from there. */
const switchedOn = { state: 'enabled', disabledReason: undefined, disabledAt: undefined, failingSince: undefined };

function editedState(before: WebhookSubscription, state: State['state'] | undefined, { now }: Actor): object {
  if (state === undefined || state === before.state) return {};
  return state === 'disabled' ? switchedOff('operator', now) : switchedOn;
}

function urlFaults(before: WebhookSubscription, { url }: WebhookSubscription, { urlFault }: WebhookSettings): Fault[] {
  const words = url === before.url ? undefined : urlFault(url);
  return words === undefined ? [] : [{ path: ['url'], code: 'url', message: `cannot be delivered to: ${words}` }];
}

/** The value of the header is a secret of the present receiver: who cannot name it cannot have it sent to another one. */
function strangerFaults(
  before: WebhookSubscription,
  after: WebhookSubscription,
  value: string | null | undefined,
): Fault[] {
  if (before.headerName === undefined || after.headerName === undefined || value !== undefined) return [];
  if (URL.parse(before.url)?.origin === URL.parse(after.url)?.origin) return [];
  const message = 'must be sent again with its value, or null, because the new URL belongs to another origin';
  return [{ path: ['header'], code: 'required', message }];
}

function editedKinds(
  { format, kinds: present }: WebhookSubscription,
  names: string[] | null | undefined,
): { value: ChangeKind[]; faults: Fault[] } {
  if (names === undefined) return { value: present, faults: [] };
  if (names === null) return { value: defaultKinds(format), faults: [] };
  const found = names.map((name) => kindNamed(format, name));
  const message = `must be a kind that the format ${format} has: ${kindNames(format).join(', ')}`;
  const faults = found.flatMap((kind, index) => (kind ? [] : [{ path: ['kinds', index], code: 'value', message }]));
  return { value: found.filter((kind) => kind !== undefined), faults };
}

function includeFaults({ format, includeAccount }: WebhookSubscription): Fault[] {
  if (format === 'native' || !includeAccount) return [];
  const message = `must be false: messages of the format ${format} have no room for an account`;
  return [{ path: ['includeAccount'], code: 'value', message }];
}

async function clientFaults(
  store: Store,
  { organisation }: Actor,
  before: WebhookSubscription,
  { exceptClients }: WebhookSubscription,
): Promise<Fault[]> {
  if (exceptClients.every((id) => before.exceptClients.includes(id))) return [];
  const known = new Set((await store.clients.list(organisation.id)).map(({ id }) => id));
  const message = 'must be the id of an API client of the organisation';
  return exceptClients.flatMap((id, index) =>
    known.has(id) || before.exceptClients.includes(id)
      ? []
      : [{ path: ['exceptClients', index], code: 'value', message }],
  );
}

function editedHeader(
  { format, headerName }: WebhookSubscription,
  header: Partial<StaticHeader> | null | undefined,
): { name: string | undefined; value?: string | null; faults: Fault[] } {
  if (header === undefined) return { name: headerName, faults: [] };
  if (header === null) return { name: undefined, ...(headerName === undefined ? {} : { value: null }), faults: [] };
  const name = header.name ?? headerName ?? (format === 'imin' ? iminHeader : undefined);
  const { value } = header;
  const stays = (member: Fault['path'][number] | undefined) =>
    headerName !== undefined && (member === 'name' ? name === headerName : value === undefined);
  const faults = headerFaults(compact({ name, value }) as Partial<StaticHeader>)
    .filter(({ path }) => !stays(path[0]))
    .map((fault) => ({ ...fault, path: ['header', ...fault.path] }));
  return { name, ...(value === undefined ? {} : { value }), faults };
}
