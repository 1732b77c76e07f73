import type { Account, Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { settled } from '#domain/holdings.ts';
import type { Store } from '#store/store.ts';
import type { AccountResult } from '../accounts/create.ts';
import { editAccount } from '../accounts/edit.ts';
import type { Keep } from '../write.ts';

/** An account as a write left it, with the one thing of what it holds that the write was about. */
export type ItemResult<T> = AccountResult & { item: T };

/** What the caller of such a write states beside its content. */
export type Writing<R> = { ifMatch?: ((aggregate: Aggregate) => boolean) | undefined; keep?: Keep<R> };

/**
 * Changes one thing of what an account holds.
 *
 * @param edit gets the account as the days that have passed left it, and returns it as it should become, with the one thing; the same
 *   account when nothing is to change. Called again when somebody else was first. May throw Refusals
 * @throws Refusal as {@link editAccount}
 */
export async function editItem<T>(
  store: Store,
  actor: Actor,
  identifier: string,
  operation: string,
  { ifMatch, keep }: Writing<ItemResult<T>>,
  edit: (account: Account) => Promise<[Account, T]> | [Account, T],
): Promise<ItemResult<T>> {
  let item: T | undefined;
  const result = (written: AccountResult): ItemResult<T> => ({ ...written, item: item as T });
  const written = await editAccount(store, actor, identifier, {
    operation,
    ifMatch,
    edit: async (stored) => {
      const account = settled(stored, actor);
      const [edited, one] = await edit(account);
      item = one;
      // Nothing was asked for but what is so already: what the day has done is written by who comes next.
      return edited === account ? stored : edited;
    },
    ...(keep ? { keep: (after: AccountResult) => keep(result(after)) } : {}),
  });
  return result(written);
}
