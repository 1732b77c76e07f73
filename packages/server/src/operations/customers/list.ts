import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { CustomerFilter } from '#store/customers.ts';
import type { Store } from '#store/store.ts';

export type { CustomerFilter } from '#store/customers.ts';

/** A page of customers that match all of the filter, and whether there are more. */
export async function listCustomers(
  store: Store,
  actor: Actor,
  filter: CustomerFilter,
  limit: number,
): Promise<{ customers: Aggregate[]; more: boolean }> {
  const found = await store.customers.list(actor.organisation.id, filter, limit + 1);
  return { customers: found.slice(0, limit), more: found.length > limit };
}
