import type { Actor } from '#domain/actor.ts';
import { changedMembers } from '#domain/catalogue-rules.ts';
import type { WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { CatalogueWrite } from '#store/catalogue-writer.ts';
import type { StoredSubscription } from '#store/webhook-subscriptions.ts';

/** What followed from other members, or is how deliveries fare. */
const notMembers = ['id', 'disabledReason', 'disabledAt', 'fromChange', 'failingSince', 'succeededAt'];

/** Names of the members in which two states of a subscription differ. The value of its header is not one of them. */
export function membersChanged(before: WebhookSubscription | undefined, after: WebhookSubscription): string[] {
  const members = changedMembers(before, after).filter((member) => !notMembers.includes(member));
  return members.map((member) => (member === 'headerName' ? 'header' : member));
}

/** A subscription with the version it has after a write. */
export function raised(subscription: WebhookSubscription, actor: Pick<Actor, 'now'>): WebhookSubscription {
  return { ...subscription, version: subscription.version + 1, changedAt: actor.now.toISOString() };
}

/**
 * The write that makes a subscription what it becomes, as long as it is as it was read.
 *
 * @param members names of the members that change
 * @param events what happens besides
 */
export function subscriptionWrite(
  operation: string,
  before: WebhookSubscription | undefined,
  after: StoredSubscription,
  members: string[],
  events: string[] = [],
): CatalogueWrite {
  const { id: key, version } = after.subscription;
  const kind = before ? 'updated' : 'created';
  return {
    operation: `webhook-subscriptions.${operation}`,
    subjectKey: key,
    guards: [{ subject: 'webhook-subscription', key, expected: before?.version ?? null }],
    subscription: after,
    changes: [{ subject: 'webhook-subscription', key, kind, version, members, events }],
  };
}
