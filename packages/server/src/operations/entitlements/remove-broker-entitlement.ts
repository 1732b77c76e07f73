import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { withoutListed } from '#domain/replace-broker.ts';
import type { Store } from '#store/store.ts';
import type { AccountResult } from '../accounts/create.ts';
import { editAccount } from '../accounts/edit.ts';

/**
 * Ends what an account has of the organisation's broker list: current, pending and future entitlements, but for hidden ones
 * (imin.md 2.5.2). Nothing happens when it has none.
 *
 * @throws Refusal `not-found`, `gone`, `precondition`, `passive`
 */
export function removeBrokerEntitlement(
  store: Store,
  actor: Actor,
  identifier: string,
  ifMatch: ((aggregate: Aggregate) => boolean) | undefined,
): Promise<AccountResult> {
  const { brokerList } = actor.organisation.settings;
  return editAccount(store, actor, identifier, {
    operation: 'entitlements.remove',
    ifMatch,
    edit: (account) => (brokerList === undefined ? account : withoutListed(account, brokerList, 'removed', actor)),
  });
}
