import type { Actor } from '#domain/actor.ts';
import type { EntitlementList, EntitlementType } from '#domain/entitlement-list.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';

/** An entitlement list. Throws Refusal `not-found`. */
export async function readEntitlementList(
  store: Store,
  { organisation }: Pick<Actor, 'organisation'>,
  slug: string,
): Promise<EntitlementList> {
  const list = await store.entitlementLists.find(organisation.id, slug);
  if (!list) throw new Refusal({ kind: 'not-found', subject: 'entitlement-list' });
  return list;
}

/** What others may see of a list: its active types that are not hidden, in list order. */
export function shownTypes(
  store: Store,
  { organisation }: Pick<Actor, 'organisation'>,
  { slug }: EntitlementList,
): Promise<EntitlementType[]> {
  return store.entitlementTypes.shownOf(organisation.id, slug);
}
