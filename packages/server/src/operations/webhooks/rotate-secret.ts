import type { Actor } from '#domain/actor.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import { defaultOverlapHours, maxSecrets } from '#domain/webhook-rules.ts';
import { newSecret } from '#domain/webhook-secret.ts';
import type { WebhookSecrets } from '#domain/webhook-subscription.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import type { Keep } from '../write.ts';
import type { SubscriptionMatch } from './change.ts';
import type { WithSecret } from './create.ts';
import { findSubscription } from './find.ts';
import { activeSecrets, viewOf } from './read.ts';
import { openSecrets, sealSecrets } from './sealing.ts';
import { secretFaults } from './secret-faults.ts';
import { keyOf, type WebhookSettings } from './settings.ts';
import { raised, subscriptionWrite } from './subscription-write.ts';

/** `overlapHours`: for how long the former secrets sign too, 0: not at all. `secret`: the new one; absent: one is made. */
export type Rotation = { overlapHours?: number; secret?: string };

const hour = 3_600_000;

/**
 * Gives a subscription a new signing secret. The former ones sign too until their overlap is over, the latest few of them.
 *
 * @throws Refusal `not-found`, `precondition`, `invalid`, `exists` (it signs with this secret already), `unavailable` (no key)
 */
export async function rotateSecret(
  store: Store,
  actor: Actor,
  id: string,
  { overlapHours = defaultOverlapHours, secret = newSecret() }: Rotation,
  settings: WebhookSettings,
  options: { ifMatch?: SubscriptionMatch; keep?: Keep<WithSecret> } = {},
): Promise<WithSecret> {
  const key = keyOf(settings);
  refuseFaults(secretFaults(secret));
  const place = { organisationId: actor.organisation.id, subscriptionId: id };
  const attempt = async () => {
    const before = await findSubscription(store, actor, id);
    if (options.ifMatch && !options.ifMatch(before.subscription)) throw new Refusal({ kind: 'precondition' });
    const secrets = rotated(openSecrets(key, place, before.sealed), secret, overlapHours, actor.now);
    const stored = {
      subscription: raised(before.subscription, actor),
      sealed: sealSecrets(key, place, secrets),
    };
    const events = ['webhook-subscription.secret-rotated'];
    const write = subscriptionWrite('rotate-secret', before.subscription, stored, ['secret'], events);
    return { result: { ...(await viewOf(store, actor, stored, settings)), secret }, write };
  };
  return changeCatalogue(store, actor, attempt, options.keep);
}

function rotated(present: WebhookSecrets, value: string, overlapHours: number, now: Date): WebhookSecrets {
  const active = activeSecrets(present, now);
  if (active.some((known) => known.value === value)) {
    throw new Refusal({ kind: 'exists', subject: 'webhook-subscription', member: 'secret' });
  }
  const end = new Date(now.getTime() + overlapHours * hour).toISOString();
  const former = active.map((known) => ({ ...known, until: known.until && known.until < end ? known.until : end }));
  const secrets = [{ value }, ...(overlapHours === 0 ? [] : former.slice(0, maxSecrets - 1))];
  return { ...present, secrets };
}
