import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey } from '#operations/clients/create-key.ts';
import { alone } from '../../support/one-server.ts';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts } from './support.ts';

/** What surrounds every route: problem documents, ids, credentials, methods, limits, and that errors keep secrets. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

test('a problem has type, title, status, detail, code and both ids', async () => {
  const response = await send('GET', '/v1/customers/1', { headers: { 'x-correlation-id': 'order-4711' } });
  const { requestId, ...rest } = response.body;
  assert.deepEqual(rest, {
    type: 'https://accounts.example.com/docs/errors#not-found',
    title: 'Not found',
    status: 404,
    detail: 'No such customer is available to you.',
    code: 'not-found',
    correlationId: 'order-4711',
  });
  assert.equal(response.headers['x-request-id'], requestId);
  assert.equal(response.headers['x-correlation-id'], 'order-4711');
  assert.match(requestId, /^[0-9a-f-]{36}$/);
  assert.equal(response.headers['cache-control'], 'private, no-store');
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
});

test('ids stand on every response; a correlation id that is not one is replaced', async () => {
  const { customerNumber } = await api.customer();
  const url = `/v1/customers/${customerNumber}`;
  const odd = ['', 'a b', 'x'.repeat(129), 'caf\u00e9'];
  for (const given of odd) {
    const { headers } = await send('GET', url, { headers: { 'x-correlation-id': given } });
    assert.equal(headers['x-correlation-id'], headers['x-request-id'], given);
  }
  for (const response of [
    await send('GET', url, { headers: { 'if-none-match': '*', 'x-correlation-id': 'c' } }),
    await send('GET', '/v1/nothing', { headers: { 'x-correlation-id': 'c' } }),
    await send('GET', '/v1/accounts/%', { headers: { 'x-correlation-id': 'c' } }),
    await send('DELETE', url, { headers: { 'x-correlation-id': 'c' } }),
    await send('GET', url, { key: null, headers: { 'x-correlation-id': 'c' } }),
  ]) {
    assert.equal(response.headers['x-correlation-id'], 'c');
    assert.match(String(response.headers['x-request-id']), /^[0-9a-f-]{36}$/);
  }
});

test('the correlation id is in the audit', async () => {
  const { body } = await send('POST', '/v1/customers', { body: person(), headers: { 'x-correlation-id': 'audit-1' } });
  const rows = await server.database.query(`select customer_number from audit where correlation_id = 'audit-1'`);
  assert.deepEqual(
    rows.map(({ customer_number }) => Number(customer_number)),
    [body.customerNumber],
  );
});

const get = (headers: Record<string, string>) => send('GET', '/v1/customers', { key: null, headers });

test('200 with the key as bearer token, in any case, or in X-API-KEY, or in both', async () => {
  const { key } = server;
  for (const headers of [
    { authorization: `Bearer ${key}` },
    { authorization: `bearer  ${key}` },
    { 'x-api-key': key },
    { 'x-api-key': key, authorization: `Bearer ${key}` },
  ]) {
    assert.equal((await get(headers as Record<string, string>)).status, 200, Object.keys(headers).join());
  }
});

test('401 without credentials', async () => {
  for (const headers of [{}, { 'x-api-key': '' }] as Record<string, string>[]) {
    const response = await get(headers);
    assertProblem(response, 401, 'missing-credentials');
    assert.equal(response.headers['www-authenticate'], 'Bearer');
  }
});

test('401 with credentials that are not a key of ours', async () => {
  const { key } = server;
  const last = key.endsWith('0') ? '1' : '0';
  const { key: other } = await server.keyWith(undefined);
  for (const headers of [
    { authorization: `Bearer ${key.slice(0, -1)}${last}` },
    { authorization: `Bearer ${key.toUpperCase()}` },
    { authorization: `Bearer ${key}0` },
    { authorization: 'Bearer tsk_9001_1_' },
    { authorization: `Bearer tsk_99999999999999_1_${'0'.repeat(64)}` },
    { authorization: `Bearer tsk_999999999999999_999999999999999_${'0'.repeat(64)}` },
    { authorization: 'Bearer a.b.c' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` },
    { authorization: key },
    { 'x-api-key': 'x' },
    { 'x-api-key': other, authorization: `Bearer ${key}` },
    { 'x-api-key': key, authorization: 'Bearer x' },
  ] as Record<string, string>[]) {
    const response = await get(headers);
    assertProblem(response, 401, 'bad-credentials');
    assert.equal(response.headers['www-authenticate'], 'Bearer');
    assert.ok(!response.text.includes(key.slice(-64)));
  }
});

test('401 from the moment a key is revoked', async () => {
  const { id, key } = await server.keyWith(undefined);
  assert.equal((await send('GET', '/v1/customers', { key })).status, 200);
  await server.store.clients.revoke(server.organisation.id, id);
  assertProblem(await send('GET', '/v1/customers', { key }), 401, 'bad-credentials');
});

test('401 comes before everything that the request says', async () => {
  const body = '{'.repeat(2_000_000);
  assertProblem(await send('POST', '/v1/customers', { key: null, body }), 401, 'missing-credentials');
  assertProblem(await send('GET', '/v1/accounts/%00', { key: 'x' }), 401, 'bad-credentials');
});

for (const [method, url, allow] of [
  ['PUT', '/v1/customers', 'GET, HEAD, POST'],
  ['POST', '/v1/customers/1', 'GET, HEAD, PATCH, DELETE'],
  ['PUT', '/v1/customers/1/accounts', 'GET, HEAD, POST'],
  ['DELETE', '/v1/accounts', 'GET, HEAD, POST'],
  ['POST', '/v1/accounts/x', 'GET, HEAD, PUT, PATCH, DELETE'],
  ['GET', '/v1/accounts/x/make-default', 'POST'],
  ['OPTIONS', '/v1/customers', 'GET, HEAD, POST'],
] as const) {
  test(`405 ${method} ${url}`, async () => {
    for (const prefix of ['', `/o/${server.organisation.slug}`]) {
      const response = await send(method, prefix + url);
      assertProblem(response, 405, 'method-not-allowed');
      assert.equal(response.headers.allow, allow);
    }
  });
}

test('404 for addresses that are none', async () => {
  for (const url of [
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/v1/accounts/a/b',
    '/v1/customers/1/x',
    '/v1//customers',
    '/V1/customers',
  ])
    assertProblem(await send('GET', url), 404, 'unknown-route');
});

test('400 where the identifier or number is left out', async () => {
  assertProblem(await send('DELETE', '/v1/customers/'), 400, 'invalid', ['?customerNumber']);
  assertProblem(await send('DELETE', '/v1/accounts/'), 400, 'invalid', ['?identifier']);
});

test(...alone('429 beyond the limit of the key, with when to come again; another key goes on'), async () => {
  const input = { organisationId: server.organisation.id, name: 'slow client', rateLimits: { perSecond: 2 } };
  const { key } = await createKey(server.store, input);
  const answers = await Promise.all(Array.from({ length: 4 }, () => send('GET', '/v1/customers', { key })));
  const [served, refused] = [200, 429].map((status) => answers.filter((answer) => answer.status === status));
  assert.deepEqual([served?.length, refused?.length], [2, 2]);
  assert.deepEqual(
    served?.map(({ headers }) => headers.ratelimit),
    ['"client-second";r=1;t=1', '"client-second";r=0;t=1'],
  );
  for (const answer of refused as TestResponse[]) {
    assertProblem(answer, 429, 'rate-limited');
    assert.equal(answer.headers['ratelimit-policy'], '"client-second";q=2;w=1');
    assert.equal(answer.headers['retry-after'], '1');
    assert.match(answer.body.detail, /after 1 second\./);
  }
  assert.equal((await send('GET', '/v1/customers')).status, 200);
});

test('no error says what was sent: not in the body, not in a header', async () => {
  const secret = 'secretmarker';
  const { email } = await api.customer({ email: `${secret}@example.com`, customerRef: `${secret}-ref` });
  const { customerNumber, identifier } = await api.account({ alias: secret, accountNumber: `${secret} 1` });
  const [customer, account] = [`/v1/customers/${customerNumber}`, `/v1/accounts/${identifier}`];
  const long = secret.repeat(40);
  const personal = {
    type: secret,
    givenName: long,
    email: secret,
    birthDate: secret,
    nationality: secret,
    language: secret,
    is13OrOver: secret,
    url: secret,
    sameAs: [secret, secret],
    customerRef: long,
    address: { addressCountry: secret, streetAddress: long },
    otherAddress: secret,
    emergencyContact: [secret],
  };
  const counts = await rowCounts(server);
  const answers = [
    await send('POST', '/v1/customers', { body: personal }),
    await send('POST', '/v1/accounts', { body: { customer: personal, alias: long, isDefault: secret } }),
    await api.patch(customer, personal),
    await api.patch(account, { alias: long, accountNumber: `<${secret}`, isDefault: secret }),
    await send('POST', '/v1/customers', { body: { email } }),
    await send('POST', '/v1/customers', { body: person({ customerRef: `${secret}-ref` }) }),
    await send('POST', `${customer}/accounts`, { body: { alias: secret } }),
    await send('POST', `${customer}/accounts`, { body: { accountNumber: `${secret} 1` } }),
    await send('POST', '/v1/customers', { body: `{"name":"${secret}","name":"${secret}"}` }),
    await send('POST', '/v1/customers', { body: `{"name":"${secret}\\u0000"}` }),
    await send('POST', '/v1/customers', { body: `{"name":"${secret}` }),
    await send('POST', '/v1/customers', { body: `"${secret}"` }),
    await send('POST', '/v1/customers', { body: secret, headers: { 'content-type': `text/${secret}` } }),
    await send('POST', '/v1/accounts/batch-get', { body: { identifiers: [secret, secret, 1] } }),
    await send('GET', `/v1/customers?email=${secret}&status=${secret}&cursor=${secret}&limit=${secret}`),
    await send('GET', `/v1/customers?name=${secret}%00`),
    await send('GET', `/v1/customers?name=${secret}%zz`),
    await send('GET', `/v1/customers/${secret}`),
    await send('GET', `/v1/accounts/${secret}`),
    await send('GET', `/v1/accounts/${secret}%zz`),
    await send('PUT', `/v1/accounts/.${secret}`, { body: { customer: { name: secret } } }),
    await send('GET', `/v1/${secret}`),
    await send('GET', customer, { headers: { 'if-none-match': secret } }),
    await send('POST', '/v1/customers', { body: person(), headers: { 'idempotency-key': `${secret}\u00e9` } }),
    await send('GET', customer, { key: secret }),
  ];
  for (const [index, { status, text, headers }] of answers.entries()) {
    assert.ok(status >= 400 && status < 500, `${index}: ${text}`);
    assert.doesNotMatch(text + JSON.stringify(headers), new RegExp(secret), `${index}: ${text}`);
  }
  assert.deepEqual(await rowCounts(server), counts);
});
