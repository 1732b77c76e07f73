import { newIdentifier } from '#domain/identifier.ts';
import { defaultKinds } from '#domain/webhook-kinds.ts';
import { newSecret } from '#domain/webhook-secret.ts';
import type { WebhookFormat, WebhookSubscription } from '#domain/webhook-subscription.ts';
import { changeCatalogue } from '../catalogue.ts';
import type { Keep } from '../write.ts';
import { type Editing, edited, type SubscriptionEdit } from './edited.ts';
import type { SubscriptionView } from './read.ts';
import { sealSecrets } from './sealing.ts';
import { secretFaults } from './secret-faults.ts';
import { keyOf } from './settings.ts';
import { membersChanged, subscriptionWrite } from './subscription-write.ts';

/** A new subscription; what is absent has its default. */
export type NewSubscription = SubscriptionEdit & {
  url: string;
  format?: WebhookFormat;
  /** The organisation's own signing secret; absent: one is made. */
  secret?: string;
};

/** What was made, with the secret that is shown this once. */
export type WithSecret = SubscriptionView & { secret: string };

/**
 * Makes a webhook subscription, which begins with the first change after it.
 *
 * @param editing who makes it, and within which limits
 * @throws Refusal `invalid`, `too-many-subscriptions`, `unavailable` (no key)
 */
export async function createSubscription(
  editing: Editing,
  { format = 'native', secret = newSecret(), ...edit }: NewSubscription,
  keep?: Keep<WithSecret>,
): Promise<WithSecret> {
  const { store, actor, settings } = editing;
  const key = keyOf(settings);
  const at = actor.now.toISOString();
  const blank: WebhookSubscription = {
    id: newIdentifier(),
    url: '',
    format,
    kinds: defaultKinds(format),
    includeAccount: false,
    // A broker is not told of what it did itself, unless it says so (imin.md 2.11).
    exceptClients: format === 'imin' ? [actor.client.id] : [],
    state: 'enabled',
    fromChange: 0,
    version: 1,
    createdAt: at,
    changedAt: at,
  };
  const { subscription, headerValue } = await edited(editing, blank, edit, secretFaults(secret));
  const place = { organisationId: actor.organisation.id, subscriptionId: subscription.id };
  const secrets = { secrets: [{ value: secret }], ...(headerValue ? { headerValue } : {}) };
  const stored = { subscription, sealed: sealSecrets(key, place, secrets) };
  const write = subscriptionWrite('create', undefined, stored, membersChanged(undefined, subscription));
  const result = { subscription, secrets: [{}], backlog: { count: 0 }, secret };
  return changeCatalogue(store, actor, async () => ({ result, write }), keep);
}
