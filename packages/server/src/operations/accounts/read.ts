import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Store } from '#store/store.ts';
import { loadCustomer } from '../customers/load.ts';
import { noteRead } from '../reads/note.ts';
import { loadAccount } from './load.ts';

/**
 * One account with its customer.
 *
 * @param admit judges whether the account is shown; may throw Refusals of its own
 * @throws Refusal `not-found`, `gone`, and what `admit` throws
 */
export async function readAccount(
  store: Store,
  actor: Actor,
  identifier: string,
  admit?: (document: AccountDocument) => void,
): Promise<AccountDocument> {
  const document = await loadAccount(store, actor, identifier);
  admit?.(document);
  noteRead(store, actor, 'accounts.read', document);
  return document;
}

/** Accounts by identifier, in the order asked for; those that are not there are missing. */
export async function readAccounts(store: Store, actor: Actor, identifiers: string[]): Promise<AccountDocument[]> {
  const stored = await store.accounts.findMany(actor.organisation.id, identifiers);
  const found = identifiers.flatMap((identifier) => stored.get(identifier) ?? []);
  noteRead(store, actor, 'accounts.read', ...found);
  return found;
}

/** The account with this customer-facing number, if any. */
export async function findByAccountNumber(
  store: Store,
  actor: Actor,
  accountNumber: string,
): Promise<AccountDocument | undefined> {
  const found = await store.accounts.findByAccountNumber(actor.organisation.id, accountNumber);
  if (found) noteRead(store, actor, 'accounts.find', found);
  return found;
}

/** The accounts of the customer with this e-mail address, compared folded; undefined when there are more than `most`. */
export async function findByEmail(
  store: Store,
  actor: Actor,
  emailKey: string,
  most: number,
): Promise<AccountDocument[] | undefined> {
  const found = await store.accounts.byEmail(actor.organisation.id, emailKey, most + 1);
  if (found.length > most) return undefined;
  noteRead(store, actor, 'accounts.find', ...found);
  return found;
}

/** All accounts of a customer, oldest first (at most 1,000 exist). Throws Refusal `not-found`, `gone`. */
export async function listAccounts(store: Store, actor: Actor, customerNumber: number): Promise<AccountDocument[]> {
  const aggregate = await loadCustomer(store, actor, customerNumber);
  const documents = await store.accounts.ofCustomer(actor.organisation.id, customerNumber);
  noteRead(store, actor, 'accounts.list', aggregate);
  return documents;
}
