import type { Actor } from '#domain/actor.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';

/** An entitlement type, whatever its status. Throws Refusal `not-found`. */
export async function readEntitlementType(
  store: Store,
  { organisation }: Pick<Actor, 'organisation'>,
  list: string,
  id: string,
): Promise<EntitlementType> {
  const [type] = await store.entitlementTypes.find(organisation.id, [{ list, id }]);
  if (!type) throw new Refusal({ kind: 'not-found', subject: 'entitlement-type' });
  return type;
}
