import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { CustomerFilter } from '#store/customers.ts';
import type { Source } from '#store/source.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';

export type { CustomerFilter } from '#store/customers.ts';

/**
 * A page of customers that match all of the filter, and whether there are more.
 *
 * @param least a change that the page has to take into account: then a replica may answer, and says its `position`. Absent: the page
 *   is as it is now
 */
export async function listCustomers(
  store: Store,
  actor: Actor,
  filter: CustomerFilter,
  limit: number,
  least?: number,
): Promise<{ customers: Aggregate[]; more: boolean; position?: number }> {
  const { id } = actor.organisation;
  const list = async ({ customers }: Source) => ({ found: await customers.list(id, filter, limit + 1) });
  const { found, ...rest } = await (least === undefined ? list(store) : store.positioned.readOf(id, list, least));
  const customers = found.slice(0, limit);
  noteRead(store, actor, 'customers.list', ...customers);
  return { customers, more: found.length > limit, ...rest };
}
