import type { Actor } from '#domain/actor.ts';
import type { ChangeKind } from '#domain/change-kinds.ts';
import { nameOfKind } from '#domain/webhook-kinds.ts';
import { type WebhookFormat, type WebhookSubscription, webhookId } from '#domain/webhook-subscription.ts';
import type { Answer } from '#http/answer.ts';
import type { WithSecret } from '#operations/webhooks/create.ts';
import type { DeliveryOf } from '#operations/webhooks/deliveries.ts';
import type { Backlog, SubscriptionView } from '#operations/webhooks/read.ts';
import { catalogueTag } from './catalogue-render.ts';

/** A subscription as it may be shown; `fromChange` and `version` stay inside. */
export function renderSubscription({ now }: Pick<Actor, 'now'>, view: SubscriptionView): object {
  const { fromChange: _, version: __, kinds, createdAt, changedAt, ...shown } = view.subscription;
  return {
    ...shown,
    kinds: namesOf(shown.format, kinds),
    ...(view.secrets ? { secrets: view.secrets } : {}),
    pending: renderBacklog(view.backlog, now),
    createdAt,
    changedAt,
  };
}

/** @param status 201 with the address of what was made */
export function subscriptionAnswer(actor: Actor, status: 200 | 201, view: SubscriptionView, more: object = {}): Answer {
  const { subscription } = view;
  const location =
    status === 201 ? { Location: `${actor.organisation.baseUrl}/v1/webhook-subscriptions/${subscription.id}` } : {};
  const headers = { ETag: `"${catalogueTag(subscription)}"`, ...location };
  return { status, headers, body: { ...renderSubscription(actor, view), ...more } };
}

/** With the secret, which is shown this once. */
export function secretAnswer(actor: Actor, status: 200 | 201, { secret, ...view }: WithSecret): Answer {
  return subscriptionAnswer(actor, status, view, { secret, secretShown: true });
}

/** The same answer as it is kept for repeats: kept answers are not encrypted, so the secret is not in them. */
export function keptSecretAnswer(actor: Actor, status: 200 | 201, { secret: _, ...view }: WithSecret): Answer {
  return subscriptionAnswer(actor, status, view, { secretShown: false });
}

export function renderDelivery({ subscription, delivery }: DeliveryOf): object {
  const { id: _, subscriptionId: __, accountNumber: ___, dueAt, example, kinds, log, finishedAt, ...shown } = delivery;
  const { format } = subscription;
  return {
    webhookId: webhookId(delivery),
    ...shown,
    kinds: namesOf(format, kinds),
    ...(example === undefined ? {} : { example: nameOfKind(format, example) ?? example }),
    ...(dueAt === undefined ? {} : { nextAttemptAt: dueAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    log,
  };
}

/** A delivery that is sent now. */
export function acceptedDelivery({ organisation }: Actor, sent: DeliveryOf): Answer {
  const address = `/v1/webhook-subscriptions/${sent.subscription.id}/deliveries/${webhookId(sent.delivery)}`;
  return { status: 202, headers: { Location: `${organisation.baseUrl}${address}` }, body: renderDelivery(sent) };
}

/** The entity tag of a subscription; how its deliveries fare is not part of what it stands for. */
export function subscriptionTags(subscription: WebhookSubscription): string[] {
  return [catalogueTag(subscription)];
}

function namesOf(format: WebhookFormat, kinds: readonly ChangeKind[]): string[] {
  return kinds.map((kind) => nameOfKind(format, kind) ?? kind);
}

function renderBacklog({ count, oldestAt }: Backlog, now: Date): object {
  if (oldestAt === undefined) return { count };
  const age = Math.max(0, Math.floor((now.getTime() - Date.parse(oldestAt)) / 1000));
  return { count, oldestAt, oldestAgeSeconds: age };
}
