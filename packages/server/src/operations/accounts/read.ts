import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { readCustomer } from '../customers/read.ts';

/** One account with its customer: one row, the hot path. Throws Refusal `not-found`, `gone`. */
export async function readAccount(store: Store, actor: Actor, identifier: string): Promise<AccountDocument> {
  const stored = await store.accounts.find(actor.organisation.id, identifier);
  if (!stored) throw new Refusal({ kind: 'not-found', subject: 'account' });
  if (stored.state !== 'active') throw new Refusal({ kind: 'gone', subject: 'account' });
  return stored.document;
}

/** Accounts by identifier, in the order asked for; those that are not there are missing. */
export async function readAccounts(store: Store, actor: Actor, identifiers: string[]): Promise<AccountDocument[]> {
  const found = await store.accounts.findMany(actor.organisation.id, identifiers);
  return identifiers.flatMap((identifier) => found.get(identifier) ?? []);
}

/** The account with this customer-facing number, if any. */
export function findByAccountNumber(
  store: Store,
  actor: Actor,
  accountNumber: string,
): Promise<AccountDocument | undefined> {
  return store.accounts.findByAccountNumber(actor.organisation.id, accountNumber);
}

/** The accounts of the customer with this e-mail address, compared folded; at most `limit`. */
export function findByEmail(store: Store, actor: Actor, emailKey: string, limit: number): Promise<AccountDocument[]> {
  return store.accounts.byEmail(actor.organisation.id, emailKey, limit);
}

/** All accounts of a customer, oldest first (at most 1,000 exist). Throws Refusal `not-found`, `gone`. */
export async function listAccounts(store: Store, actor: Actor, customerNumber: number): Promise<AccountDocument[]> {
  await readCustomer(store, actor, customerNumber);
  return store.accounts.ofCustomer(actor.organisation.id, customerNumber);
}
