import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, rowCounts, unique } from './support.ts';

/** PATCH, DELETE and make-default of an account. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const urlOf = ({ identifier }: { identifier: string }) => `/v1/accounts/${encodeURIComponent(identifier)}`;

test('200 PATCH: absent stays, a value replaces, null removes', async () => {
  const account = await api.account({ alias: 'home', accountNumber: 'P 1' });
  const alias = await api.patch(urlOf(account), { alias: ' work ' });
  assert.deepEqual([alias.body.alias, alias.body.accountNumber], ['work', 'P 1']);
  const none = await api.patch(urlOf(account), { accountNumber: null });
  assert.ok(!('accountNumber' in none.body));
  assert.equal(none.body.alias, 'work');
  assert.deepEqual((await send('GET', urlOf(account))).body, none.body);
});

test('200 PATCH stamps the account, not its customer', async () => {
  const account = await api.account();
  server.clock.now = new Date('2031-01-01T00:00:00Z');
  try {
    const { body } = await api.patch(urlOf(account), { alias: 'work' });
    assert.deepEqual([body.changedAt, body.changedBy], ['2031-01-01T00:00:00.000Z', 'test client']);
    assert.deepEqual(body.customer, account.customer);
  } finally {
    server.clock.now = undefined;
  }
});

test('409 PATCH: an alias of the same customer, an account number of the organisation', async () => {
  const held = await api.account({ alias: 'home', accountNumber: 'H 1' });
  const account = await api.account({ customerNumber: held.customerNumber });
  const counts = await rowCounts(server);
  assertProblem(await api.patch(urlOf(account), { alias: 'home' }), 409, 'already-in-use', ['/alias']);
  assertProblem(await api.patch(urlOf(account), { accountNumber: 'H 1' }), 409, 'already-in-use', ['/accountNumber']);
  assert.deepEqual(await rowCounts(server), counts);
  assert.equal((await api.patch(urlOf(account), { alias: 'HOME', accountNumber: 'h 1' })).status, 200);
});

test('200 PATCH: an alias and a number are free again after they were removed or their account deleted', async () => {
  for (const free of [
    (url: string) => api.patch(url, { alias: null, accountNumber: null }),
    (url: string) => send('DELETE', url),
  ]) {
    const members = { alias: 'free', accountNumber: unique('F ') };
    const held = await api.account(members);
    const account = await api.account({ customerNumber: held.customerNumber });
    assert.ok((await free(urlOf(held))).status < 300);
    assert.equal((await api.patch(urlOf(account), members)).status, 200);
  }
});

test('400 PATCH names every faulty member', async () => {
  const account = await api.account();
  const response = await api.patch(urlOf(account), {
    alias: '',
    accountNumber: 5,
    isDefault: 'true',
    identifier: 'other',
    customer: { familyName: 'Thorn' },
    customerNumber: 1,
  });
  const places = ['alias', 'accountNumber', 'isDefault', 'identifier', 'customer', 'customerNumber'];
  assertProblem(
    response,
    400,
    'invalid',
    places.map((member) => `/${member}`),
  );
});

for (const [name, set] of [
  ['make-default', (url: string) => send('POST', `${url}/make-default`)],
  ['PATCH isDefault', (url: string) => api.patch(url, { isDefault: true })],
] as const) {
  test(`200 ${name} moves the flag; both accounts get a new version, a third one does not`, async () => {
    const first = await api.account({ isDefault: true });
    const { customerNumber } = first;
    const [second, third] = [await api.account({ customerNumber }), await api.account({ customerNumber })];
    const response = await set(urlOf(second));
    assert.equal(response.status, 200, response.text);
    assert.equal(response.body.isDefault, true);
    assert.equal(response.headers.etag, '"v2.0"');
    const now = await Promise.all([first, second, third].map((account) => send('GET', urlOf(account))));
    assert.deepEqual(
      now.map(({ body, headers }) => [body.isDefault, headers.etag, body.changedAt !== undefined]),
      [
        [false, '"v2.0"', true],
        [true, '"v2.0"', true],
        [false, '"v1.0"', false],
      ],
    );
  });

  test(`200 ${name} of what is the default already changes nothing`, async () => {
    const account = await api.account({ isDefault: true });
    const counts = await rowCounts(server);
    const response = await set(urlOf(account));
    assert.deepEqual([response.status, response.headers.etag, response.body], [200, '"v1.0"', account]);
    assert.deepEqual(await rowCounts(server), counts);
  });

  test(`200 ${name} by ten at once leaves one default`, async () => {
    const { customerNumber } = await api.customer();
    const accounts = await Promise.all(Array.from({ length: 10 }, () => api.account({ customerNumber })));
    const answers = await Promise.all(accounts.map((account) => set(urlOf(account))));
    assert.ok(answers.every(({ status, body }) => status === 200 && body.isDefault));
    const { body } = await send('GET', `/v1/customers/${customerNumber}/accounts`);
    assert.equal(body.items.filter((item: { isDefault: boolean }) => item.isDefault).length, 1);
  });
}

test('200 PATCH isDefault false or null: nobody is the default', async () => {
  for (const isDefault of [false, null]) {
    const account = await api.account({ isDefault: true });
    const response = await api.patch(urlOf(account), { isDefault });
    assert.deepEqual([response.status, response.body.isDefault], [200, false]);
  }
});

test('204 DELETE takes one account; the customer and the other accounts stay', async () => {
  const account = await api.account({ isDefault: true, alias: 'home' });
  const other = await api.account({ customerNumber: account.customerNumber });
  const response = await send('DELETE', urlOf(account));
  assert.deepEqual([response.status, response.text], [204, '']);
  const customer = await send('GET', `/v1/customers/${account.customerNumber}`);
  assert.deepEqual(customer.body, account.customer);
  const left = await send('GET', `/v1/customers/${account.customerNumber}/accounts`);
  assert.deepEqual(left.body, { items: [other] });
  assert.equal(left.body.items[0].isDefault, false, 'no other account becomes the default by itself');
});

test('410 after DELETE, for everything but creating it anew', async () => {
  const account = await api.account();
  await send('DELETE', urlOf(account));
  assertProblem(await send('GET', urlOf(account)), 410, 'erased');
  assertProblem(await send('DELETE', urlOf(account)), 410, 'erased');
  assertProblem(await api.patch(urlOf(account), { alias: 'x' }), 410, 'erased');
  assertProblem(await send('POST', `${urlOf(account)}/make-default`), 410, 'erased');
  assert.deepEqual((await send('GET', `/v1/accounts?identifier=${account.identifier}`)).body, { items: [] });
});

test('404 for what never was', async () => {
  for (const url of ['/v1/accounts/nobody', '/v1/accounts/%20', `/v1/accounts/${'x'.repeat(200)}`]) {
    assertProblem(await send('GET', url), 404, 'not-found');
    assertProblem(await send('DELETE', url), 404, 'not-found');
    assertProblem(await api.patch(url, {}), 404, 'not-found');
    assertProblem(await send('POST', `${url}/make-default`), 404, 'not-found');
  }
});

for (const identifier of ['a/b', 'å æ', 'a%2Fb', '?#', '...', '\u{1F600}', 'e\u0301', 'a;b&c=d', '\'"<>']) {
  test(`200 an account born elsewhere as ${JSON.stringify(identifier)} is read, found, changed and deleted`, async () => {
    const actor = { ...actorOf(server.organisation), dialect: 'entur' as const };
    const details = { familyName: 'Vale' };
    await createAccount(server.store, actor, { customer: { kind: 'person', details } }, { identifier });
    const url = urlOf({ identifier });
    assert.equal((await send('GET', url)).body.identifier, identifier);
    assert.equal((await api.patch(url, { alias: 'x' })).body.alias, 'x');
    assert.equal((await send('POST', `${url}/make-default`)).body.isDefault, true);
    const found = await send('GET', `/v1/accounts?identifier=${encodeURIComponent(identifier)}`);
    assert.equal(found.body.items[0]?.identifier, identifier);
    const batch = await send('POST', '/v1/accounts/batch-get', { body: { identifiers: [identifier] } });
    assert.equal(batch.body.items[0]?.identifier, identifier);
    assert.equal((await send('DELETE', url)).status, 204);
  });
}

test('404 identifiers are not normalised: another Unicode form is another identifier', async () => {
  const actor = { ...actorOf(server.organisation), dialect: 'entur' as const };
  const customer = { kind: 'person' as const, details: { familyName: 'Vale' } };
  await createAccount(server.store, actor, { customer }, { identifier: '\u00e5' });
  assertProblem(await send('GET', `/v1/accounts/${encodeURIComponent('a\u030a')}`), 404, 'not-found');
  const body = { identifiers: ['a\u030a', '\u00e5'] };
  const batch = await send('POST', '/v1/accounts/batch-get', { body });
  assert.deepEqual(batch.body.missing, ['a\u030a']);
});
