import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import type { StoredSubscription } from '#store/webhook-subscriptions.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A webhook subscription as it is stored. Throws Refusal `not-found`. */
export async function findSubscription(
  store: Store,
  { organisation }: Pick<Actor, 'organisation'>,
  id: string,
): Promise<StoredSubscription> {
  const stored = uuid.test(id) ? await store.webhookSubscriptions.find(organisation.id, id) : undefined;
  if (!stored) throw new Refusal({ kind: 'not-found', subject: 'webhook-subscription' });
  return stored;
}

/** The same, of one that is enabled: what is asked of it would otherwise wait unnoticed. Throws `subscription-disabled` too. */
export async function findEnabled(
  store: Store,
  actor: Pick<Actor, 'organisation'>,
  id: string,
): Promise<StoredSubscription> {
  const stored = await findSubscription(store, actor, id);
  if (stored.subscription.state === 'disabled') throw new Refusal({ kind: 'subscription-disabled' });
  return stored;
}
