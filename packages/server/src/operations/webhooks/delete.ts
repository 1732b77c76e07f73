import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import type { SubscriptionMatch } from './change.ts';
import { switchedOff } from './edited.ts';
import { findSubscription } from './find.ts';
import { raised, subscriptionWrite } from './subscription-write.ts';

/** Deliveries deleted at a time while nobody waits for it. */
const batch = 5_000;

/**
 * Deletes a webhook subscription with its deliveries, those that wait too. It is switched off first, then the deliveries go, of which
 * there may be very many: neither holds up other writes.
 *
 * @throws Refusal `not-found`, `precondition`
 */
export async function deleteSubscription(
  store: Store,
  actor: Actor,
  id: string,
  ifMatch?: SubscriptionMatch,
): Promise<void> {
  const { organisation } = actor;
  let judged = false;
  const found = async () => {
    const stored = await findSubscription(store, actor, id);
    if (!judged && ifMatch && !ifMatch(stored.subscription)) throw new Refusal({ kind: 'precondition' });
    return stored;
  };
  judged = await changeCatalogue(store, actor, async () => {
    const { subscription, sealed } = await found();
    if (subscription.state === 'disabled') return { result: false };
    const off = { subscription: raised({ ...subscription, ...switchedOff('operator', actor.now) }, actor), sealed };
    const events = ['webhook-subscription.disabled'];
    return { result: true, write: subscriptionWrite('delete', subscription, off, ['state'], events) };
  });
  while ((await store.webhookSubscriptions.trim(organisation.id, id, batch)) === batch) {}
  await changeCatalogue(store, actor, async () => {
    const { version } = (await found()).subscription;
    const change = { subject: 'webhook-subscription', key: id, kind: 'deleted', members: [] as string[] } as const;
    const write = {
      operation: 'webhook-subscriptions.delete',
      subjectKey: id,
      guards: [{ subject: 'webhook-subscription' as const, key: id, expected: version }],
      deletedSubscription: id,
      changes: [{ ...change, version: version + 1 }],
    };
    return { result: undefined, write };
  });
}
