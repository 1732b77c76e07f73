import type { Aggregate } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { type Entitlement, isValidOn, wasValidOn } from '#domain/entitlement.ts';
import type { Store } from '#store/store.ts';
import { loadCustomer } from '../customers/load.ts';
import { noteRead } from '../reads/note.ts';
import { everyEntitlement } from './read.ts';

/**
 * The entitlements of all accounts of a customer that are valid on a day, hidden ones too: what is granted today counts for today and
 * later, what is known today of days before. In the order of the accounts, the oldest first.
 *
 * @throws Refusal `not-found`, `gone` (customer)
 */
export async function customerEntitlementsOn(
  store: Store,
  actor: Actor,
  customerNumber: number,
  day: string,
): Promise<{ customer: Aggregate['customer']; entitlements: Entitlement[] }> {
  const aggregate = await loadCustomer(store, actor, customerNumber);
  const { customer, accounts } = aggregate;
  const past = day < todayOf(actor);
  const found = await Promise.all(
    accounts.map(async (account) =>
      past
        ? (await everyEntitlement(store, actor, account)).filter((one) => wasValidOn(one, day))
        : account.entitlement.filter((one) => isValidOn(one, day)),
    ),
  );
  noteRead(store, actor, 'entitlements.list', aggregate);
  return { customer, entitlements: found.flat() };
}
