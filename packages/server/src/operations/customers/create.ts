import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Store } from '#store/store.ts';
import { createAggregate, type Keep } from '../write.ts';
import { type NewCustomer, newCustomer } from './new-customer.ts';

/**
 * Creates a customer without an account.
 *
 * @throws Refusal `invalid` (paths in domain words), `taken` (email, username, customerRef)
 */
export async function createCustomer(
  store: Store,
  actor: Actor,
  input: NewCustomer,
  keep?: Keep<Aggregate>,
): Promise<Aggregate> {
  const channel = input.createdByChannel ?? actor.dialect;
  const creation = { operation: 'customers.create', channel, ...(keep ? { keep } : {}) };
  return createAggregate(store, actor, creation, async () => ({
    customer: await newCustomer(store, actor, input),
    passwordHash: input.passwordHash ?? null,
    accounts: [],
  }));
}
