import type { Actor } from '#domain/actor.ts';
import type { WebhookSecrets, WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { Store } from '#store/store.ts';
import type { Backlog, StoredSubscription } from '#store/webhook-subscriptions.ts';
import { findSubscription } from './find.ts';
import { openSecrets } from './sealing.ts';
import type { WebhookSettings } from './settings.ts';

/** A subscription as it may be shown: never a secret, only which there are. */
export type SubscriptionView = {
  subscription: WebhookSubscription;
  /** Until when each secret signs, the newest first; absent when this server does not have the key they are encrypted with. */
  secrets?: { until?: string }[];
  backlog: Backlog;
};

export type { Backlog } from '#store/webhook-subscriptions.ts';

/** A webhook subscription, with how its deliveries fare. Throws Refusal `not-found`. */
export async function readSubscription(
  store: Store,
  actor: Actor,
  id: string,
  settings: WebhookSettings,
): Promise<SubscriptionView> {
  return viewOf(store, actor, await findSubscription(store, actor, id), settings);
}

/** All webhook subscriptions of the organisation, in the order in which they were made. */
export async function listSubscriptions(
  store: Store,
  actor: Actor,
  settings: WebhookSettings,
): Promise<SubscriptionView[]> {
  const all = await store.webhookSubscriptions.list(actor.organisation.id);
  const ids = all.map(({ subscription }) => subscription.id);
  const backlogs = await store.webhookSubscriptions.backlogs(actor.organisation.id, ids);
  return all.map((stored) => shown(actor, stored, settings, backlogs.get(stored.subscription.id)));
}

/** A stored subscription as it may be shown. */
export async function viewOf(
  store: Store,
  actor: Actor,
  stored: StoredSubscription,
  settings: WebhookSettings,
): Promise<SubscriptionView> {
  const { id } = stored.subscription;
  const backlogs = await store.webhookSubscriptions.backlogs(actor.organisation.id, [id]);
  return shown(actor, stored, settings, backlogs.get(id));
}

/** The secrets that sign at an instant, the newest first. */
export function activeSecrets({ secrets }: WebhookSecrets, now: Date): WebhookSecrets['secrets'] {
  return secrets.filter(({ until }) => until === undefined || until > now.toISOString());
}

function shown(
  { organisation, now }: Actor,
  { subscription, sealed }: StoredSubscription,
  { key }: WebhookSettings,
  backlog: Backlog = { count: 0 },
): SubscriptionView {
  if (!key) return { subscription, backlog };
  const place = { organisationId: organisation.id, subscriptionId: subscription.id };
  const secrets = activeSecrets(openSecrets(key, place, sealed), now).map(({ value: _, ...rest }) => rest);
  return { subscription, secrets, backlog };
}
