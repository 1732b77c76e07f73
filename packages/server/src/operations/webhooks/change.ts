import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { StoredSubscription } from '#store/webhook-subscriptions.ts';
import { changeCatalogue } from '../catalogue.ts';
import { type Edited, type Editing, edited, type SubscriptionEdit } from './edited.ts';
import { findSubscription } from './find.ts';
import { type SubscriptionView, viewOf } from './read.ts';
import { openSecrets, sealSecrets } from './sealing.ts';
import { keyOf, type WebhookSettings } from './settings.ts';
import { membersChanged, raised, subscriptionWrite } from './subscription-write.ts';

/** Whether If-Match names the present state. */
export type SubscriptionMatch = ((subscription: WebhookSubscription) => boolean) | undefined;

/**
 * Changes a webhook subscription. What waits to be sent stays while it is disabled; when it is enabled again it begins with the first
 * change after that. No effective change leaves everything as it was.
 *
 * @param editing who changes it, and within which limits
 * @throws Refusal `not-found`, `precondition`, `invalid`, `unavailable` (no key, where the header changes)
 */
export async function changeSubscription(
  editing: Editing,
  id: string,
  change: { edit: SubscriptionEdit; ifMatch?: SubscriptionMatch },
): Promise<SubscriptionView> {
  const { store, actor, settings } = editing;
  let enabled = false;
  const stored = await changeCatalogue(store, actor, async () => {
    const before = await findSubscription(store, actor, id);
    if (change.ifMatch && !change.ifMatch(before.subscription)) throw new Refusal({ kind: 'precondition' });
    const next = await edited(editing, before.subscription, change.edit);
    const header = next.headerValue === undefined ? [] : ['header'];
    const members = [...new Set([...membersChanged(before.subscription, next.subscription), ...header])];
    if (members.length === 0) return { result: before };
    const subscription = raised(next.subscription, actor);
    const result = { subscription, sealed: resealed(actor, before, next, settings) };
    const turned = before.subscription.state !== subscription.state;
    enabled = turned && subscription.state === 'enabled';
    const events = turned ? [`webhook-subscription.${enabled ? 'enabled' : 'disabled'}`] : [];
    return { result, write: subscriptionWrite('change', before.subscription, result, members, events) };
  });
  if (enabled) await store.webhookDispatch.schedule(actor.organisation.id, id);
  return viewOf(store, actor, stored, settings);
}

/** The secrets with the header's new value; as they are where that stays. */
function resealed(
  { organisation }: Actor,
  { subscription, sealed }: StoredSubscription,
  { headerValue }: Edited,
  settings: WebhookSettings,
): Buffer {
  if (headerValue === undefined) return sealed;
  const key = keyOf(settings);
  const place = { organisationId: organisation.id, subscriptionId: subscription.id };
  const { headerValue: _, ...rest } = openSecrets(key, place, sealed);
  return sealSecrets(key, place, { ...rest, ...(headerValue === null ? {} : { headerValue }) });
}
