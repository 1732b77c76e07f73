import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { publicUrl, startTestServer, type TestResponse } from '../../support/server.ts';
import { nativeApi, person, rowCounts, unique } from './support.ts';

/** Two servers on one database, without a common memory: what each promises alone holds for both together. */
const server = await startTestServer();
const api = nativeApi(server);
const workerData = { connection: server.database.connection, publicUrl };
const worker = new Worker(new URL('./second-server.ts', import.meta.url), { workerData });
const [port] = await once(worker, 'message');
after(() => worker.terminate());

type Options = { body?: unknown; headers?: Record<string, string> };

/** Sends the request to one server or the other. */
async function sendTo(index: number, method: string, url: string, options: Options = {}): Promise<TestResponse> {
  if (index % 2 === 0) return server.send(method, url, options);
  const response = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json', ...options.headers },
    body: options.body === undefined ? null : JSON.stringify(options.body),
  });
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: Object.fromEntries(response.headers), body, text };
}

const both = (count: number, work: (index: number) => Promise<TestResponse>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

test('a repeat at the other server gets the same answer', async () => {
  const options = { body: person(), headers: { 'idempotency-key': 'repeat' } };
  const first = await sendTo(0, 'POST', '/v1/customers', options);
  const again = await sendTo(1, 'POST', '/v1/customers', options);
  assert.deepEqual([again.status, again.text], [201, first.text]);
  for (const header of ['etag', 'location', 'content-type', 'cache-control'])
    assert.equal(again.headers[header], first.headers[header]);
  assert.equal(again.headers['idempotency-replayed'], 'true');
});

test('duplicates at both at once have one effect and one answer', async () => {
  for (let round = 0; round < 5; round += 1) {
    const counts = await rowCounts(server);
    const options = { body: person(), headers: { 'idempotency-key': unique('at once ') } };
    const answers = await both(12, (index) => sendTo(index, 'POST', '/v1/customers', options));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal(Number((await rowCounts(server)).customer) - Number(counts.customer), 1);
  }
});

test('duplicates without anything unique in them, too', async () => {
  const counts = await rowCounts(server);
  const options = { body: { name: 'Ash Grove' }, headers: { 'idempotency-key': 'nothing unique' } };
  const answers = await both(12, (index) => sendTo(index, 'POST', '/v1/customers', options));
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  assert.equal(Number((await rowCounts(server)).customer) - Number(counts.customer), 1);
});

test('one e-mail address at both at once: one customer', async () => {
  const { email } = person();
  const answers = await both(12, (index) => sendTo(index, 'POST', '/v1/customers', { body: { email } }));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(11).fill(409)]);
});

test('equal PUTs at both at once: one account, and all answer with it', async () => {
  const body = { customer: person(), alias: 'home' };
  const answers = await both(12, (index) => sendTo(index, 'PUT', '/v1/accounts/both', { body }));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(11).fill(200), 201]);
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
});

test('changes with one tag at both at once: one wins; without a tag all count', async () => {
  const { customerNumber } = await api.customer();
  const url = `/v1/customers/${customerNumber}`;
  const guarded = await both(12, (index) =>
    sendTo(index, 'PATCH', url, { body: { jobTitle: `Baker ${index}` }, headers: { 'if-match': '"v1"' } }),
  );
  assert.deepEqual(guarded.map(({ status }) => status).sort(), [200, ...Array(11).fill(412)]);
  const free = await both(12, (index) => sendTo(index, 'PATCH', url, { body: { jobTitle: `Cook ${index}` } }));
  assert.deepEqual(new Set(free.map(({ status }) => status)), new Set([200]));
  assert.equal(await api.tag(url), '"v14"');
});

test('default switches at both at once: one default stays', async () => {
  const { customerNumber } = await api.customer();
  const accounts = await Promise.all(Array.from({ length: 12 }, () => api.account({ customerNumber })));
  const answers = await both(12, (index) =>
    sendTo(index, 'POST', `/v1/accounts/${accounts[index].identifier}/make-default`),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const { body } = await sendTo(1, 'GET', `/v1/customers/${customerNumber}/accounts`);
  assert.equal(body.items.filter((item: { isDefault: boolean }) => item.isDefault).length, 1);
});

test('what one has written or revoked, the other knows at once', async () => {
  const { identifier, customerNumber } = await api.account();
  const url = `/v1/accounts/${identifier}`;
  assert.equal((await sendTo(1, 'GET', url)).status, 200);
  assert.equal((await sendTo(1, 'PATCH', url, { body: { alias: 'x' } })).headers.etag, await api.tag(url));
  assert.equal((await sendTo(0, 'DELETE', `/v1/customers/${customerNumber}`)).status, 204);
  assert.equal((await sendTo(1, 'GET', url)).status, 410);
  const { id, key } = await server.keyWith(undefined);
  const headers = { authorization: `Bearer ${key}` };
  assert.equal((await sendTo(1, 'GET', '/v1/customers', { headers })).status, 200);
  await server.store.clients.revoke(server.organisation.id, id);
  assert.equal((await sendTo(1, 'GET', '/v1/customers', { headers })).status, 401);
});
