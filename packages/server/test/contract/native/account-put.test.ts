import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const put = (identifier: string, body: unknown) => send('PUT', `/v1/accounts/${identifier}`, { body });

test('201 creates under the identifier of the path', async () => {
  const { status, body, headers } = await put('put:1@a+b=c', { alias: 'home', customer: person() });
  assert.equal(status, 201);
  assert.equal(body.identifier, 'put:1@a+b=c');
  assert.equal(headers.location, 'https://accounts.example.com/v1/accounts/put:1@a+b=c');
  assert.equal(headers.etag, '"v1.0"');
});

test('201 for an existing customer', async () => {
  const customer = await api.customer();
  const { status, body } = await put(unique('put-'), { customerNumber: customer.customerNumber });
  assert.equal(status, 201);
  assert.deepEqual(body.customer, customer);
});

for (const [owner, body] of [
  ['a new customer', async () => ({ customer: person(), alias: 'home', accountNumber: unique('P ') })],
  ['an existing customer', async () => ({ ...(await api.customer()), alias: 'home', isDefault: true })],
] as const) {
  const request = async () => {
    const { customerNumber, ...rest } = { customerNumber: undefined, ...(await body()) };
    return customerNumber === undefined ? rest : { customerNumber, alias: 'home', isDefault: true };
  };

  test(`200 repeated for ${owner}: the account as it is, without an effect`, async () => {
    const identifier = unique('repeat-');
    const sent = await request();
    const created = await put(identifier, sent);
    assert.equal(created.status, 201, created.text);
    const counts = await rowCounts(server);
    const turned = Object.fromEntries(Object.entries(sent).reverse());
    const repeated = await put(identifier, turned);
    assert.deepEqual([repeated.status, repeated.text], [200, created.text]);
    assert.equal(repeated.headers.etag, created.headers.etag);
    assert.equal(repeated.headers.location, undefined);
    assert.deepEqual(await rowCounts(server), counts);
  });

  test(`200 repeated for ${owner} after a change: what it is now`, async () => {
    const identifier = unique('changed-');
    const sent = await request();
    const { body: created } = await put(identifier, sent);
    await api.patch(`/v1/accounts/${identifier}`, { alias: 'work' });
    await api.patch(`/v1/customers/${created.customerNumber}`, { email: `${unique('new')}@example.com` });
    const repeated = await put(identifier, sent);
    assert.deepEqual([repeated.status, repeated.body.alias], [200, 'work']);
  });

  test(`200 repeated for ${owner} after the customer was deactivated`, async () => {
    const identifier = unique('passive-');
    const sent = await request();
    const { body: created } = await put(identifier, sent);
    await deactivate(created.customerNumber);
    const repeated = await put(identifier, sent);
    assert.deepEqual([repeated.status, repeated.body.customer.status], [200, 'passive'], repeated.text);
  });

  test(`of ten equal ones at once for ${owner}, one creates and all answer with the account`, async () => {
    const identifier = unique('at-once-');
    const sent = await request();
    const before = await rowCounts(server);
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(identifier, sent)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(9).fill(200), 201]);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    const after = await rowCounts(server);
    assert.equal(Number(after.account) - Number(before.account), 1);
    assert.equal(Number(after.audit) - Number(before.audit), 1);
  });
}

test('409 with other content, and nothing changes', async () => {
  const customer = person();
  const created = await put('content', { customer, alias: 'home' });
  const { customerNumber } = await api.customer();
  const counts = await rowCounts(server);
  for (const body of [
    { customer },
    { customer, alias: 'work' },
    { customer: { ...customer, familyName: 'Thorn' }, alias: 'home' },
    { customer: person(), alias: 'home' },
    { customerNumber, alias: 'home' },
    { customerNumber: created.body.customerNumber, alias: 'home' },
  ]) {
    assertProblem(await put('content', body), 409, 'other-content');
  }
  assert.deepEqual(await rowCounts(server), counts);
  assert.deepEqual((await send('GET', '/v1/accounts/content')).body, created.body);
});

test('409 for an account that was created in another way', async () => {
  const { identifier } = await api.account({ identifier: 'posted' });
  assertProblem(await put(identifier, { customer: person() }), 409, 'other-content');
});

test('of ten different ones at once, one wins', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => put('contest', { customer: person() })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)]);
});

test('409 a clash with another account or customer is told as that', async () => {
  const { email, customerNumber } = await api.customer();
  await api.account({ customerNumber, alias: 'home', accountNumber: 'C 1' });
  const clash = async (body: object, place: string) =>
    assertProblem(await put('clash', body), 409, 'already-in-use', [place]);
  await clash({ customer: person({ email }) }, '/customer/email');
  await clash({ customerNumber, alias: 'home' }, '/alias');
  await clash({ customer: person(), accountNumber: 'C 1' }, '/accountNumber');
  assertProblem(await send('GET', '/v1/accounts/clash'), 404, 'not-found');
});

test('409 a clash is told as that, also where an account was deleted', async () => {
  const { email } = await api.customer();
  await put('clash-deleted', { customer: person() });
  await send('DELETE', '/v1/accounts/clash-deleted');
  const response = await put('clash-deleted', { customer: person({ email }) });
  assertProblem(response, 409, 'already-in-use', ['/customer/email']);
});

test('409 a new account of a deactivated customer', async () => {
  const { customerNumber } = await api.customer();
  await deactivate(customerNumber);
  assertProblem(await put(unique('put-'), { customerNumber }), 409, 'passive-customer');
});

test('201 after a DELETE: a new record; versions go on and never repeat', async () => {
  const { customerNumber } = await api.customer();
  const seen = new Set<unknown>();
  const numbers = new Set<number>();
  for (let round = 0; round < 3; round += 1) {
    const { status, body, headers } = await put('phoenix', { customerNumber });
    assert.equal(status, 201);
    numbers.add(body.number);
    const patched = await api.patch('/v1/accounts/phoenix', { alias: `round ${round}` });
    for (const tag of [headers.etag, patched.headers.etag]) {
      assert.ok(!seen.has(tag), `${tag} was there before`);
      seen.add(tag);
    }
    assert.equal((await send('DELETE', '/v1/accounts/phoenix')).status, 204);
  }
  assert.equal(numbers.size, 3);
});

test('of ten equal ones at once after a DELETE, one creates', async () => {
  const { customerNumber } = await api.customer();
  await put('again', { customerNumber });
  await send('DELETE', '/v1/accounts/again');
  const answers = await Promise.all(Array.from({ length: 10 }, () => put('again', { customerNumber })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(9).fill(200), 201]);
});

test('410 after an erasure, with the same and with other content, and with If-Match', async () => {
  const customer = person();
  const { body } = await put('erased', { customer });
  await send('DELETE', `/v1/customers/${body.customerNumber}`);
  assertProblem(await put('erased', { customer }), 410, 'erased');
  assertProblem(await put('erased', { customer: person() }), 410, 'erased');
  const options = { body: { customer }, headers: { 'if-match': '"v1.0"' } };
  assertProblem(await send('PUT', '/v1/accounts/erased', options), 410, 'erased');
});

test('404 and 410 for a customer who is not there or was erased', async () => {
  assertProblem(await put('orphan', { customerNumber: 1 }), 404, 'not-found');
  const { customerNumber } = await api.customer();
  await send('DELETE', `/v1/customers/${customerNumber}`);
  assertProblem(await put('orphan', { customerNumber }), 410, 'erased');
});

for (const identifier of ['%2e', '.hidden', 'a%20b', 'a%2Fb', '%C3%A4', 'a'.repeat(61), 'a%25b', 'a,b']) {
  test(`400 identifier ${identifier.slice(0, 20)}`, async () => {
    const response = await put(identifier, { customer: person() });
    assertProblem(response, 400, 'invalid', ['?identifier']);
  });
}

test('400 an identifier in the body, no owner, two owners, faulty members', async () => {
  assertProblem(await put('b', { identifier: 'b', customer: person() }), 400, 'invalid', ['/identifier']);
  assertProblem(await put('b', {}), 400, 'invalid', ['/customer']);
  assertProblem(await put('b', { customer: person(), customerNumber: 1 }), 400, 'invalid', ['/customerNumber']);
  const faulty = await put('b', { customer: { email: 'x', hobby: 'y' }, alias: 5 });
  assertProblem(faulty, 400, 'invalid', ['/customer/email', '/customer/hobby', '/alias']);
});

async function deactivate(customerNumber: number): Promise<void> {
  const until = new Date('2030-01-01T00:00:00Z');
  await deactivateCustomer(server.store, actorOf(server.organisation), customerNumber, until, 'test');
}
