import type { Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Store } from '#store/store.ts';
import { changeAggregate, type Target } from '../write.ts';

/**
 * Takes an account off its customer and erases what it held, in every dialect; the audit trail stays. The identifier may be
 * created anew (entur.md 2.6). Allowed for a passive customer too. Deleting the default makes no other account the default.
 *
 * @throws Refusal `not-found`, `gone`, `precondition`
 */
export async function deleteAccount(
  store: Store,
  actor: Actor,
  target: Target & { identifier: string },
  ifMatch?: (aggregate: Aggregate) => boolean,
): Promise<void> {
  await changeAggregate(store, actor, target, {
    operation: 'accounts.delete',
    ifMatch,
    edit: (aggregate) => ({
      ...aggregate,
      accounts: aggregate.accounts.filter((account) => account.identifier !== target.identifier),
    }),
  });
}
