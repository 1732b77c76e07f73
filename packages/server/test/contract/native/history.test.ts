import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { putProfile, startEntur, succeeded } from '../entur/support.ts';
import { done, evidenceApi } from './evidence-support.ts';
import { type Entry, historyOf } from './history-support.ts';
import { nativeApi, unique } from './support.ts';

const server = await startEntur();
const { send } = server;
const { patch, ...api } = nativeApi(server);
const evidence = evidenceApi(server);
const history = (url: string, query?: string) => historyOf(server, url, query);
const accountUrl = (identifier: string) => `/v1/accounts/${identifier}`;
const customerUrl = (customerNumber: number) => `/v1/customers/${customerNumber}`;

/** What entries tell, newest first. */
const told = (entries: Entry[]) => entries.map(({ kind, cause, before, after }) => ({ kind, cause, before, after }));

test('200 who changed what of an account, when, through what; what was created whole', async () => {
  const { key } = await server.keyWith(['accounts:write', 'accounts:read']);
  const from = Date.now();
  const account = await api.account({ alias: 'x' }, key);
  const url = accountUrl(account.identifier);
  const headers = { 'x-correlation-id': 'order-4711', 'content-type': 'application/merge-patch+json' };
  const changed = await send('PATCH', url, { body: { alias: 'y' }, headers, key });
  const [update, create, ...rest] = await history(url);
  assert.deepEqual(rest, []);
  const { number, at, client, ...entry } = update;
  assert.deepEqual(entry, {
    kind: 'account.updated',
    kinds: ['account.updated'],
    cause: 'own',
    customerNumber: account.customerNumber,
    accountNumber: account.number,
    identifier: account.identifier,
    version: 2,
    members: ['alias'],
    by: 'test client',
    dialect: 'native',
    channel: 'native',
    operation: 'accounts.change',
    correlationId: 'order-4711',
    requestId: changed.headers['x-request-id'],
    before: { alias: 'x' },
    after: { alias: 'y' },
  });
  assert.ok(client.id > 0 && client.name === 'test client');
  assert.ok(Date.parse(at) >= from && Date.parse(at) <= Date.now());
  assert.equal(number, create.number + 1);
  assert.deepEqual(
    [create.kind, create.version, create.before, create.after],
    ['account.created', 1, undefined, account],
  );
});

test('200 members that appear, change and go: what is absent on one side is absent', async () => {
  const { identifier } = await api.account();
  const url = accountUrl(identifier);
  for (const body of [
    { alias: 'x', accountNumber: unique('N-') },
    { alias: null },
    { isDefault: true, hiddenDiscount: true },
  ])
    assert.equal((await patch(url, body)).status, 200);
  const [third, second, first] = told(await history(url));
  assert.deepEqual(Object.keys(first?.after), ['alias', 'accountNumber']);
  assert.deepEqual([first?.before, second?.before, second?.after], [{}, { alias: 'x' }, {}]);
  assert.deepEqual(third?.before, { isDefault: false, hasHiddenEntitlements: false, hiddenDiscount: false });
  assert.deepEqual(third?.after, { isDefault: true, hasHiddenEntitlements: true, hiddenDiscount: true });
});

test('200 what an account holds, before and after, with what happened to it', async () => {
  const asked = await evidence.asked('after', { type: { label: 'Student' } });
  const pass = await evidence.pass(asked.account);
  const action = await evidence.action(asked.account);
  await evidence.post(`${action}/complete`, undefined, 200);
  done(await evidence.submit(asked.request));
  done(await evidence.step(asked.request, 'reject'));
  const entries = await history(asked.account);
  const kinds = entries.map((entry) => entry.kinds.slice(1));
  assert.deepEqual(kinds, [
    ['evidence.rejected', 'entitlement.revoked', 'entitlement.removed-after-evidence'],
    ['evidence.submitted'],
    ['outstanding-action.completed'],
    ['outstanding-action.created'],
    ['access-pass.assigned'],
    ['evidence.requested', 'entitlement.granted'],
    [],
  ]);
  const [rejected, submitted, completed, , assigned, granted] = entries;
  assert.deepEqual(granted.before, {});
  assert.equal(granted.after.entitlement[0].entitlementType.label, 'Student');
  assert.equal(granted.after.entitlement[0].grantState, 'provisional');
  assert.deepEqual(submitted.before, { entitlement: granted.after.entitlement });
  assert.equal(submitted.after.entitlement[0].evidenceRequest.state, 'submitted');
  assert.deepEqual(rejected.before, submitted.after);
  assert.deepEqual(rejected.after, {});
  assert.equal(assigned.after.accessPass[0].id, pass.split('/').at(-1));
  assert.equal(completed.before.outstandingAction[0].id, action.split('/').at(-1));
  assert.deepEqual(completed.after, {});
});

test('200 what changed of the customer stands with the account, and once in the history of the customer', async () => {
  const { customerNumber, identifier, number } = await api.account({ customer: { name: 'Ida Moss' } });
  const other = await api.account({ customerNumber });
  const newestFirst = number < other.number ? [other.identifier, identifier] : [identifier, other.identifier];
  const url = customerUrl(customerNumber);
  await patch(url, { name: 'Ida Fern', address: { postalCode: 'AB1' } });
  await patch(url, { address: { streetAddress: '1 Lane' } });
  const [second, first, created] = told(await history(accountUrl(identifier)));
  const address = { postalCode: 'AB1', streetAddress: '1 Lane' };
  assert.deepEqual(first, {
    kind: 'account.updated',
    cause: 'customer',
    before: { customer: { name: 'Ida Moss' } },
    after: { customer: { name: 'Ida Fern', address: { postalCode: 'AB1' } } },
  });
  assert.deepEqual(second?.before, { customer: { address: { postalCode: 'AB1' } } });
  assert.deepEqual(second?.after, { customer: { address } });
  assert.equal(created?.after.customer.name, 'Ida Moss');

  const entries = await history(url);
  const [third, , own] = entries;
  assert.deepEqual(
    entries.map(({ kind, identifier: which }) => [kind, which]),
    [
      ...['account.updated', 'account.updated'].map((kind, index) => [kind, newestFirst[index]]),
      ['customer.updated', undefined],
      ...['account.updated', 'account.updated'].map((kind, index) => [kind, newestFirst[index]]),
      ['customer.updated', undefined],
      ['account.created', other.identifier],
      ['account.created', identifier],
      ['customer.created', undefined],
    ],
  );
  assert.deepEqual(
    [third.cause, 'before' in third, 'after' in third, 'erased' in third],
    ['customer', false, false, false],
  );
  assert.deepEqual([own.before, own.after], [{ address: { postalCode: 'AB1' } }, { address }]);
  assert.equal(entries.at(-1).after.name, 'Ida Moss');
  assert.equal('customer' in entries.at(-2).after, false);
});

test('200 of an account that a customer got later, the customer as of then', async () => {
  const { customerNumber } = await api.customer({ jobTitle: 'Baker' });
  await patch(customerUrl(customerNumber), { jobTitle: 'Cook' });
  const account = await api.account({ customerNumber });
  await patch(customerUrl(customerNumber), { jobTitle: 'Chef' });
  const entries = await history(accountUrl(account.identifier));
  assert.deepEqual(entries.at(-1).after, account);
  assert.equal(entries.at(-1).after.customer.jobTitle, 'Cook');
  assert.deepEqual(entries[0].before, { customer: { jobTitle: 'Cook' } });
});

test('200 who somebody else said that it was is told; a password is named, never shown', async () => {
  const profile = await server.profile({ email: 'ola@example.com', password: 'hemmelig-passord-1' });
  const url = customerUrl(profile.customerNumber);
  const put = (members: object) =>
    server.call('PUT', `/profiles/${profile.customerNumber}`, { ...putProfile, email: 'ola@example.com', ...members });
  succeeded(await put({ firstName: 'Kari' }));
  succeeded(await put({ firstName: 'Kari', password: 'hemmelig-passord-2' }));
  const response = await send('GET', `${url}/history`);
  const [secret, named, created] = response.body.items;
  assert.deepEqual([named.by, named.channel, named.dialect], ['eksempel-app', 'crm', 'entur']);
  assert.deepEqual(named.before, { givenName: 'Ola', changedBy: 'web' });
  assert.deepEqual(named.after, { givenName: 'Kari', changedBy: 'kundesenter' });
  assert.deepEqual([created.by, created.after.createdBy], ['eksempel-app', 'web']);
  assert.deepEqual([secret.members, secret.before, secret.after], [['password'], {}, {}]);
  assert.doesNotMatch(response.text, /hemmelig|scrypt|argon|\$/);
});

test('200 what days began and ended, as it was shown until then and from then on; and that Tessera wrote it down', async () => {
  const { key } = await server.organisationWithKey('Days', 'Europe/Oslo');
  const list = await send('POST', '/v1/entitlement-lists', { key, body: { slug: 'residents', title: 'Residents' } });
  assert.equal(list.status, 201, list.text);
  const type = await send('POST', '/v1/entitlement-lists/residents/types', { key, body: { label: 'Adult' } });
  try {
    server.clock.now = new Date('2026-12-01T12:00:00Z');
    const { identifier } = await api.account({}, key);
    const url = accountUrl(identifier);
    const dates = { validFrom: '2026-12-02', validUntil: '2026-12-03' };
    const body = { entitlementType: type.body.uri, ...dates };
    assert.equal((await send('POST', `${url}/entitlements`, { key, body })).status, 201);
    for (const midnight of ['2026-12-01T23:30:00Z', '2026-12-02T23:30:00Z']) {
      server.clock.now = new Date(midnight);
      assert.equal(await sweepAccounts(server.store, server.clock.now), 1);
    }
    const [ended, begun, granted] = (await send('GET', `${url}/history`, { key })).body.items;
    assert.deepEqual(
      [ended.by, ended.client, ended.dialect, ended.operation],
      ['tessera', { id: 0, name: 'tessera' }, 'job', 'accounts.sweep'],
    );
    const [was] = granted.after.entitlement;
    assert.equal(was.validToday, false);
    assert.deepEqual([begun.before, begun.after], [granted.after, { entitlement: [{ ...was, validToday: true }] }]);
    assert.deepEqual(ended.kinds, ['account.updated', 'entitlement.expired']);
    assert.deepEqual([ended.before, ended.after], [begun.after, {}]);
  } finally {
    server.clock.now = undefined;
  }
});

test('a read of a history is recorded, one that shows nobody is not', async () => {
  const { customerNumber, identifier, number } = await api.account();
  const { customerNumber: erased } = await api.account();
  await send('DELETE', customerUrl(erased));
  await history(accountUrl(identifier));
  await history(customerUrl(customerNumber));
  await history(customerUrl(erased));
  const reads = async (of: number) => (await send('GET', `${customerUrl(of)}/reads`)).body.items;
  const recorded = await reads(customerNumber);
  assert.deepEqual(
    recorded.map(({ operation }: Entry) => operation),
    ['history.read', 'history.read'],
  );
  assert.deepEqual(new Set(recorded.map(({ accountNumber }: Entry) => accountNumber)), new Set([number, undefined]));
  assert.deepEqual(await reads(erased), []);
});
