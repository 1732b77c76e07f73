import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account, Aggregate } from '#domain/account.ts';
import { changedAccount, withDefault, withNewAccount } from '#domain/aggregate.ts';
import { changesetOf } from '#domain/changeset.ts';
import { Refusal } from '#domain/refusal.ts';
import { actorOf } from '../support/fixtures.ts';

const stamps = { createdAt: '2026-01-01T00:00:00.000Z', createdBy: 'x', createdByChannel: 'native' };
const account = (number: number, more: Partial<Account> = {}): Account => ({
  number,
  identifier: `a${number}`,
  customerNumber: 7,
  version: 3,
  isDefault: false,
  ...stamps,
  accessPass: [],
  entitlement: [],
  outstandingAction: [],
  ...more,
});
const before: Aggregate = {
  customer: {
    number: 7,
    uuid: 'u',
    kind: 'person',
    type: 'standard',
    state: 'active',
    version: 5,
    details: { name: 'Ida' },
    ...stamps,
    changedAt: stamps.createdAt,
    changedBy: 'x',
    changedByChannel: 'native',
  },
  passwordHash: null,
  accounts: [account(1, { isDefault: true }), account(2)],
};
const actor = actorOf({
  id: 1,
  slug: 'a',
  name: 'a',
  timeZone: 'UTC',
  baseUrl: 'https://a.example.com',
  digestKey: Buffer.alloc(32),
  settings: {},
  version: 1,
});

test('nothing changed: no changeset', () => {
  assert.equal(changesetOf(before, structuredClone(before)), undefined);
});

test('a change of the customer raises every account, and says that it caused it', () => {
  const changeset = changesetOf(before, {
    ...before,
    customer: { ...before.customer, details: { name: 'Ida Moss', email: 'i@example.com' } },
  });
  assert.deepEqual(
    changeset?.changes.map(({ subject, kind, cause, version, members }) => ({
      subject,
      kind,
      cause,
      version,
      members,
    })),
    [
      { subject: 'customer', kind: 'updated', cause: 'own', version: 6, members: ['name', 'email'] },
      { subject: 'account', kind: 'updated', cause: 'customer', version: 4, members: [] },
      { subject: 'account', kind: 'updated', cause: 'customer', version: 4, members: [] },
    ],
  );
  assert.doesNotMatch(JSON.stringify(changeset?.changes), /Moss|example/, 'names of members, no values');
});

test('switching the default changes the two accounts that it touches, and no other', () => {
  const changeset = changesetOf(before, { ...before, accounts: withDefault(before.accounts, 'a2', true, actor) });
  assert.deepEqual(
    changeset?.changes.map((change) => [change.subject, change.accountNumber, change.members]),
    [
      ['account', 1, ['isDefault']],
      ['account', 2, ['isDefault']],
    ],
  );
  assert.deepEqual(
    changeset?.after.accounts.map((one) => [one.isDefault, one.version, one.changedBy]),
    [
      [false, 4, 'test client'],
      [true, 4, 'test client'],
    ],
  );
  assert.equal(changeset?.after.customer.version, 6, 'guards the whole');
});

test('a new account starts at the version it was given; a removed one leaves a change without a document', () => {
  const grown = changesetOf(before, withNewAccount(before, account(3, { version: 9 }), actor));
  assert.deepEqual(
    grown?.changes.map((change) => [change.kind, change.version]),
    [['created', 9]],
  );
  const shrunk = changesetOf(before, { ...before, accounts: before.accounts.slice(1) });
  assert.deepEqual(shrunk?.changes, [
    {
      subject: 'account',
      customerNumber: 7,
      accountNumber: 1,
      kind: 'deleted',
      cause: 'delete',
      version: 4,
      members: [],
      events: [],
    },
  ]);
});

test('stamps move only with real changes', () => {
  assert.equal(changedAccount(before.accounts[0] as Account, { isDefault: true }, actor), before.accounts[0]);
  const cleared = changedAccount(account(1, { alias: 'x' }), { alias: undefined } as never, actor);
  assert.ok(!('alias' in cleared));
  assert.equal(cleared.changedAt, actor.now.toISOString());
});

test('a passive customer takes no account, a full one neither', () => {
  const passive = { ...before, customer: { ...before.customer, state: 'passive' as const } };
  const refusedWith = (kind: string) => (error: unknown) => error instanceof Refusal && error.reason.kind === kind;
  assert.throws(() => withNewAccount(passive, account(3), actor), refusedWith('passive'));
  const full = { ...before, accounts: Array.from({ length: 1000 }, (_, index) => account(index)) };
  assert.throws(() => withNewAccount(full, account(1001), actor), refusedWith('too-many-accounts'));
});
