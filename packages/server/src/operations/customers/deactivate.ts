import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeAggregate } from '../write.ts';

/**
 * Makes a customer passive; a job erases the customer when the expiration date has passed. On a passive customer only the date
 * changes (entur.md 3.5, P5).
 *
 * @param expiresAt the instant from which personal data may go
 * @throws Refusal `not-found`, `gone`, `personnel`
 */
export function deactivateCustomer(
  store: Store,
  actor: Actor,
  customerNumber: number,
  expiresAt: Date,
  channel: string,
): Promise<Aggregate> {
  return changeAggregate(
    store,
    actor,
    { customerNumber },
    {
      operation: 'customers.deactivate',
      channel,
      edit: (aggregate) => {
        const { customer } = aggregate;
        if (customer.type === 'personnel') throw new Refusal({ kind: 'personnel' });
        const until = expiresAt.toISOString();
        if (customer.state === 'passive' && customer.expiresAt === until) return aggregate;
        const stamps = { changedAt: actor.now.toISOString(), changedBy: actor.name, changedByChannel: channel };
        return { ...aggregate, customer: { ...customer, state: 'passive', expiresAt: until, ...stamps } };
      },
    },
  );
}
