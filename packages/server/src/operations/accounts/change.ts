import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { assertActive, changedAccount, withDefault } from '#domain/aggregate.ts';
import type { Store } from '#store/store.ts';
import { accountIn, changeAggregate, type Keep, type Target } from '../write.ts';
import { type AccountResult, keptAbout } from './create.ts';

/** Own members of an account: absent stays, null clears. */
export type AccountEdit = {
  alias?: string | null;
  accountNumber?: string | null;
  isDefault?: boolean | null;
  hiddenDiscount?: boolean | null;
};

export type ChangeAccount = {
  operation?: string;
  ifMatch?: ((aggregate: Aggregate) => boolean) | undefined;
  edit: AccountEdit;
  keep?: Keep<AccountResult>;
};

/**
 * Changes an account's own members. Setting `isDefault` takes the flag from the customer's other account in the same transaction.
 *
 * @throws Refusal `not-found`, `gone`, `precondition`, `passive`, `taken` (alias, accountNumber)
 */
export async function changeAccount(
  store: Store,
  actor: Actor,
  target: Target & { identifier: string },
  change: ChangeAccount,
): Promise<AccountResult> {
  const { identifier } = target;
  const result = (aggregate: Aggregate): AccountResult => ({ aggregate, account: accountIn(aggregate, identifier) });
  const { isDefault, hiddenDiscount, ...own } = change.edit;
  const keep = change.keep;
  const aggregate = await changeAggregate(store, actor, target, {
    operation: change.operation ?? 'accounts.change',
    ifMatch: change.ifMatch,
    ...(keep ? { keep: (after: Aggregate) => keptAbout(result(after), keep) } : {}),
    edit: (before) => {
      assertActive(before.customer);
      const accounts =
        isDefault === undefined ? before.accounts : withDefault(before.accounts, identifier, isDefault ?? false, actor);
      const members = Object.fromEntries([
        ...Object.entries(own).map(([member, value]) => [member, value ?? undefined]),
        ...(hiddenDiscount === undefined ? [] : [['hiddenDiscount', hiddenDiscount || undefined]]),
      ]);
      return {
        ...before,
        accounts: accounts.map((account) =>
          account.identifier === identifier ? changedAccount(account, members, actor) : account,
        ),
      };
    },
  });
  return result(aggregate);
}
