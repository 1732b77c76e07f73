import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { AccountCustomer } from '#domain/customer.ts';
import { Refusal } from '#domain/refusal.ts';
import type { HistorySubject, StateAt } from '#store/change-history.ts';
import type { Positioned } from '#store/positioned-reads.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { loadCustomer } from '../customers/load.ts';
import { noteRead } from '../reads/note.ts';
import { boundsOf } from './bounds.ts';

/** Something as it was: after this change of its customer or of the customer's accounts. */
export type AsOf<T> = Positioned<{ shown: T; changeNumber: number }>;

/**
 * An account with its customer as they were at an instant: after the newest change (in commit order) that was made at or before it. A
 * change is made when its request begins. What days have ended since it was written is for the renderer to leave out; the version is
 * that of the last change of the account's own.
 *
 * @param least a change that the answer has to take into account, besides those of the account and its customer
 * @throws Refusal `not-found` (with `since` where it exists only later), `gone` (deleted or erased since: what it was went with it),
 *   `history-pruned`
 */
export async function readAccountAt(
  store: Store,
  actor: Actor,
  identifier: string,
  at: Date,
  least?: number,
): Promise<AsOf<AccountDocument>> {
  const { account } = await loadAccount(store, actor, identifier);
  assertThere('account', account.createdAt, at);
  const { customerNumber, number: accountNumber } = account;
  const was = await stateAt(store, actor, { customerNumber, accountNumber }, at, least);
  // Erased since it was looked for.
  if (!was.account || !was.customer) throw new Refusal({ kind: 'gone', subject: 'account' });
  noteRead(store, actor, 'accounts.read-at', { account: was.account });
  const shown = { account: was.account, customer: was.customer };
  return { shown, changeNumber: was.number, position: was.position };
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
  least?: number,
): Promise<AsOf<AccountCustomer>> {
  const { customer } = await loadCustomer(store, actor, customerNumber);
  assertThere('customer', customer.createdAt, at);
  const was = await stateAt(store, actor, { customerNumber }, at, least);
  if (!was.customer) throw new Refusal({ kind: 'gone', subject: 'customer' });
  noteRead(store, actor, 'customers.read-at', { customer: was.customer });
  return { shown: was.customer, changeNumber: was.number, position: was.position };
}

function assertThere(subject: 'account' | 'customer', createdAt: string, at: Date): void {
  if (at < new Date(createdAt)) throw new Refusal({ kind: 'not-found', subject, since: createdAt });
}

async function stateAt(
  store: Store,
  actor: Actor,
  subject: HistorySubject,
  at: Date,
  least: number = 0,
): Promise<StateAt> {
  const { id } = actor.organisation;
  // What has been erased is not to be had from a replica that does not know of it yet.
  const newest = (await store.changeHistory.customer(id, subject.customerNumber))?.newest ?? 0;
  const state = await store.positioned.read(
    async (source) => {
      const { below } = await boundsOf(source, actor, { until: at });
      return source.changeHistory.stateAt(id, subject, at, below);
    },
    Math.max(newest, least),
  );
  const { prunedTo, keptSince = actor.now } = state;
  // Up to when the changes that went were made is not kept: only from the first one that stayed on all is known.
  if (prunedTo > 0 && at < keptSince) throw new Refusal({ kind: 'history-pruned', since: keptSince.toISOString() });
  return state;
}
