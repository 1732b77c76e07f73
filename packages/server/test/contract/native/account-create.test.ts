import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const create = (body: unknown) => send('POST', '/v1/accounts', { body });

test('201 with a new customer: both at once, in one document', async () => {
  const customer = person({ address: { addressLocality: 'Bath' }, customerRef: 'NEW-1' });
  const members = { identifier: 'new:1', alias: 'home', accountNumber: 'N 1', isDefault: true };
  const { status, body, headers, text } = await create({ ...members, customer });
  assert.equal(status, 201, text);
  const { number, createdAt, customer: shown, ...rest } = body;
  assert.deepEqual(rest, {
    ...members,
    customerNumber: shown.customerNumber,
    hasHiddenEntitlements: false,
    hiddenDiscount: false,
    createdBy: 'test client',
    createdByChannel: 'native',
  });
  assert.ok(Number.isSafeInteger(number));
  assert.equal(createdAt, shown.createdAt);
  assert.deepEqual({ ...shown, ...customer }, shown);
  assert.equal(headers.etag, '"v1.0"');
  assert.equal(headers.location, 'https://accounts.example.com/v1/accounts/new:1');
  const read = await send('GET', '/v1/accounts/new:1');
  assert.equal(read.text, text);
  assert.equal(read.headers.etag, '"v1.0"');
  assert.deepEqual((await send('GET', `/v1/customers/${shown.customerNumber}`)).body, shown);
});

test('201 without an identifier: a UUIDv7 in lower case', async () => {
  const { body } = await create({ customer: person() });
  assert.match(body.identifier, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(body.isDefault, false);
  assert.ok(!('alias' in body || 'accountNumber' in body || 'changedAt' in body));
});

for (const [name, url, owner] of [
  ['POST /accounts', () => '/v1/accounts', (customerNumber: number) => ({ customerNumber })],
  ['POST /customers/:customerNumber/accounts', (number: number) => `/v1/customers/${number}/accounts`, () => ({})],
] as const) {
  const add = (customerNumber: number, members: object = {}) =>
    send('POST', url(customerNumber), { body: { ...owner(customerNumber), ...members } });

  test(`201 ${name} for an existing customer`, async () => {
    const customer = await api.customer();
    const { status, body, headers } = await add(customer.customerNumber, { alias: 'second' });
    assert.equal(status, 201);
    assert.deepEqual(body.customer, customer, 'the customer is as before');
    assert.equal(headers.location, `https://accounts.example.com/v1/accounts/${body.identifier}`);
  });

  test(`201 ${name} as default takes the flag from the other account`, async () => {
    const first = await api.account({ isDefault: true });
    const second = await add(first.customerNumber, { isDefault: true });
    assert.equal(second.body.isDefault, true);
    const { body, headers } = await send('GET', `/v1/accounts/${first.identifier}`);
    assert.equal(body.isDefault, false);
    assert.equal(headers.etag, '"v2.0"');
    assert.equal(body.changedBy, 'test client');
  });

  test(`404 ${name} for a customer who is not there`, async () => {
    assertProblem(await add(999_999_999_999), 404, 'not-found');
  });

  test(`410 ${name} for an erased customer`, async () => {
    const { customerNumber } = await api.customer();
    await send('DELETE', `/v1/customers/${customerNumber}`);
    assertProblem(await add(customerNumber), 410, 'erased');
  });

  test(`409 ${name} with an identifier, account number or alias that is taken`, async () => {
    const members = { identifier: unique('taken-'), accountNumber: unique('T '), alias: 'home' };
    const { customerNumber } = await api.account(members);
    const counts = await rowCounts(server);
    for (const [member, value] of Object.entries(members)) {
      const response = await add(customerNumber, { [member]: value });
      assertProblem(response, 409, 'already-in-use', [`/${member}`]);
    }
    assert.deepEqual(await rowCounts(server), counts);
  });

  test(`410 ${name} with an erased identifier`, async () => {
    const { identifier, customerNumber: gone } = await api.account();
    await send('DELETE', `/v1/customers/${gone}`);
    const { customerNumber } = await api.customer();
    assertProblem(await add(customerNumber, { identifier }), 410, 'erased');
  });

  test(`201 ${name} with the identifier of a deleted account: a new record, whose tag was never there`, async () => {
    const { identifier, number, customerNumber } = await api.account({ alias: 'home' });
    const url = `/v1/accounts/${identifier}`;
    const tags = [await api.tag(url), (await api.patch(url, { alias: 'old' })).headers.etag];
    await send('DELETE', url);
    const again = await add(customerNumber, { identifier, alias: 'old' });
    assert.equal(again.status, 201, again.text);
    assert.notEqual(again.body.number, number);
    assert.ok(!tags.includes(again.headers.etag), `${again.headers.etag} was there before`);
  });
}

test('201 the same alias at another customer', async () => {
  for (let count = 0; count < 2; count += 1) await api.account({ alias: 'holiday' });
});

test('400 without an owner, and with two', async () => {
  assertProblem(await create({}), 400, 'invalid', ['/customer']);
  const { customerNumber } = await api.customer();
  assertProblem(await create({ customerNumber, customer: person() }), 400, 'invalid', ['/customerNumber']);
});

test('400 an owner where the path names one', async () => {
  const { customerNumber } = await api.customer();
  const body = { customerNumber, customer: person() };
  const response = await send('POST', `/v1/customers/${customerNumber}/accounts`, { body });
  assertProblem(response, 400, 'invalid', ['/customerNumber', '/customer']);
});

for (const customerNumber of [0, -1, 1.5, '4100001', null, 2 ** 53, true]) {
  test(`400 customerNumber ${JSON.stringify(customerNumber)}`, async () => {
    assertProblem(await create({ customerNumber }), 400, 'invalid', ['/customerNumber']);
  });
}

for (const identifier of [
  '',
  '.',
  '..',
  '.hidden',
  'a b',
  'a/b',
  'a%2Fb',
  'ä',
  'a'.repeat(61),
  'a,b',
  'a\u200b',
  1,
  null,
]) {
  test(`400 identifier ${JSON.stringify(identifier).slice(0, 20)}`, async () => {
    assertProblem(await create({ identifier, customer: person() }), 400, 'invalid', ['/identifier']);
  });
}

for (const identifier of ['a', '~', '-', 'a'.repeat(60), 'A.b_c~d:e@f+g=h-i', '0', 'batch-get']) {
  test(`201 identifier ${identifier.slice(0, 20)}, found under its Location`, async () => {
    const created = await create({ identifier, customer: person() });
    assert.equal(created.status, 201, created.text);
    const { pathname } = new URL(String(created.headers.location));
    assert.equal((await send('GET', pathname)).body.identifier, identifier);
  });
}

test('201 identifiers are told apart by case', async () => {
  const [one, two] = [await api.account({ identifier: 'case' }), await api.account({ identifier: 'CASE' })];
  assert.notEqual(one.number, two.number);
});

test('400 names every faulty member, those of the customer too', async () => {
  const response = await create({
    identifier: 'a b',
    alias: 'x'.repeat(61),
    accountNumber: 'a<b',
    isDefault: 'yes',
    number: 1,
    customer: { email: 'nobody', address: { addressCountry: 'GBR' }, status: 'active' },
  });
  const customer = ['email', 'address/addressCountry', 'status'].map((member) => `/customer/${member}`);
  const own = ['identifier', 'alias', 'accountNumber', 'isDefault', 'number'].map((member) => `/${member}`);
  assertProblem(response, 400, 'invalid', [...own, ...customer]);
  const meaning = await create({ customer: { givenName: 'Ida', nationality: 'XXX', customerRef: '1', vatID: '1' } });
  assertProblem(meaning, 400, 'invalid', [
    '/customer',
    '/customer/nationality',
    '/customer/customerRef',
    '/customer/vatID',
  ]);
});

for (const accountNumber of ['a<b', 'a>b', 'a&b', 'x'.repeat(41), '', '  ', 12]) {
  test(`400 accountNumber ${JSON.stringify(accountNumber).slice(0, 20)}`, async () => {
    assertProblem(await create({ accountNumber, customer: person() }), 400, 'invalid', ['/accountNumber']);
  });
}

test('201 alias and account number are trimmed', async () => {
  const { body } = await create({ alias: '  holiday home ', accountNumber: ' 00 7 ', customer: person() });
  assert.deepEqual([body.alias, body.accountNumber], ['holiday home', '00 7']);
});

test('409 a customer has at most 1,000 accounts', async () => {
  const { customerNumber } = await api.customer();
  const put = () => send('PUT', '/v1/accounts/many-1', { body: { customerNumber } });
  assert.equal((await put()).status, 201);
  await server.database.query(
    `insert into account (organisation_id, identifier, number, customer_number, version, change_number, state, document)
     select organisation_id, 'many-' || i, 1000000 + i, customer_number, 1, change_number, 'active',
       json_build_object('account', (document -> 'account')::jsonb || jsonb_build_object('identifier', 'many-' || i, 'number', 1000000 + i), 'customer', document -> 'customer')
     from account, generate_series(2, 1000) i where identifier = 'many-1'`,
  );
  assertProblem(await create({ customerNumber }), 409, 'too-many-accounts');
  assert.equal((await put()).status, 200, 'what was created before can be repeated');
  const { customerNumber: other } = await api.customer();
  assert.equal((await create({ customerNumber: other })).status, 201);
  await send('DELETE', '/v1/accounts/many-2');
  assert.equal((await create({ customerNumber, identifier: 'many-2' })).status, 201);
});

test('of 20 creates at once as the default, one stays the default', async () => {
  const { customerNumber } = await api.customer();
  const bodies = Array.from({ length: 20 }, () => ({ customerNumber, isDefault: true }));
  const answers = await Promise.all(bodies.map(create));
  assert.ok(answers.every(({ status }) => status === 201));
  const { body } = await send('GET', `/v1/customers/${customerNumber}/accounts`);
  assert.equal(body.items.length, 20);
  assert.equal(body.items.filter((item: { isDefault: boolean }) => item.isDefault).length, 1);
});
