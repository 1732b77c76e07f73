import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { asOf, type Entry } from './history-support.ts';
import { assertProblem, nativeApi } from './support.ts';

/** When `?at=` is refused; and that what it shows is recorded. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const accountUrl = (identifier: string) => `/v1/accounts/${identifier}`;
const customerUrl = (customerNumber: number) => `/v1/customers/${customerNumber}`;

test("404 for another organisation's", async () => {
  const { identifier, customerNumber } = await api.account();
  const { key } = await server.organisationWithKey('Neighbour');
  const query = `?at=${new Date().toISOString()}`;
  assertProblem(await send('GET', `${accountUrl(identifier)}${query}`, { key }), 404, 'not-found');
  assertProblem(await send('GET', `${customerUrl(customerNumber)}${query}`, { key }), 404, 'not-found');
});

test('410 what was erased or deleted is not told of any instant', async () => {
  const [erased, deleted] = [await api.account(), await api.account()];
  const query = `?at=${new Date().toISOString()}`;
  assert.equal((await send('DELETE', customerUrl(erased.customerNumber))).status, 204);
  assert.equal((await send('DELETE', accountUrl(deleted.identifier))).status, 204);
  for (const url of [accountUrl(erased.identifier), customerUrl(erased.customerNumber), accountUrl(deleted.identifier)])
    assertProblem(await send('GET', `${url}${query}`), 410, 'erased');
  assert.equal((await send('GET', `${customerUrl(deleted.customerNumber)}${query}`)).status, 200);
});

test('410 where nothing that happened is kept any more', async () => {
  const { organisation, key } = await server.organisationWithKey('Silent');
  const account = await api.account({}, key);
  await server.database.query(
    `with pruned as (update organisation_counter set pruned_to = change_number where organisation_id = $1)
     delete from change where organisation_id = $1`,
    [organisation.id],
  );
  const url = accountUrl(account.identifier);
  assertProblem(await send('GET', `${url}?at=${account.createdAt}`, { key }), 410, 'history-pruned');
});

test('400 for what is no instant, or is yet to come', async () => {
  const { identifier, customerNumber } = await api.account();
  for (const url of [accountUrl(identifier), customerUrl(customerNumber)]) {
    for (const at of [
      '2026-05-01',
      '2026-05-01T12:00:00',
      '2026-05-01T12:00Z',
      '2026-05-01T12:00:00+02:00',
      '2026-02-30T12:00:00Z',
      'yesterday',
      '',
      new Date(Date.now() + 60_000).toISOString(),
      `${new Date().toISOString()}&at=${new Date().toISOString()}`,
    ]) {
      assertProblem(await send('GET', `${url}?at=${at}`), 400, 'invalid', ['?at']);
    }
    assertProblem(await send('GET', `${url}?at=2026-05-01T12:00:00Z&surprise=1`), 400, 'invalid', ['?surprise']);
  }
  const response = await send('GET', `${accountUrl(identifier)}?at=2026-05-01`);
  assert.match(response.body.errors[0].detail, /^must be an instant with its offset, such as 2026-05-01T12:00:00Z/);
});

test('403 without history:read besides the scope of the read', async () => {
  const { identifier, customerNumber } = await api.account();
  const query = `?at=${new Date().toISOString()}`;
  for (const [url, scope] of [
    [accountUrl(identifier), 'accounts:read'],
    [customerUrl(customerNumber), 'customers:read'],
  ] as const) {
    const plain = (await server.keyWith([scope])).key;
    const response = await send('GET', `${url}${query}`, { key: plain });
    assertProblem(response, 403, 'insufficient-scope');
    assert.match(response.body.detail, /history:read/);
    assert.equal((await send('GET', url, { key: plain })).status, 200);
    const other = await send('GET', `${url}${query}`, { key: (await server.keyWith(['history:read'])).key });
    assert.match(other.body.detail, new RegExp(scope));
    const { key } = await server.keyWith([scope, 'history:read']);
    assert.equal((await send('GET', `${url}${query}`, { key })).status, 200);
  }
});

test('reads of what was are recorded under names of their own', async () => {
  const { identifier, customerNumber, number } = await api.account();
  const now = new Date();
  await asOf(server, accountUrl(identifier), now);
  await asOf(server, customerUrl(customerNumber), now);
  await send('GET', `${accountUrl(identifier)}?at=2020-01-01T00:00:00Z`);
  const { items } = (await send('GET', `${customerUrl(customerNumber)}/reads`)).body;
  const recorded = items.map(({ operation, accountNumber }: Entry) => [operation, accountNumber]);
  assert.deepEqual(
    new Map(recorded),
    new Map([
      ['customers.read-at', undefined],
      ['accounts.read-at', number],
    ] as const),
  );
  assert.equal(recorded.length, 2);
});
