import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { AccountCustomer } from '#domain/customer.ts';
import { Refusal } from '#domain/refusal.ts';
import type { HistorySubject, StateAt } from '#store/change-history.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { loadCustomer } from '../customers/load.ts';
import { noteRead } from '../reads/note.ts';
import { boundsOf } from './bounds.ts';

/** Something as it was: after this change of its customer or of the customer's accounts. */
export type AsOf<T> = { shown: T; changeNumber: number };

/**
 * An account with its customer as they were at an instant: after the newest change (in commit order) that was made at or before it. A
 * change is made when its request begins. What days have ended since it was written is for the renderer to leave out; the version is
 * that of the last change of the account's own.
 *
 * @throws Refusal `not-found` (with `since` where it exists only later), `gone` (deleted or erased since: what it was went with it),
 *   `history-pruned`
 */
export async function readAccountAt(
  store: Store,
  actor: Actor,
  identifier: string,
  at: Date,
): Promise<AsOf<AccountDocument>> {
  const { account } = await loadAccount(store, actor, identifier);
  assertThere('account', account.createdAt, at);
  const { customerNumber, number: accountNumber } = account;
  const was = await stateAt(store, actor, { customerNumber, accountNumber }, at);
  // Erased since it was looked for.
  if (!was.account || !was.customer) throw new Refusal({ kind: 'gone', subject: 'account' });
  noteRead(store, actor, 'accounts.read-at', { account: was.account });
  return { shown: { account: was.account, customer: was.customer }, changeNumber: was.number };
}

/**
 * A customer as at an instant, as {@link readAccountAt} has it.
 *
 * @throws Refusal as there
 */
export async function readCustomerAt(
  store: Store,
  actor: Actor,
  customerNumber: number,
  at: Date,
): Promise<AsOf<AccountCustomer>> {
  const { customer } = await loadCustomer(store, actor, customerNumber);
  assertThere('customer', customer.createdAt, at);
  const was = await stateAt(store, actor, { customerNumber }, at);
  if (!was.customer) throw new Refusal({ kind: 'gone', subject: 'customer' });
  noteRead(store, actor, 'customers.read-at', { customer: was.customer });
  return { shown: was.customer, changeNumber: was.number };
}

function assertThere(subject: 'account' | 'customer', createdAt: string, at: Date): void {
  if (at < new Date(createdAt)) throw new Refusal({ kind: 'not-found', subject, since: createdAt });
}

async function stateAt(store: Store, actor: Actor, subject: HistorySubject, at: Date): Promise<StateAt> {
  const { below } = await boundsOf(store, actor, { until: at });
  const state = await store.changeHistory.stateAt(actor.organisation.id, subject, at, below);
  const { prunedTo, keptSince = actor.now } = state;
  // Up to when the changes that went were made is not kept: only from the first one that stayed on all is known.
  if (prunedTo > 0 && at < keptSince) throw new Refusal({ kind: 'history-pruned', since: keptSince.toISOString() });
  return state;
}
