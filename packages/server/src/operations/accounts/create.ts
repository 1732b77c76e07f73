import type { Account, Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { withNewAccount } from '#domain/aggregate.ts';
import { compact } from '#domain/compact.ts';
import { newIdentifier } from '#domain/identifier.ts';
import type { KeptAnswer } from '#store/plan.ts';
import type { Store } from '#store/store.ts';
import { type NewCustomer, newCustomer } from '../customers/new-customer.ts';
import { accountIn, changeAggregate, createAggregate, type Keep } from '../write.ts';

export type NewAccount = {
  /** Absent: a generated UUIDv7. */
  identifier?: string;
  alias?: string;
  accountNumber?: string;
  isDefault?: boolean;
  /** Keyed digest of the PUT that creates it. */
  putDigest?: string;
  /** Gives the new account what it is to hold; called again when what it looked up has changed meanwhile. May throw Refusals. */
  held?: (account: Account) => Promise<Account>;
};

/** An account with its customer, as an operation leaves it. */
export type AccountResult = { account: Account; aggregate: Aggregate };

/**
 * Creates an account: for a new customer in one round trip, or for an existing one.
 *
 * @throws Refusal `invalid`, `taken`, `identifier-erased`; for an existing customer also `not-found`, `gone`, `passive`, `too-many-accounts`
 */
export async function createAccount(
  store: Store,
  actor: Actor,
  owner: { customer: NewCustomer } | { customerNumber: number },
  input: NewAccount,
  keep?: Keep<AccountResult>,
): Promise<AccountResult> {
  const identifier = input.identifier ?? newIdentifier();
  const result = (aggregate: Aggregate): AccountResult => ({ aggregate, account: accountIn(aggregate, identifier) });
  const writing = {
    operation: 'accounts.create',
    ...(keep ? { keep: (after: Aggregate) => keptAbout(result(after), keep) } : {}),
  };
  const build = async (customerNumber: number, version: number) => {
    const number = await store.rowNumbers.next(); // another one each time: it may be why the one before was refused
    const account = newAccount(actor, { ...input, identifier }, { number, customerNumber, version });
    return input.held ? input.held(account) : account;
  };

  if ('customerNumber' in owner) {
    const edit = async (aggregate: Aggregate, version: number) =>
      withNewAccount(aggregate, await build(aggregate.customer.number, version), actor);
    return result(await changeAggregate(store, actor, owner, { ...writing, edit }));
  }
  const passwordHash = owner.customer.passwordHash ?? null;
  const aggregate = await createAggregate(store, actor, writing, async (version) => {
    const customer = await newCustomer(store, actor, owner.customer);
    return { customer, passwordHash, accounts: [await build(customer.number, version)] };
  });
  return result(aggregate);
}

function newAccount(
  actor: Actor,
  input: NewAccount & { identifier: string },
  ids: { number: number; customerNumber: number; version: number },
): Account {
  return compact({
    ...ids,
    identifier: input.identifier,
    alias: input.alias,
    accountNumber: input.accountNumber,
    isDefault: input.isDefault ?? false,
    createdAt: actor.now.toISOString(),
    createdBy: actor.name,
    createdByChannel: actor.dialect,
    putDigest: input.putDigest,
    accessPass: [],
    entitlement: [],
    outstandingAction: [],
  }) as Account;
}

/** The answer to keep, and that it goes when the account does, whichever other accounts are written with it. */
export function keptAbout(result: AccountResult, keep: NonNullable<Keep<AccountResult>>): KeptAnswer {
  return { ...keep(result), accountNumber: result.account.number };
}
