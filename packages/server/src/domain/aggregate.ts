import { isDeepStrictEqual } from 'node:util';
import type { Account, Aggregate } from './account.ts';
import { maxAccountsPerCustomer } from './account.ts';
import type { Actor } from './actor.ts';
import { compact } from './compact.ts';
import type { Customer } from './customer.ts';
import { Refusal } from './refusal.ts';

/** Sets members of an account; stamps and version move only when something really changed. */
export function changedAccount(account: Account, change: Partial<Account>, actor: Actor): Account {
  const next = compact({ ...account, ...change });
  if (isDeepStrictEqual(next, account)) return account;
  return { ...next, changedAt: actor.now.toISOString(), changedBy: actor.name };
}

/**
 * Makes one account the default and clears the flag of the other one, or clears it.
 * At most one account of a customer is the default; the database keeps that too.
 */
export function withDefault(accounts: Account[], identifier: string, isDefault: boolean, actor: Actor): Account[] {
  return accounts.map((account) => {
    if (account.identifier === identifier) return changedAccount(account, { isDefault }, actor);
    return isDefault && account.isDefault ? changedAccount(account, { isDefault: false }, actor) : account;
  });
}

/** Adds a new account to a customer's, as the default if it says so. Throws `passive`, `too-many-accounts`. */
export function withNewAccount(aggregate: Aggregate, account: Account, actor: Actor): Aggregate {
  assertActive(aggregate.customer);
  if (aggregate.accounts.length >= maxAccountsPerCustomer) {
    throw new Refusal({ kind: 'too-many-accounts', limit: maxAccountsPerCustomer });
  }
  const others = account.isDefault
    ? withDefault(aggregate.accounts, account.identifier, true, actor)
    : aggregate.accounts;
  return { ...aggregate, accounts: [...others, account] };
}

/** Throws `passive` unless the customer may be written to (architecture.md, Settled 14). */
export function assertActive(customer: Pick<Customer, 'state'>): void {
  if (customer.state !== 'active') throw new Refusal({ kind: 'passive' });
}
