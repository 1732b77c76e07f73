import type { Account, Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { assertActive, changedAccount } from '#domain/aggregate.ts';
import type { Store } from '#store/store.ts';
import { accountIn, changeAggregate, type Keep } from '../write.ts';
import { type AccountResult, keptAbout } from './create.ts';

export type EditAccount = {
  /** For the audit: `entitlements.grant`. */
  operation: string;
  ifMatch?: ((aggregate: Aggregate) => boolean) | undefined;
  /**
   * The account as it should become, including items that are over now. Looks up what it needs itself: it is called again when
   * somebody else was first. May throw Refusals.
   */
  edit: (account: Account, aggregate: Aggregate) => Account | Promise<Account>;
  keep?: Keep<AccountResult>;
};

/**
 * Changes what an account holds, in one transaction with change and audit. No effective change leaves everything as it was.
 *
 * @throws Refusal `not-found`, `gone`, `precondition`, `passive`, `taken` (accessPass), and what `edit` throws
 */
export async function editAccount(
  store: Store,
  actor: Actor,
  identifier: string,
  { operation, ifMatch, edit, keep }: EditAccount,
): Promise<AccountResult> {
  const result = (aggregate: Aggregate): AccountResult => ({ aggregate, account: accountIn(aggregate, identifier) });
  const aggregate = await changeAggregate(
    store,
    actor,
    { identifier },
    {
      operation,
      ifMatch,
      ...(keep ? { keep: (after: Aggregate) => keptAbout(result(after), keep) } : {}),
      edit: async (before) => {
        assertActive(before.customer);
        const addressed = accountIn(before, identifier);
        const edited = changedAccount(addressed, await edit(addressed, before), actor);
        return { ...before, accounts: before.accounts.map((account) => (account === addressed ? edited : account)) };
      },
    },
  );
  return result(aggregate);
}
