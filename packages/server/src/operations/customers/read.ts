import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';
import { missingAccount } from '../write.ts';
import { loadCustomer } from './load.ts';

/** A customer with all accounts. Throws Refusal `not-found`, `gone` (erased). */
export async function readCustomer(store: Store, actor: Actor, customerNumber: number): Promise<Aggregate> {
  const aggregate = await loadCustomer(store, actor, customerNumber);
  noteRead(store, actor, 'customers.read', aggregate);
  return aggregate;
}

/** The customer who holds an account. Throws Refusal `not-found`, `gone`. */
export async function readCustomerByAccount(store: Store, actor: Actor, identifier: string): Promise<Aggregate> {
  const stored = await store.customers.findByAccount(actor.organisation.id, identifier);
  if (!stored || stored.state === 'erased') throw await missingAccount(store, actor, identifier);
  noteRead(store, actor, 'customers.read', stored.aggregate);
  return stored.aggregate;
}
