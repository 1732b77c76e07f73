import { isDeepStrictEqual } from 'node:util';
import type { Account, Aggregate } from './account.ts';
import { type HeldChanges, heldChangesOf } from './holdings.ts';

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
  /** What happened to what the account holds, in the words of the catalogue of events: `entitlement.granted`. */
  events: string[];
};

/** What one write does to one customer and the customer's accounts; versions are already raised in `after`. */
export type Changeset = {
  before: Aggregate | undefined;
  after: Aggregate;
  changes: SubjectChange[];
  held: HeldChanges[];
};

/**
 * Compares an edited aggregate with what was read: raises the versions of what changed and lists one change per touched subject.
 *
 * @param edited the aggregate as it should become, versions untouched; a new account carries the version it starts with. What an
 *   account holds may include items that are over now: they leave the account's document and are written where the past is kept
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
  const known = new Map(before?.accounts.map((account) => [account.number, account]));
  const removed = before ? removedFrom(before, edited) : [];
  const touched = edited.accounts.filter(
    (account) => customerChanged || !isDeepStrictEqual(account, known.get(account.number)),
  );
  if (!customerChanged && removed.length === 0 && touched.length === 0) return undefined;

  const customer = before ? { ...edited.customer, version: before.customer.version + 1 } : edited.customer;
  const raised = touched.map((account) => {
    const old = known.get(account.number);
    const { account: current, held, events } = heldChangesOf(old, account);
    return { old, account: raise(current, old), held, events };
  });
  const stored = new Map(raised.map(({ account }) => [account.number, account]));
  const after: Aggregate = {
    ...edited,
    customer,
    accounts: edited.accounts.map((account) => stored.get(account.number) ?? account),
  };
  const changes: SubjectChange[] = [];
  if (customerChanged) changes.push(customerChange(before, after, gone));
  for (const { old, account, events } of raised) changes.push(accountChange(old, account, events));
  for (const account of removed) {
    changes.push({
      ...accountRef(account),
      kind: 'deleted',
      cause: gone,
      version: account.version + 1,
      members: [],
      events: [],
    });
  }
  return { before, after, changes, held: raised.map(({ held }) => held).filter(holdsSomething) };
}

function removedFrom(before: Aggregate, edited: Aggregate): Account[] {
  const left = new Set(edited.accounts.map((account) => account.number));
  return before.accounts.filter((account) => !left.has(account.number));
}

function raise(account: Account, known: Account | undefined): Account {
  return known ? { ...account, version: known.version + 1 } : account;
}

function customerChange(
  before: Aggregate | undefined,
  { customer, passwordHash }: Aggregate,
  gone: Cause,
): SubjectChange {
  const { number: customerNumber, version } = customer;
  const base = { subject: 'customer', customerNumber, version, events: [] as string[] } as const;
  if (customer.state === 'erased') return { ...base, kind: 'deleted', cause: gone, members: [] };
  const members = changedMembers(before?.customer.details, customer.details);
  members.push(...changedMembers(before?.customer, customer).filter((member) => !notMembers.has(member)));
  if (passwordHash !== (before?.passwordHash ?? null)) members.push('password');
  return { ...base, kind: before ? 'updated' : 'created', cause: 'own', members };
}

function accountChange(known: Account | undefined, account: Account, events: string[]): SubjectChange {
  const changed = changedMembers(known, account);
  const members = changed.filter((member) => !notMembers.has(member));
  // Only the day has come on which a future entitlement begins to be shown.
  if (members.length === 0 && changed.includes('nextBoundary')) members.push('entitlement');
  return {
    ...accountRef(account),
    kind: known ? 'updated' : 'created',
    cause: known && members.length === 0 && events.length === 0 ? 'customer' : 'own',
    version: account.version,
    members,
    events,
  };
}

function holdsSomething({ entitlements, evidence, passes, actions }: HeldChanges): boolean {
  return entitlements.length + evidence.length + passes.length + actions.length > 0;
}

function accountRef(account: Account): { subject: 'account'; customerNumber: number; accountNumber: number } {
  return { subject: 'account', customerNumber: account.customerNumber, accountNumber: account.number };
}

/** Stamps, containers and numbers that are given once: they follow from other members. */
const notMembers = new Set([
  'number',
  'customerNumber',
  'nextBoundary',
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
  const old = { ...before } as Record<string, unknown>;
  const next = after as Record<string, unknown>;
  return Object.keys({ ...old, ...next }).filter(
    (member) => !isDeepStrictEqual(something(old[member]), something(next[member])),
  );
}

/** An empty list is nothing. */
function something(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}
