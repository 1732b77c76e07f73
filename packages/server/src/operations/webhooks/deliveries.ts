import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { Store } from '#store/store.ts';
import type { DeliveryFilter, ListedDelivery } from '#store/webhook-delivery-list.ts';
import { findSubscription } from './find.ts';

export type { DeliveryFilter, ListedDelivery } from '#store/webhook-delivery-list.ts';

/** A delivery with the subscription whose it is: its kinds are shown as that one's format names them. */
export type DeliveryOf = { subscription: WebhookSubscription; delivery: ListedDelivery };

const form = /^msg_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** The id of the delivery with this `webhook-id`; undefined when no delivery can have it. */
export function deliveryIdOf(webhookId: string): string | undefined {
  return form.exec(webhookId)?.slice(1).join('-');
}

/** A page of a subscription's deliveries, the newest first, and whether there are more. */
export async function listDeliveries(
  store: Store,
  { organisation }: Pick<Actor, 'organisation'>,
  subscriptionId: string,
  filter: DeliveryFilter,
  limit: number,
): Promise<{ deliveries: ListedDelivery[]; more: boolean }> {
  const found = await store.webhookDeliveryList.list(organisation.id, subscriptionId, filter, limit + 1);
  return { deliveries: found.slice(0, limit), more: found.length > limit };
}

/** A delivery by its `webhook-id`. Throws Refusal `not-found`. */
export async function readDelivery(
  store: Store,
  actor: Pick<Actor, 'organisation'>,
  subscriptionId: string,
  webhookId: string,
): Promise<DeliveryOf> {
  const { subscription } = await findSubscription(store, actor, subscriptionId);
  const id = deliveryIdOf(webhookId);
  const delivery = id && (await store.webhookDeliveryList.find(actor.organisation.id, subscriptionId, id));
  if (!delivery) throw new Refusal({ kind: 'not-found', subject: 'webhook-delivery' });
  return { subscription, delivery };
}
