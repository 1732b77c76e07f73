import type { Actor } from '#domain/actor.ts';
import type { Store } from '#store/store.ts';
import type { Keep } from '../write.ts';
import { type DeliveryOf, readDelivery } from './deliveries.ts';
import { findEnabled } from './find.ts';
import { steer } from './steer.ts';

/**
 * Sends a delivery again, with the same `webhook-id`; one that waits for its next attempt is sent now. What is over gets all attempts
 * anew.
 *
 * @throws Refusal `not-found`, `subscription-disabled`
 */
export async function resendDelivery(
  store: Store,
  actor: Actor,
  subscriptionId: string,
  webhookId: string,
  keep?: Keep<DeliveryOf>,
): Promise<DeliveryOf> {
  const { subscription, delivery } = await readDelivery(store, actor, subscriptionId, webhookId);
  await findEnabled(store, actor, subscriptionId);
  const { finishedAt: _, ...rest } = delivery;
  const attempts = delivery.state === 'pending' ? delivery.attempts : 0;
  const again = { ...rest, state: 'pending' as const, dueAt: actor.now.toISOString(), attempts };
  const result = { subscription, delivery: again };
  await steer(store, actor, subscriptionId, { repeated: [delivery.id] }, keep?.(result));
  return result;
}
