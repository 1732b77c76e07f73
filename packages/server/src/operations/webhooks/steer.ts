import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { KeptAnswer } from '#store/plan.ts';
import type { Store } from '#store/store.ts';
import type { Steering } from '#store/webhook-delivery-list.ts';

/**
 * Has deliveries sent now, and tells who sends them.
 *
 * @returns how many were added, and how many are sent again
 * @throws Refusal `subscription-disabled`, `idempotency-busy`; Unavailable
 */
export async function steer(
  store: Store,
  actor: Actor,
  subscriptionId: string,
  steering: Steering,
  keep?: KeptAnswer,
): Promise<{ added: number; repeated: number }> {
  const outcome = await store.webhookDeliveryList.steer(actor, subscriptionId, steering, keep);
  switch (outcome.outcome) {
    case 'written':
      if (outcome.added + outcome.repeated > 0)
        await store.webhookDispatch.schedule(actor.organisation.id, subscriptionId);
      return outcome;
    case 'disabled':
      throw new Refusal({ kind: 'subscription-disabled' });
    case 'idempotency':
      // Another process was first with this Idempotency-Key: its answer is replayed by whoever catches this.
      throw new Refusal({ kind: 'idempotency-busy' });
  }
}
