import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

const post = (url: string, body: unknown, idempotencyKey: string, key = server.key): Promise<TestResponse> =>
  send('POST', url, { key, headers: { 'idempotency-key': idempotencyKey }, ...(body === undefined ? {} : { body }) });

/** What a replay must repeat. */
const answerOf = ({ status, text, headers }: TestResponse) => ({
  status,
  text,
  etag: headers.etag,
  location: headers.location,
  type: headers['content-type'],
  cache: headers['cache-control'],
});

const routes: Record<string, () => Promise<[url: string, body: unknown]>> = {
  'POST /customers': async () => ['/v1/customers', person()],
  'POST /accounts': async () => ['/v1/accounts', { customer: person(), alias: 'home' }],
  'POST /customers/:customerNumber/accounts': async () => {
    const { customerNumber } = await api.customer();
    return [`/v1/customers/${customerNumber}/accounts`, { alias: 'home' }];
  },
  'POST /accounts/:identifier/make-default': async () => {
    const { identifier } = await api.account();
    return [`/v1/accounts/${identifier}/make-default`, undefined];
  },
};

for (const [route, request] of Object.entries(routes)) {
  test(`${route}: a repeat gets the same status, body and headers, and has no further effect`, async () => {
    const [url, body] = await request();
    const key = unique('repeat-');
    const first = await post(url, body, key);
    assert.ok(first.status === 201 || first.status === 200, first.text);
    assert.equal(first.headers['idempotency-replayed'], undefined);
    const counts = await rowCounts(server);
    const second = await post(url, body, key);
    assert.deepEqual(answerOf(second), answerOf(first));
    assert.equal(second.headers['idempotency-replayed'], 'true');
    assert.notEqual(second.headers['x-request-id'], first.headers['x-request-id']);
    assert.deepEqual(await rowCounts(server), counts);
  });

  test(`${route}: ten at once have one effect and one answer`, async () => {
    const [url, body] = await request();
    const before = await rowCounts(server);
    const key = unique('at-once-');
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(url, body, key)));
    for (const answer of answers) assert.deepEqual(answerOf(answer), answerOf(answers[0] as TestResponse));
    const after = await rowCounts(server);
    assert.equal(Number(after.audit) - Number(before.audit), 1);
    assert.equal(Number(after.idempotency) - Number(before.idempotency), 1);
  });

  test(`410 ${route}: after the customer was erased`, async () => {
    const [url, body] = await request();
    const key = unique('erased-');
    const first = await post(url, body, key);
    assert.equal((await send('DELETE', `/v1/customers/${first.body.customerNumber}`)).status, 204);
    assertProblem(await post(url, body, key), 410, 'erased');
  });
}

for (const [route, request] of Object.entries(routes).slice(1)) {
  test(`410 ${route}: after the account was deleted, although the customer is there`, async () => {
    const [url, body] = await request();
    const key = unique('deleted-');
    const first = await post(url, body, key);
    assert.equal((await send('DELETE', `/v1/accounts/${first.body.identifier}`)).status, 204);
    assertProblem(await post(url, body, key), 410, 'erased');
  });
}

test('410 POST /accounts: after the account was deleted, also when it took the default from another', async () => {
  const { customerNumber, identifier } = await api.account({ isDefault: true });
  const created = await post('/v1/accounts', { customerNumber, isDefault: true, alias: 'new' }, 'default');
  await post(`/v1/accounts/${identifier}/make-default`, undefined, 'default');
  await send('DELETE', `/v1/accounts/${created.body.identifier}`);
  const repeated = await post('/v1/accounts', { customerNumber, isDefault: true, alias: 'new' }, 'default');
  assertProblem(repeated, 410, 'erased');
  const other = await post(`/v1/accounts/${identifier}/make-default`, undefined, 'default');
  assert.equal(other.status, 200, 'the answer about the other account stays');
});

test('a repeat shows the answer of then, not the state of now', async () => {
  const body = person();
  const first = await post('/v1/customers', body, 'then');
  const url = `/v1/customers/${first.body.customerNumber}`;
  await api.patch(url, { jobTitle: 'Baker' });
  assert.equal((await post('/v1/customers', body, 'then')).text, first.text);
});

test('the order of members and white space do not make another request', async () => {
  const body = person();
  const first = await post('/v1/customers', body, 'order');
  const turned = JSON.stringify(Object.fromEntries(Object.entries(body).reverse()), null, 2);
  const second = await send('POST', '/v1/customers', { body: turned, headers: { 'idempotency-key': 'order' } });
  assert.equal(second.text, first.text);
});

test('422 for another body under the same key', async () => {
  await post('/v1/customers', person(), 'reused');
  const counts = await rowCounts(server);
  assertProblem(await post('/v1/customers', person(), 'reused'), 422, 'idempotency-key-reused');
  assert.deepEqual(await rowCounts(server), counts);
});

test('422 for one of two different requests at once under the same key', async () => {
  const answers = await Promise.all([person(), person()].map((body) => post('/v1/customers', body, 'two at once')));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422]);
});

test('400, 404 and 409 are repeated too, also when the cause is gone', async () => {
  const { email, customerNumber } = await api.customer();
  const requests = [
    { status: 409, url: '/v1/customers', body: person({ email }) },
    { status: 400, url: '/v1/customers', body: person({ email: 'nobody' }) },
    { status: 404, url: '/v1/accounts/later/make-default', body: undefined },
  ];
  const refused = [];
  for (const { status, url, body } of requests) {
    const answer = await post(url, body, `refused ${status}`);
    assert.equal(answer.status, status, answer.text);
    refused.push(answer);
  }
  await send('DELETE', `/v1/customers/${customerNumber}`);
  await send('PUT', '/v1/accounts/later', { body: { customer: person() } });
  for (const [index, { status, url, body }] of requests.entries()) {
    const again = await post(url, body, `refused ${status}`);
    assert.deepEqual(answerOf(again), answerOf(refused[index] as TestResponse));
    assert.equal(again.headers['idempotency-replayed'], 'true');
  }
});

test('412 is not kept: the same key works with the right tag', async () => {
  const { identifier } = await api.account();
  const url = `/v1/accounts/${identifier}/make-default`;
  const stale = await send('POST', url, { headers: { 'idempotency-key': 'stale', 'if-match': '"v9.0"' } });
  assertProblem(stale, 412, 'precondition-failed');
  const tag = await api.tag(`/v1/accounts/${identifier}`);
  const fresh = await send('POST', url, { headers: { 'idempotency-key': 'stale', 'if-match': tag } });
  assert.equal(fresh.status, 200, fresh.text);
});

test('401, 403 and 429 are not kept', async () => {
  const body = person();
  const { key: reader } = await server.keyWith(['customers:read']);
  assertProblem(await post('/v1/customers', body, 'forbidden', reader), 403, 'insufficient-scope');
  assert.equal((await post('/v1/customers', body, 'forbidden')).status, 201);
});

test('after 24 hours, and not before, a key is free for another request', async () => {
  const [first, other] = [person(), person()];
  try {
    server.clock.now = new Date('2030-01-01T00:00:00Z');
    const created = await post('/v1/customers', first, 'a day');
    server.clock.now = new Date('2030-01-01T23:59:59Z');
    assert.equal((await post('/v1/customers', first, 'a day')).text, created.text);
    assertProblem(await post('/v1/customers', other, 'a day'), 422, 'idempotency-key-reused');
    server.clock.now = new Date('2030-01-02T00:00:01Z');
    const again = await post('/v1/customers', other, 'a day');
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [201, undefined]);
    assert.equal((await post('/v1/customers', other, 'a day')).text, again.text);
  } finally {
    server.clock.now = undefined;
  }
});

test('a key belongs to one client and one path', async () => {
  const { key: other } = await server.keyWith(undefined);
  const first = await post('/v1/customers', person(), 'shared');
  const second = await post('/v1/customers', person(), 'shared', other);
  assert.equal(second.status, 201);
  assert.notEqual(second.body.customerNumber, first.body.customerNumber);
  assert.equal((await post('/v1/accounts', { customer: person() }, 'shared')).status, 201);
});

for (const [name, key] of [
  ['empty', ''],
  ['of 256 characters', 'k'.repeat(256)],
  ['with a character that is not ASCII', 'clé'],
  ['with a tab inside', 'a\tb'],
] as const) {
  test(`400 for a key that is ${name}`, async () => {
    const counts = await rowCounts(server);
    assertProblem(await post('/v1/customers', person(), key), 400, 'invalid', ['Idempotency-Key:']);
    assert.deepEqual(await rowCounts(server), counts);
  });
}

test('201 with a key of 255 characters, and with spaces and quotes inside', async () => {
  assert.equal((await post('/v1/customers', person(), 'k'.repeat(255))).status, 201);
  assert.equal((await post('/v1/customers', person(), '"a key"')).status, 201);
});

test('without a key a repeat is another request', async () => {
  const body = { name: 'Ash Grove Club', type: 'Organization' };
  const [first, second] = [
    await send('POST', '/v1/customers', { body }),
    await send('POST', '/v1/customers', { body }),
  ];
  assert.equal(second.status, 201);
  assert.notEqual(second.body.customerNumber, first.body.customerNumber);
});

test('batch-get, PUT, PATCH and DELETE do not look at the key', async () => {
  const headers = { 'idempotency-key': 'x'.repeat(300) };
  const batch = await send('POST', '/v1/accounts/batch-get', { body: { identifiers: ['nobody'] }, headers });
  assert.equal(batch.status, 200);
  const put = await send('PUT', '/v1/accounts/keyed', { body: { customer: person() }, headers });
  assert.equal(put.status, 201);
  assert.equal((await api.patch('/v1/accounts/keyed', { alias: 'a' }, headers)).status, 200);
  assert.equal((await send('DELETE', '/v1/accounts/keyed', { headers })).status, 204);
});

test('neither the key nor the request is stored', async () => {
  const body = person({ jobTitle: 'marker-of-a-request' });
  await post('/v1/customers', { ...body, email: 'nobody' }, 'marker-of-a-key');
  const rows = await server.database.query(
    `select from idempotency i where i::text like '%marker-of%' or encode(request_hash, 'escape') like '%marker-of%'`,
  );
  assert.equal(rows.length, 0);
});
