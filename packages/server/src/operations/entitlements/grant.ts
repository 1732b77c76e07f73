import type { Actor } from '#domain/actor.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import { anyGrant, withGrant } from '#domain/grant.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { resolveTypes } from '../entitlement-types/resolve.ts';
import { editItem, type ItemResult, type Writing } from '../holdings/edit-item.ts';

/** What is granted: the type by its URI; without `validFrom` from today, without `validUntil` as the type says, null: open-ended. */
export type GrantInput = { entitlementType: string; validFrom?: string; validUntil?: string | null; reason?: string };

/**
 * Grants an entitlement, also one of a hidden type or from a later day; the type's evidence policy applies.
 *
 * @throws Refusal `invalid`, `exists` (the account holds an open one of the type), `too-many`, and as `editAccount`
 */
export function grantEntitlement(
  store: Store,
  actor: Actor,
  identifier: string,
  { entitlementType, ...grant }: GrantInput,
  writing: Writing<ItemResult<Entitlement>>,
): Promise<ItemResult<Entitlement>> {
  return editItem(store, actor, identifier, 'entitlements.grant', writing, async (account) => {
    const type = (await resolveTypes(store, actor.organisation, [entitlementType])).get(entitlementType);
    if (type && account.entitlement.some((one) => isOpen(one) && one.type.number === type.number))
      throw new Refusal({ kind: 'exists', subject: 'entitlement', member: 'entitlementType' });
    const granted = withGrant(account, { ...grant, type }, actor, anyGrant);
    return [granted, granted.entitlement.at(-1) as Entitlement];
  });
}
