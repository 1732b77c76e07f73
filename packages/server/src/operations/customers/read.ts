import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { missingAccount } from '../write.ts';

/** A customer with all accounts. Throws Refusal `not-found`, `gone` (erased). */
export async function readCustomer(store: Store, actor: Actor, customerNumber: number): Promise<Aggregate> {
  const stored = await store.customers.find(actor.organisation.id, customerNumber);
  if (!stored) throw new Refusal({ kind: 'not-found', subject: 'customer' });
  if (stored.state === 'erased') throw new Refusal({ kind: 'gone', subject: 'customer' });
  return stored.aggregate;
}

/** The customer who holds an account. Throws Refusal `not-found`, `gone`. */
export async function readCustomerByAccount(store: Store, actor: Actor, identifier: string): Promise<Aggregate> {
  const stored = await store.customers.findByAccount(actor.organisation.id, identifier);
  if (stored && stored.state !== 'erased') return stored.aggregate;
  throw await missingAccount(store, actor, identifier);
}
