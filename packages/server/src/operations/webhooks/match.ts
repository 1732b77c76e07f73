import { uuidv7 } from 'uuidv7';
import { type ChangeKind, kindsOf } from '#domain/change-kinds.ts';
import { enturEvent } from '#domain/entur-event.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import type { NewDelivery, SubscriptionFilter } from '#store/webhook-dispatch.ts';

/** Deliveries, and which subscriptions were switched on or off by the changes that they were made of. */
export type Matched = { deliveries: NewDelivery[]; listening: Map<string, boolean> };

/**
 * The deliveries that changes call for, in the order of the changes, as each subscription was at that place of the log: one per
 * subscription and change; in the format `imin`, whose message says only "read this account again", one per subscription and account.
 */
export function matched(
  organisationId: number,
  changes: readonly LoggedChange[],
  subscriptions: readonly SubscriptionFilter[],
): Matched {
  const listening = new Map<string, boolean>();
  const deliveries = new Deliveries();
  for (const change of changes) {
    const turned = turnedBy(change);
    // Who is switched off is not told of it; who is switched on is told of what comes after it.
    if (turned?.on === false) listening.set(turned.id, false);
    for (const subscription of subscriptions) {
      const { id, fromChange } = subscription;
      if (change.number <= fromChange || !(listening.get(id) ?? subscription.listening)) continue;
      deliveries.add(subscription, change, wantedKinds(organisationId, subscription, change));
    }
    if (turned?.on) listening.set(turned.id, true);
  }
  const known = new Set(subscriptions.map(({ id }) => id));
  return { deliveries: deliveries.made, listening: new Map([...listening].filter(([id]) => known.has(id))) };
}

/** The deliveries that changes call for, whether the subscription was enabled at the time or not. */
export function deliveriesOf(
  organisationId: number,
  changes: readonly LoggedChange[],
  subscription: Wishes,
): NewDelivery[] {
  const deliveries = new Deliveries();
  for (const change of changes) deliveries.add(subscription, change, wantedKinds(organisationId, subscription, change));
  return deliveries.made;
}

type Wishes = Pick<SubscriptionFilter, 'id' | 'format' | 'kinds' | 'exceptClients'>;

/** The subscription that a change switches on or off. */
function turnedBy({ key, events }: LoggedChange): { id: string; on: boolean } | undefined {
  if (key === undefined) return undefined;
  if (events.includes('webhook-subscription.disabled')) return { id: key, on: false };
  return events.includes('webhook-subscription.enabled') ? { id: key, on: true } : undefined;
}

/** Of the kinds of a change those that are sent to a subscription. */
function wantedKinds(
  organisationId: number,
  { format, kinds, exceptClients }: Wishes,
  change: LoggedChange,
): ChangeKind[] {
  const wanted = kindsOf(change).filter((kind) => kinds.includes(kind));
  if (wanted.length === 0 || exceptClients.includes(change.clientId)) return [];
  if (format === 'imin') return change.accountNumber === undefined ? [] : wanted;
  if (format === 'entur') return enturEvent(change, organisationId) === undefined ? [] : wanted;
  return wanted;
}

/** Deliveries in the making. */
class Deliveries {
  readonly made: NewDelivery[] = [];
  readonly #waiting = new Map<string, NewDelivery>();

  add({ id: subscriptionId, format }: Wishes, change: LoggedChange, kinds: ChangeKind[]): void {
    if (kinds.length === 0) return;
    const { number, customerNumber, accountNumber, identifier, at } = change;
    const mergeable = format === 'imin';
    const key = `${subscriptionId} ${accountNumber}`;
    const joined = mergeable ? this.#waiting.get(key) : undefined;
    if (joined) {
      joined.kinds = [...new Set([...joined.kinds, ...kinds])];
      joined.lastChange = number;
      return;
    }
    const delivery: NewDelivery = {
      id: uuidv7(),
      subscriptionId,
      changeNumber: number,
      lastChange: number,
      kinds,
      ...(customerNumber === undefined ? {} : { customerNumber }),
      ...(accountNumber === undefined ? {} : { accountNumber }),
      ...(mergeable && identifier !== undefined ? { identifier } : {}),
      at,
      mergeable,
    };
    this.made.push(delivery);
    if (mergeable) this.#waiting.set(key, delivery);
  }
}
