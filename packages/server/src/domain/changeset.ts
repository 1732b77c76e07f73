import { isDeepStrictEqual } from 'node:util';
import type { Account, Aggregate } from './account.ts';

/** Why a subject changed: by itself, because its customer's data is part of it, or because it went. */
export type Cause = 'own' | 'customer' | 'delete' | 'erasure' | 'expiry';

/** One change of one subject; each gets its own number when it is committed. */
export type SubjectChange = {
  subject: 'customer' | 'account';
  kind: 'created' | 'updated' | 'deleted';
  cause: Cause;
  customerNumber: number;
  /** Number of the account; absent for the customer itself. */
  accountNumber?: number;
  version: number;
  /** Names of the members that changed, never values. */
  members: string[];
};

/** What one write does to one customer and the customer's accounts; versions are already raised in `after`. */
export type Changeset = { before: Aggregate | undefined; after: Aggregate; changes: SubjectChange[] };

/**
 * Compares an edited aggregate with what was read: raises the versions of what changed and lists one change per touched subject.
 *
 * @param edited the aggregate as it should become, versions untouched; a new account carries the version it starts with
 * @returns undefined when nothing changed
 */
export function changesetOf(
  before: Aggregate | undefined,
  edited: Aggregate,
  gone: Cause = 'delete',
): Changeset | undefined {
  const customerChanged =
    before === undefined ||
    !isDeepStrictEqual(before.customer, edited.customer) ||
    before.passwordHash !== edited.passwordHash;
  const known = new Map((before?.accounts ?? []).map((account) => [account.number, account]));
  const left = new Set(edited.accounts.map((account) => account.number));
  const removed = [...known.values()].filter((account) => !left.has(account.number));
  const touched = edited.accounts.filter(
    (account) => customerChanged || !isDeepStrictEqual(account, known.get(account.number)),
  );
  if (!customerChanged && removed.length === 0 && touched.length === 0) return undefined;

  const customer = before ? { ...edited.customer, version: before.customer.version + 1 } : edited.customer;
  const raised = new Map(touched.map((account) => [account.number, raise(account, known.get(account.number))]));
  const after: Aggregate = {
    ...edited,
    customer,
    accounts: edited.accounts.map((account) => raised.get(account.number) ?? account),
  };
  const changes: SubjectChange[] = [];
  if (customerChanged) changes.push(customerChange(before, after, gone));
  for (const account of raised.values()) changes.push(accountChange(known.get(account.number), account));
  for (const account of removed) {
    changes.push({ ...accountRef(account), kind: 'deleted', cause: gone, version: account.version + 1, members: [] });
  }
  return { before, after, changes };
}

function raise(account: Account, known: Account | undefined): Account {
  return known ? { ...account, version: known.version + 1 } : account;
}

function customerChange(
  before: Aggregate | undefined,
  { customer, passwordHash }: Aggregate,
  gone: Cause,
): SubjectChange {
  const base = { subject: 'customer', customerNumber: customer.number, version: customer.version } as const;
  if (customer.state === 'erased') return { ...base, kind: 'deleted', cause: gone, members: [] };
  const members = changedMembers(before?.customer.details, customer.details);
  members.push(...changedMembers(before?.customer, customer).filter((member) => !notMembers.has(member)));
  if (passwordHash !== (before?.passwordHash ?? null)) members.push('password');
  return { ...base, kind: before ? 'updated' : 'created', cause: 'own', members };
}

function accountChange(known: Account | undefined, account: Account): SubjectChange {
  const members = changedMembers(known, account).filter((member) => !notMembers.has(member));
  return {
    ...accountRef(account),
    kind: known ? 'updated' : 'created',
    cause: known && members.length === 0 ? 'customer' : 'own',
    version: account.version,
    members,
  };
}

function accountRef(account: Account): { subject: 'account'; customerNumber: number; accountNumber: number } {
  return { subject: 'account', customerNumber: account.customerNumber, accountNumber: account.number };
}

/** Stamps, containers and numbers that are given once: they follow from other members. */
const notMembers = new Set([
  'number',
  'customerNumber',
  'entitlement',
  'version',
  'details',
  'changedAt',
  'changedBy',
  'changedByChannel',
  'createdAt',
  'createdBy',
  'createdByChannel',
  'putDigest',
  'uuid',
]);

function changedMembers(before: object | undefined, after: object): string[] {
  const old = new Map(Object.entries(before ?? {}));
  const next = new Map(Object.entries(after));
  return [...new Set([...old.keys(), ...next.keys()])].filter(
    (member) => !isDeepStrictEqual(old.get(member), next.get(member)),
  );
}
