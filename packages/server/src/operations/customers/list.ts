import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { CustomerFilter } from '#store/customers.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';

export type { CustomerFilter } from '#store/customers.ts';

/** A page of customers that match all of the filter, and whether there are more. */
export async function listCustomers(
  store: Store,
  actor: Actor,
  filter: CustomerFilter,
  limit: number,
): Promise<{ customers: Aggregate[]; more: boolean }> {
  const found = await store.customers.list(actor.organisation.id, filter, limit + 1);
  const customers = found.slice(0, limit);
  noteRead(store, actor, 'customers.list', ...customers);
  return { customers, more: found.length > limit };
}
