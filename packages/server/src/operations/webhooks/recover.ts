import type { Actor } from '#domain/actor.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { Store } from '#store/store.ts';
import type { Keep } from '../write.ts';
import { findEnabled } from './find.ts';
import { deliveriesOf } from './match.ts';
import { steer } from './steer.ts';

/** Changes looked at in one transaction, and in one call. */
const bounds = { batch: 1_000, call: 100_000 };

/** Where a range of changes begins or ends: at the number of a change, which belongs to it, or at an instant. */
export type Bound = number | Date;

export type Recovery = {
  from: Bound;
  /** Absent: up to what is sent by itself. A change at this very instant is not meant any more. */
  until?: Bound;
  /** What was delivered is sent again too. */
  includeDelivered?: boolean;
};

/** What became of the changes with numbers `from` to `until`: deliveries made, and deliveries that are sent again. */
export type Recovered = {
  from: number;
  until: number;
  created: number;
  repeated: number;
  /** There was more than one call does: the rest begins at this number. */
  continueFrom?: number;
};

/**
 * Delivers what a subscription asks for in a range of changes and was not delivered: because it was disabled, came later, or the
 * receiver failed for too long. What waits already waits on; what was delivered stays so unless that is wanted.
 *
 * @throws Refusal `not-found`, `subscription-disabled`, `invalid`, `changes-pruned`
 */
export async function recover(
  store: Store,
  actor: Actor,
  id: string,
  { from, until, includeDelivered = false }: Recovery,
  options: { keep?: Keep<Recovered>; bounds?: typeof bounds } = {},
): Promise<Recovered> {
  const { batch, call } = options.bounds ?? bounds;
  const { subscription } = await findEnabled(store, actor, id);
  const range = await rangeOf(store, actor, subscription, { from, until });
  const last = Math.min(range.until, range.from + call - 1);
  const counts = { created: 0, repeated: 0 };
  for (let position = range.from - 1; position < last; position += batch) {
    const { changes } = await store.changes.after(actor.organisation.id, position, Math.min(batch, last - position));
    const inRange = changes.filter(({ number }) => number <= last); // not so when changes were pruned meanwhile
    const { added, repeated } = await recovered(store, actor, subscription, inRange, includeDelivered);
    counts.created += added;
    counts.repeated += repeated;
  }
  const rest = last < range.until ? { continueFrom: last + 1 } : {};
  const result = { from: range.from, until: last, ...counts, ...rest };
  if (options.keep) await steer(store, actor, id, {}, options.keep(result));
  return result;
}

async function recovered(
  store: Store,
  actor: Actor,
  subscription: WebhookSubscription,
  changes: readonly LoggedChange[],
  includeDelivered: boolean,
): Promise<{ added: number; repeated: number }> {
  const { organisation } = actor;
  const { id } = subscription;
  const wanted = changes.filter((change) => deliveriesOf(organisation.id, [change], subscription).length > 0);
  if (wanted.length === 0) return { added: 0, repeated: 0 };
  const known = await store.webhookDeliveryList.ofChanges(organisation.id, id, wanted);
  const missing = wanted.filter(({ number }) => !known.has(number));
  const again = [...known.values()].flatMap((deliveries) => deliveries.filter(({ state }) => isAgain(state)));
  const added = deliveriesOf(organisation.id, missing, subscription);
  const repeated = [...new Set(again.map((delivery) => delivery.id))];
  if (added.length + repeated.length === 0) return { added: 0, repeated: 0 };
  return steer(store, actor, id, { added, repeated });

  function isAgain(state: string): boolean {
    return state === 'failed' || (state === 'delivered' && includeDelivered);
  }
}

/** The range in numbers. It ends where the dispatcher has not been yet: what follows is sent by itself. */
async function rangeOf(
  store: Store,
  { organisation, now }: Actor,
  subscription: WebhookSubscription,
  { from, until }: { from: Bound; until: Bound | undefined },
): Promise<{ from: number; until: number }> {
  if (until !== undefined && typeof until === typeof from && until < from) {
    refuseFaults([{ path: ['until'], code: 'range', message: 'must not lie before from' }]);
  }
  const { prunedTo, newest } = await store.changes.range(organisation.id);
  const position = await store.webhookDeliveryList.position(organisation.id);
  if (from instanceof Date ? from > now : from > newest) {
    const message = `must not lie ahead of the newest change, which is number ${newest}`;
    refuseFaults([{ path: ['from'], code: 'range', message }]);
  }
  const numberAt = async (bound: Bound) =>
    bound instanceof Date ? store.changes.firstAt(organisation.id, bound) : bound;
  const first = await numberAt(from);
  // What was there before the first change that is kept nobody knows, so an instant before that one may mean some of it.
  if (first <= prunedTo || (from instanceof Date && prunedTo > 0 && first === prunedTo + 1)) {
    throw new Refusal({ kind: 'changes-pruned', prunedTo, newest });
  }
  const end = until instanceof Date ? (await numberAt(until)) - 1 : (until ?? newest);
  const last = Math.min(end, newest, Math.max(position, subscription.fromChange));
  return { from: first, until: Math.max(last, first - 1) };
}
