import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { buildServer } from '#server';
import { openStore } from '#store/store.ts';
import { evidence } from '../../support/evidence.ts';
import { inParallel } from '../../support/fixtures.ts';
import { publicUrl, startTestServer, type TestResponse } from '../../support/server.ts';
import { holdingsApi } from './holdings-support.ts';

/** Many at once, half of them on another server: what may be there once is there once. */
const server = await startTestServer();
const api = holdingsApi(server);
// It shares the database with the first one, and nothing else.
const store = openStore(server.database.connection, { maxConnections: 8 });
const addressLimits = { identified: 1_000_000, unidentified: 1_000_000 };
const config = { publicUrl, trustedProxies: [], addressLimits, evidence, checkResponses: true };
const second = buildServer({ store, config, log: pino({ level: 'silent' }) });
after(async () => {
  await second.close();
  await store.close();
});

type Send = (url: string, body?: object) => Promise<TestResponse>;

const toFirst: Send = (url, body) => server.send('POST', url, body ? { body } : {});
const toSecond: Send = async (url, body) => {
  const headers = { authorization: `Bearer ${server.key}` };
  const response = await second.inject({ method: 'POST', url, headers, ...(body ? { payload: body } : {}) });
  const { statusCode: status, body: text } = response;
  return {
    status,
    headers: response.headers as TestResponse['headers'],
    text,
    body: text === '' ? undefined : response.json(),
  };
};

const atOnce = async (total: number, work: (post: Send, index: number) => Promise<TestResponse>) => {
  const results = await inParallel(total, total, (index) => work(index % 2 ? toSecond : toFirst, index));
  return results.map((result) => {
    assert.equal(result.status, 'fulfilled', String((result as PromiseRejectedResult).reason));
    return (result as PromiseFulfilledResult<TestResponse>).value;
  });
};
const statuses = (answers: TestResponse[]) => answers.map(({ status }) => status).sort();

test('50 assign one text to 50 accounts: one does', async () => {
  const accounts = await Promise.all(Array.from({ length: 50 }, () => api.account()));
  const answers = await atOnce(50, (post, index) => post(`${accounts[index]}/access-passes`, { text: 'ONE-FOR-ALL' }));
  assert.deepEqual(statuses(answers), [201, ...Array(49).fill(409)]);
});

test('50 assign one text to one account: one does', async () => {
  const account = await api.account();
  const answers = await atOnce(50, (post) => post(`${account}/access-passes`, { text: 'ONE' }));
  assert.deepEqual(statuses(answers), [201, ...Array(49).fill(409)]);
  assert.equal((await api.get(account)).headers.etag, '"v2.0"');
});

test('20 assign to an account that may carry 5: five do', async () => {
  const namespace = (await api.namespace({ maxActivePerAccount: 5 })).split('/').at(-1);
  const account = await api.account();
  const answers = await atOnce(20, (post, index) =>
    post(`${account}/access-passes`, { namespace, text: `FIVE-${index}` }),
  );
  assert.deepEqual(statuses(answers), [...Array(5).fill(201), ...Array(15).fill(409)]);
  assert.equal((await api.get(account)).body.accessPass.length, 5);
});

test('20 grant one type: one open entitlement', async () => {
  const account = await api.account();
  const entitlementType = await api.type();
  const answers = await atOnce(20, (post) => post(`${account}/entitlements`, { entitlementType }));
  assert.deepEqual(statuses(answers), [201, ...Array(19).fill(409)]);
  assert.equal((await api.get(account)).body.entitlement.length, 1);
  assert.equal((await api.get(`${account}/entitlements?history=true`)).body.items.length, 1);
});

test('20 revoke one: revoked once, everybody hears the same', async () => {
  const account = await api.account();
  const url = await api.grant(account);
  const answers = await atOnce(20, (post) => post(`${url}/revoke`, { reason: 'moved away' }));
  for (const answer of answers) assert.deepEqual([answer.status, answer.text], [200, answers[0]?.text]);
  const { body } = await api.get(`${account}/entitlements?history=true`);
  assert.equal(body.items[0].revisions.length, 2);
});

test('20 replace one card: one does, one card is left', async () => {
  const account = await api.account();
  const url = await api.pass(account);
  const answers = await atOnce(20, (post) => post(`${url}/replace`, { reason: 'lost' }));
  assert.deepEqual(statuses(answers), [201, ...Array(19).fill(409)]);
  assert.equal((await api.get(account)).body.accessPass.length, 1);
});

test('a text that is assigned while it is released: either way it is one thing afterwards', async () => {
  for (let round = 0; round < 10; round += 1) {
    const text = `RACE-${round}`;
    const [first, other] = [await api.account(), await api.account()];
    await api.post(`${await api.pass(first, { text })}/retire`, { reason: 'lost' }, 200);
    const [released, again, taken] = await atOnce(3, (post, index) =>
      index === 0
        ? post(`/v1/access-passes/card/${text}/release`)
        : post(`${index === 1 ? first : other}/access-passes`, { text }),
    );
    const won = [again, taken].filter((answer) => answer?.status === 201);
    assert.ok(won.length <= 1, `${again?.status} ${taken?.status}`);
    if (taken?.status === 201) assert.equal(released?.status, 204);
    const scan = await server.send('GET', `/v1/access-passes/card/${text}`);
    if (won.length === 0) {
      assert.deepEqual([released?.status, scan.status], [204, 404]);
      continue;
    }
    const carrier = (await api.get((again?.status === 201 ? first : other) as string)).body;
    const row = scan.status === 200 ? scan.body.account.identifier : undefined;
    // Assigned to the first and released after that cannot be: what is in use is not released.
    assert.equal(row, carrier.identifier);
    assert.equal(carrier.accessPass[0].text, text);
  }
});
