import type { Actor } from '#domain/actor.ts';
import type { ChangeKind } from '#domain/change-kinds.ts';
import { newIdentifier } from '#domain/identifier.ts';
import { Refusal } from '#domain/refusal.ts';
import { kindNamed, kindNames } from '#domain/webhook-kinds.ts';
import type { WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { Store } from '#store/store.ts';
import type { Keep } from '../write.ts';
import type { DeliveryOf } from './deliveries.ts';
import { findEnabled } from './find.ts';
import { steer } from './steer.ts';

/**
 * Sends a message about a fictional change, to try a receiver out.
 *
 * @param name of the kind, as the subscription's format has it; absent: the first that the subscription asks for
 * @throws Refusal `not-found`, `subscription-disabled`, `invalid`
 */
export async function sendExample(
  store: Store,
  actor: Actor,
  id: string,
  name: string | undefined,
  keep?: Keep<DeliveryOf>,
): Promise<DeliveryOf> {
  const { subscription } = await findEnabled(store, actor, id);
  const example = exampleKind(subscription, name);
  const at = actor.now.toISOString();
  const added = { id: newIdentifier(), example, kinds: [example], at };
  const delivery = {
    ...added,
    subscriptionId: id,
    state: 'pending' as const,
    dueAt: at,
    attempts: 0,
    log: [],
  };
  const result = { subscription, delivery };
  await steer(store, actor, id, { added: [added] }, keep?.(result));
  return result;
}

function exampleKind({ format, kinds }: WebhookSubscription, name: string | undefined): ChangeKind {
  const kind = name === undefined ? kinds[0] : kindNamed(format, name);
  if (kind) return kind;
  const message = `must be a kind that the format ${format} has: ${kindNames(format).join(', ')}`;
  throw new Refusal({ kind: 'invalid', faults: [{ path: ['kind'], code: 'value', message }] });
}
