import type { Actor } from '#domain/actor.ts';
import type { EntitlementList } from '#domain/entitlement-list.ts';
import type { Store } from '#store/store.ts';

/** A page of entitlement lists by slug, after the slug `after`, and whether there are more. */
export async function listEntitlementLists(
  store: Store,
  actor: Actor,
  after: string | undefined,
  limit: number,
): Promise<{ lists: EntitlementList[]; more: boolean }> {
  const found = await store.entitlementLists.list(actor.organisation.id, after ?? '', limit + 1);
  return { lists: found.slice(0, limit), more: found.length > limit };
}
