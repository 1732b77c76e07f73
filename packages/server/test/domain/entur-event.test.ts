import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enturEvent } from '#domain/entur-event.ts';
import type { LoggedChange } from '#domain/logged-change.ts';

const change: LoggedChange = {
  number: 7,
  at: '2026-03-02T08:20:00.000Z',
  subject: 'account',
  kind: 'updated',
  cause: 'own',
  customerNumber: 4100217,
  accountNumber: 51,
  identifier: 'EKS:CustomerAccount:k7Qw2',
  version: 3,
  members: ['alias'],
  events: [],
  auditNumber: 7,
  clientId: 1,
};
const told = (members: Partial<LoggedChange>) => enturEvent({ ...change, ...members }, 9001);

test('a change of an account: exactly the four members', () => {
  assert.deepEqual(told({}), {
    kind: 'account.updated',
    payload: { customerNumber: 4100217, organisationId: 9001, type: 'UPDATE', timestamp: '2026-03-02T08:20:00.000Z' },
  });
});

for (const [subject, kind, expected, type] of [
  ['account', 'created', 'account.created', 'CREATE'],
  ['account', 'deleted', 'account.deleted', 'DELETE'],
  ['customer', 'created', 'customer.created', 'CREATE'],
  ['customer', 'updated', 'customer.updated', 'UPDATE'],
  ['customer', 'deleted', 'customer.deleted', 'DELETE'],
] as const) {
  test(`${expected}: ${type}`, () => {
    const event = told({ subject, kind });
    assert.deepEqual([event?.kind, event?.payload.type], [expected, type]);
  });
}

test('accounts that went with their customer are told', () => {
  for (const cause of ['erasure', 'expiry']) assert.equal(told({ kind: 'deleted', cause })?.payload.type, 'DELETE');
});

test('a merge is told of the one that was merged away, whatever became of its row', () => {
  for (const kind of ['updated', 'deleted'] as const) {
    const event = told({ subject: 'customer', kind, events: ['customer.merged'] });
    assert.deepEqual([event?.kind, event?.payload.type], ['customer.merged', 'MERGE']);
  }
});

test('not told: accounts that changed only because their customer did, and all that is no customer and no account', () => {
  assert.equal(told({ cause: 'customer', members: [] }), undefined);
  for (const subject of ['organisation', 'entitlement-type', 'access-pass', 'webhook-subscription']) {
    const { customerNumber: _, accountNumber: __, ...rest } = change;
    assert.equal(enturEvent({ ...rest, subject }, 9001), undefined);
  }
});
