import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';

/**
 * A customer with all accounts. Leaves no record of the read: for whoever records it under another name, or shows nothing of it.
 *
 * @throws Refusal `not-found`, `gone` (erased)
 */
export async function loadCustomer(store: Store, actor: Actor, customerNumber: number): Promise<Aggregate> {
  const stored = await store.customers.find(actor.organisation.id, customerNumber);
  if (!stored) throw new Refusal({ kind: 'not-found', subject: 'customer' });
  if (stored.state === 'erased') throw new Refusal({ kind: 'gone', subject: 'customer' });
  return stored.aggregate;
}
