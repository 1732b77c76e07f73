import type { Actor } from '#domain/actor.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import type { Store } from '#store/store.ts';
import { readEntitlementList } from '../entitlement-lists/read.ts';

/** A page of a list's types in list order, retired and hidden ones included, and whether there are more. Throws Refusal `not-found` (list). */
export async function listEntitlementTypes(
  store: Store,
  actor: Actor,
  slug: string,
  after: { position: number; number: number } | undefined,
  limit: number,
): Promise<{ types: EntitlementType[]; more: boolean }> {
  await readEntitlementList(store, actor, slug);
  const found = await store.entitlementTypes.ofList(actor.organisation.id, slug, after, limit + 1);
  return { types: found.slice(0, limit), more: found.length > limit };
}
