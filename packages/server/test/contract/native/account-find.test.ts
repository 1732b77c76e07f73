import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, unique } from './support.ts';

/** Look-up, list of a customer, batch read. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

test('200 GET /accounts finds by identifier and by account number, whole', async () => {
  const account = await api.account({ identifier: 'find:1+2', accountNumber: 'F/1 %' });
  for (const query of ['identifier=find:1%2B2', 'accountNumber=F%2F1+%25', 'accountNumber=%20F/1%20%25%20']) {
    const { body, headers, text } = await send('GET', `/v1/accounts?${query}`);
    assert.deepEqual(body, { items: [account] }, text);
    assert.equal(headers['cache-control'], 'private, no-store');
  }
});

test('200 GET /accounts finds nothing: unknown, part of it, another case, deleted, erased', async () => {
  const deleted = await api.account({ identifier: 'find-deleted', accountNumber: 'FD' });
  await send('DELETE', '/v1/accounts/find-deleted');
  const erased = await api.account({ identifier: 'find-erased', accountNumber: 'FE' });
  await send('DELETE', `/v1/customers/${erased.customerNumber}`);
  for (const query of [
    'identifier=nobody',
    'identifier=find',
    'identifier=FIND:1%2B2',
    'accountNumber=F',
    'accountNumber=%25',
    `identifier=${deleted.identifier}`,
    'accountNumber=FD',
    `identifier=${erased.identifier}`,
    'accountNumber=FE',
  ]) {
    assert.deepEqual((await send('GET', `/v1/accounts?${query}`)).body, { items: [] }, query);
  }
});

for (const [query, places] of [
  ['identifier=a&accountNumber=b', ['?accountNumber']],
  ['identifier=a&limit=2', ['?limit']],
  ['accountNumber=a&cursor=2', ['?cursor']],
  ['limit=201', ['?limit']],
  ['cursor=0', ['?cursor']],
  ['identifier=', ['?identifier']],
  [`identifier=${'a'.repeat(61)}`, ['?identifier']],
  ['accountNumber=', ['?accountNumber']],
  [`accountNumber=${'a'.repeat(41)}`, ['?accountNumber']],
  ['identifier=a&identifier=b', ['?identifier']],
  ['email=a@example.com&alias=x', ['?email', '?alias']],
] as const) {
  test(`400 GET /accounts?${query.slice(0, 40)}`, async () => {
    assertProblem(await send('GET', `/v1/accounts?${query}`), 400, 'invalid', [...places]);
  });
}

test('200 all accounts: in the order of their numbers, page by page, without those that are gone', async () => {
  const own = await server.organisationWithKey('Listing');
  const get = async (path: string) => (await send('GET', path, { key: own.key })).body;
  const numbers: number[] = [];
  for (let count = 0; count < 7; count += 1) {
    const body = { customer: { familyName: 'Sample' } };
    const account = (await send('POST', '/v1/accounts', { body, key: own.key })).body;
    if (count === 3) await send('DELETE', `/v1/accounts/${account.identifier}`, { key: own.key });
    else numbers.push(account.number);
  }
  const listed: number[] = [];
  for (let path: string | undefined = '/v1/accounts?limit=2'; path; ) {
    const page: { items: { number: number }[]; next?: string } = await get(path);
    listed.push(...page.items.map(({ number }) => number));
    assert.ok(page.items.length <= 2);
    path = page.next?.slice(own.organisation.baseUrl.length);
  }
  assert.deepEqual(
    listed,
    numbers.toSorted((a, b) => a - b), // two servers give them from blocks of their own
  );
  assert.equal((await get('/v1/accounts')).items.length, 6);
});

test('200 accounts of a customer: in the order of their numbers, page by page', async () => {
  const { customerNumber } = await api.customer();
  const created = [];
  for (let count = 0; count < 7; count += 1) created.push(await api.account({ customerNumber, alias: unique('a') }));
  created.sort((a, b) => a.number - b.number);
  const list = `/v1/customers/${customerNumber}/accounts`;
  assert.deepEqual((await send('GET', list)).body, { items: created });
  assert.deepEqual((await send('GET', `${list}?limit=7`)).body, { items: created });
  const seen = [];
  let url: string | undefined = `${list}?limit=3`;
  while (url) {
    const { body, headers } = await send('GET', url);
    assert.equal(headers['cache-control'], 'private, no-store');
    seen.push(...body.items);
    url = body.next?.replace('https://accounts.example.com', '');
    if (seen.length === 3) await send('DELETE', `/v1/accounts/${created[1].identifier}`);
    if (seen.length === 6) created.push(await api.account({ customerNumber, alias: 'late' }));
  }
  // Of two servers the other one may have given a number of a place that was seen before.
  if (created[7].number < created[5].number) created.pop();
  assert.deepEqual(seen, created);
});

test('200 accounts of a customer who has none, and of other customers never', async () => {
  const { customerNumber } = await api.customer();
  await api.account();
  assert.deepEqual((await send('GET', `/v1/customers/${customerNumber}/accounts`)).body, { items: [] });
});

for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=0', 'cursor=-1', 'cursor=x', 'cursor=', 'cursor=1.5']) {
  test(`400 accounts of a customer with ${query}`, async () => {
    const { customerNumber } = await api.customer();
    const response = await send('GET', `/v1/customers/${customerNumber}/accounts?${query}`);
    assertProblem(response, 400, 'invalid', [`?${query.split('=')[0]}`]);
  });
}

test('200 a cursor beyond the last account: an empty page', async () => {
  const { customerNumber } = await api.account();
  const response = await send('GET', `/v1/customers/${customerNumber}/accounts?cursor=9999999999999999`);
  assert.deepEqual(response.body, { items: [] });
});

for (const number of ['0', '01', '-1', '+1', '1.0', '1e3', 'abc', '12345678901234567', '0x1', '%20', '%31%20']) {
  test(`400 customer number ${number}`, async () => {
    for (const path of ['', '/accounts'])
      assertProblem(await send('GET', `/v1/customers/${number}${path}`), 400, 'invalid', ['?customerNumber']);
    assertProblem(await send('DELETE', `/v1/customers/${number}`), 400, 'invalid', ['?customerNumber']);
    assertProblem(await api.patch(`/v1/customers/${number}`, {}), 400, 'invalid', ['?customerNumber']);
  });
}

test('404 customer numbers that were never given, up to the longest', async () => {
  for (const number of [1, 999_999_999_999, '9007199254740993', '9999999999999999'])
    assertProblem(await send('GET', `/v1/customers/${number}`), 404, 'not-found');
});

const batchGet = (identifiers: unknown) => send('POST', '/v1/accounts/batch-get', { body: { identifiers } });

test('200 batch-get in the order asked for; what is not there is missing', async () => {
  const [one, two] = [await api.account({ identifier: 'batch-1' }), await api.account({ identifier: 'batch-2' })];
  await api.account({ identifier: 'batch-deleted' });
  await send('DELETE', '/v1/accounts/batch-deleted');
  const erased = await api.account({ identifier: 'batch-erased' });
  await send('DELETE', `/v1/customers/${erased.customerNumber}`);
  const { status, body } = await batchGet(['batch-2', 'nobody', 'batch-deleted', 'batch-1', 'batch-erased', 'BATCH-1']);
  assert.equal(status, 200);
  assert.deepEqual(body, { items: [two, one], missing: ['nobody', 'batch-deleted', 'batch-erased', 'BATCH-1'] });
});

test('200 batch-get of 500', async () => {
  const { identifier } = await api.account();
  const { status, body } = await batchGet([...Array.from({ length: 499 }, (_, index) => `none-${index}`), identifier]);
  assert.equal(status, 200);
  assert.deepEqual([body.items.length, body.missing.length], [1, 499]);
});

for (const [name, identifiers, places] of [
  ['501', Array.from({ length: 501 }, (_, index) => `none-${index}`), ['/identifiers']],
  ['none', [], ['/identifiers']],
  ['the same twice', ['a', 'b', 'a'], ['/identifiers']],
  ['an empty one and one too long', ['', 'a'.repeat(61)], ['/identifiers/0', '/identifiers/1']],
  ['a number and null', [1, null], ['/identifiers/0', '/identifiers/1']],
  ['a text', 'a', ['/identifiers']],
  ['nothing', undefined, ['/identifiers']],
] as const) {
  test(`400 batch-get of ${name}`, async () => {
    assertProblem(await batchGet(identifiers), 400, 'invalid', [...places]);
  });
}

test('400 batch-get names an unknown member', async () => {
  const body = { identifiers: ['a'], fields: ['alias'] };
  assertProblem(await send('POST', '/v1/accounts/batch-get', { body }), 400, 'invalid', ['/fields']);
});
