import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endTombstones } from '#operations/retention/end-tombstones.ts';
import { pruneChanges } from '#operations/retention/prune-changes.ts';
import { startTestServer } from '../../support/server.ts';
import { type Entry, historyOf } from './history-support.ts';
import { nativeApi, unique } from './support.ts';

/** What is left of the past when customers, accounts or the changes themselves go. */
const server = await startTestServer();
const { send, store, clock } = server;
const { patch, ...api } = nativeApi(server);
const history = (url: string, query?: string) => historyOf(server, url, query);
const accountUrl = (identifier: string) => `/v1/accounts/${identifier}`;
const customerUrl = (customerNumber: number) => `/v1/customers/${customerNumber}`;

test('200 of an erased customer and the accounts: who, when and what kind; values are gone', async () => {
  const marker = 'markerhistory';
  const { customerNumber, identifier, number } = await api.account({ alias: marker, customer: { name: marker } });
  await patch(accountUrl(identifier), { alias: `${marker} 2` });
  await patch(customerUrl(customerNumber), { name: `${marker} 2` });
  assert.match((await send('GET', `${accountUrl(identifier)}/history`)).text, /markerhistory/);
  assert.equal((await send('DELETE', customerUrl(customerNumber))).status, 204);
  for (const [url, kinds] of [
    [accountUrl(identifier), ['account.deleted', 'account.updated', 'account.updated', 'account.created']],
    [
      customerUrl(customerNumber),
      [
        'account.deleted',
        'customer.deleted',
        'account.updated',
        'customer.updated',
        'account.updated',
        'account.created',
        'customer.created',
      ],
    ],
  ] as const) {
    const response = await send('GET', `${url}/history`);
    assert.equal(response.status, 200, response.text);
    assert.doesNotMatch(response.text, /markerhistory/);
    const { items } = response.body;
    assert.deepEqual(
      items.map(({ kind }: Entry) => kind),
      kinds,
    );
    for (const item of items) {
      assert.deepEqual([item.before, item.after], [undefined, undefined]);
      assert.deepEqual([item.by, item.customerNumber], ['test client', customerNumber]);
      if (item.accountNumber) assert.deepEqual([item.accountNumber, item.identifier], [number, identifier]);
    }
    assert.equal(items[0].cause, 'erasure');
    assert.ok(
      items.every((item: Entry) => item.erased || (item.cause === 'customer' && url === customerUrl(customerNumber))),
    );
  }
});

test('200 of a deleted account: its own values are gone, those of the customer are not', async () => {
  const { customerNumber, identifier } = await api.account({ alias: 'markerdeleted' });
  await patch(customerUrl(customerNumber), { jobTitle: 'Baker' });
  assert.equal((await send('DELETE', accountUrl(identifier))).status, 204);
  const [deleted, updated, created] = await history(accountUrl(identifier));
  assert.deepEqual([deleted.kind, deleted.cause, deleted.erased], ['account.deleted', 'delete', true]);
  assert.deepEqual(updated.after, { customer: { jobTitle: 'Baker' } });
  assert.deepEqual([created.kind, created.erased, created.after], ['account.created', true, undefined]);
  const ofCustomer = await history(customerUrl(customerNumber));
  assert.deepEqual(ofCustomer.at(-1).after.customerNumber, customerNumber);
  assert.doesNotMatch(JSON.stringify(ofCustomer), /markerdeleted/);
});

test('200 of an identifier that was created anew: the present record; the former one is in the history of its customer', async () => {
  const identifier = unique('again-');
  const former = await api.account({ identifier });
  await patch(accountUrl(identifier), { alias: 'former' });
  await send('DELETE', accountUrl(identifier));
  const present = await api.account({ identifier });
  const entries = await history(accountUrl(identifier));
  assert.deepEqual(
    entries.map(({ kind, version, accountNumber }) => [kind, version, accountNumber]),
    [['account.created', 4, present.number]],
  );
  const old = (await history(customerUrl(former.customerNumber))).filter(({ accountNumber }) => accountNumber);
  assert.deepEqual(
    old.map(({ kind, accountNumber, identifier: shown }) => [kind, accountNumber, shown]),
    ['account.deleted', 'account.updated', 'account.created'].map((kind) => [kind, former.number, undefined]),
  );
});

test('200 of an erased account whose tombstone is over', async () => {
  const { customerNumber, identifier } = await api.account();
  await send('DELETE', customerUrl(customerNumber));
  const before = await history(accountUrl(identifier));
  await endTombstones(store, new Date(Date.now() + 31 * 86_400_000));
  const [left] = await server.database.query('select from account where identifier = $1', [identifier]);
  assert.equal(left, undefined);
  const after = await history(accountUrl(identifier));
  assert.deepEqual(
    after,
    before.map(({ identifier: _, ...entry }) => entry),
  );
});

test('200 where changes are no longer kept: what happened since, with what was before it', async () => {
  const { key } = await server.organisationWithKey('Forgetful');
  const headers = { 'content-type': 'application/merge-patch+json' };
  const merge = async (url: string, body: object) => {
    const response = await send('PATCH', url, { key, headers, body });
    assert.equal(response.status, 200, response.text);
  };
  try {
    clock.now = new Date('2026-01-01T00:00:00Z');
    const account = await api.account({ alias: 'a' }, key);
    const url = accountUrl(account.identifier);
    await merge('/v1/organisation', { changeRetentionDays: 30 });
    await merge(url, { alias: 'b' });
    clock.now = new Date('2026-02-01T00:00:00Z');
    await merge(url, { alias: 'c' });
    await merge(customerUrl(account.customerNumber), { jobTitle: 'Baker' });
    assert.equal(await pruneChanges(store, new Date('2026-02-02T00:00:00Z')), 4);
    const told = async (of: string) =>
      (await send('GET', `${of}/history`, { key })).body.items.map(({ kind, by, before, after, erased }: Entry) => ({
        kind,
        by,
        before,
        after,
        erased,
      }));
    const by = { by: 'test client', erased: undefined };
    const alias = { kind: 'account.updated', before: { alias: 'b' }, after: { alias: 'c' }, ...by };
    const job = { before: {}, after: { jobTitle: 'Baker' } };
    const ofAccount = {
      kind: 'account.updated',
      before: { customer: job.before },
      after: { customer: job.after },
      ...by,
    };
    assert.deepEqual(await told(url), [ofAccount, alias]);
    assert.deepEqual(await told(customerUrl(account.customerNumber)), [
      { ...ofAccount, before: undefined, after: undefined },
      { kind: 'customer.updated', ...job, ...by },
      alias,
    ]);
  } finally {
    clock.now = undefined;
  }
});
