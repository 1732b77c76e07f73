import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { anyGrant, type Grant, withGrant } from '#domain/grant.ts';
import { withPass } from '#domain/pass-changes.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { editAccount } from '#operations/accounts/edit.ts';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { createEntitlementType, type NewEntitlementType } from '#operations/entitlement-types/create.ts';
import type { Store } from '#store/store.ts';

/** An entitlement type, in the list `residents`, which is made when it is not there. */
export async function typeOf(store: Store, actor: Actor, input: NewEntitlementType): Promise<EntitlementType> {
  if (!(await store.entitlementLists.find(actor.organisation.id, 'residents')))
    await createEntitlementList(store, actor, { slug: 'residents', title: 'Residents' });
  return createEntitlementType(store, actor, 'residents', input);
}

/** An account of a new customer. */
export async function accountOf(store: Store, actor: Actor, identifier: string): Promise<void> {
  const customer = { kind: 'person' as const, details: { familyName: 'Moss' } };
  await createAccount(store, actor, { customer }, { identifier });
}

/** Grants, with everything allowed. */
export async function grant(store: Store, actor: Actor, identifier: string, wanted: Grant): Promise<Account> {
  const edit = (account: Account) => withGrant(account, wanted, actor, anyGrant);
  return (await editAccount(store, actor, identifier, { operation: 'entitlements.grant', edit })).account;
}

/** Assigns a pass in the default namespace. */
export async function assign(store: Store, actor: Actor, identifier: string, text: string): Promise<Account> {
  const namespace = await store.passNamespaces.findDefault(actor.organisation.id);
  const edit = (account: Account) => withPass(account, { namespace, text }, actor);
  return (await editAccount(store, actor, identifier, { operation: 'access-passes.assign', edit })).account;
}
