import type { Organisation } from '#domain/organisation.ts';
import type { DisabledReason } from '#domain/webhook-subscription.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import { tesseraActor } from '../tessera-actor.ts';
import { switchedOff } from './edited.ts';
import { membersChanged, raised, subscriptionWrite } from './subscription-write.ts';

/**
 * Switches a subscription off in the name of Tessera, because its endpoint is gone or kept failing (imin.md 2.11); whoever follows
 * the changes is told. What waits stays, and goes out when an operator switches it on again. Not when it has succeeded meanwhile
 * (`failing`), or was deleted.
 *
 * @param url where was sent to: an operator who has changed it meanwhile keeps the subscription
 * @returns whether it was on until now
 * @throws Unavailable
 */
export async function disableSubscription(
  store: Store,
  organisation: Organisation,
  id: string,
  reason: Exclude<DisabledReason, 'operator'>,
  now: Date,
  url?: string,
): Promise<boolean> {
  const actor = tesseraActor(organisation, 'job', now);
  return changeCatalogue(store, actor, async () => {
    const before = await store.webhookSubscriptions.find(organisation.id, id);
    if (before?.subscription.state !== 'enabled') return { result: false };
    if (url !== undefined && before.subscription.url !== url) return { result: false };
    if (reason === 'failing' && before.subscription.failingSince === undefined) return { result: false };
    const subscription = raised({ ...before.subscription, ...switchedOff(reason, now) }, actor);
    const members = membersChanged(before.subscription, subscription);
    const stored = { subscription, sealed: before.sealed };
    const events = ['webhook-subscription.disabled'];
    return { result: true, write: subscriptionWrite('disable', before.subscription, stored, members, events) };
  });
}
