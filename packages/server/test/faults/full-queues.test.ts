import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { pino } from 'pino';
import { buildServer } from '#server';
import { openStore } from '#store/store.ts';
import { Writer } from '#store/writer.ts';
import { evidence } from '../support/evidence.ts';
import { publicUrl, startTestServer, type TestResponse } from '../support/server.ts';
import { stallWrites, startStallingProxy } from '../support/stalling-proxy.ts';

// The database does not answer, or a lock is not given back: who comes when enough others wait is told at once to come later, the
// server stays as small as it is, and afterwards everybody who waited has had one answer, and it is true.
const server = await startTestServer();
const { send, database, store, organisation } = server;

type Create = { email: string; key: string; answer?: TestResponse };
const body = ({ email }: Create) => ({ customer: { familyName: 'Sample', email } });
const create = (one: Create, padding = '') =>
  send('POST', '/v1/accounts', {
    body: `${JSON.stringify(body(one))}${padding}`,
    headers: { 'idempotency-key': one.key, 'content-type': 'application/json' },
  });
const creates = (name: string, count: number): Create[] =>
  Array.from({ length: count }, (_, n) => ({ email: `${name}${n}@example.com`, key: `${name} ${n}` }));

async function emailsLike(name: string): Promise<string[]> {
  const rows = await database.query('select email_key as email from customer where email_key like $1 order by 1', [
    `${name}%`,
  ]);
  return rows.map((row) => row.email as string);
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a first collection finds unused holds buffers, which are given back beside it.
  for (let times = 0; times < 3; times += 1) {
    collect();
    await sleep(20);
  }
}

function assertLater(answer: TestResponse): void {
  assert.equal(answer.status, 503, answer.text);
  assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/);
}

test('writes beyond the limit are turned away at once, and those that wait are done, once each', async () => {
  const [maxWaiting, maxBatch] = [40, 16];
  const { writer, freeze, thaw } = await stallWrites(store, database, { maxWaiting, maxBatch });
  assert.equal((await create({ email: 'first@example.com', key: 'first' })).status, 201);
  freeze();
  const all = creates('full', 120);
  const answering = all.map(async (one) => {
    one.answer = await create(one);
  });
  while (writer.asked < 1 + all.length) await sleep(5);
  await sleep(20);
  const refused = all.filter(({ answer }) => answer !== undefined);
  for (const { answer } of refused) assertLater(answer as TestResponse);
  // One batch is under way, as large as may be or as what had come by then; behind it as many wait as may.
  const done = all.filter((one) => !refused.includes(one));
  assert.ok(done.length > maxWaiting && done.length <= maxWaiting + maxBatch, `${done.length} wait`);
  thaw();
  await Promise.all(answering);
  for (const { answer } of done) assert.equal(answer?.status, 201, answer?.text);
  assert.deepEqual(await emailsLike('full'), done.map(({ email }) => email).sort());

  for (const one of refused) assert.equal((await create(one)).status, 201);
  for (const one of done.slice(0, 5)) assert.equal((await create(one)).text, one.answer?.text);
  assert.deepEqual(await emailsLike('full'), all.map(({ email }) => email).sort());
});

test('a lock that is not given back: all who wait for it are told in seconds, not one batch after the other', async () => {
  const usual = store.writer;
  const { customerNumber } = (await create({ email: 'hot@example.com', key: 'hot' })).body;
  store.writer = new Writer(store.database, { maxBatch: 2 });
  const holder = new pg.Client(database.connection);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from organisation_counter where organisation_id = $1 for update', [organisation.id]);
  const all = creates('locked', 20);
  const began = performance.now();
  const changes = Array.from({ length: 10 }, (_, n) =>
    send('PATCH', `/v1/customers/${customerNumber}`, {
      body: { jobTitle: `Baker ${n}` },
      headers: { 'content-type': 'application/merge-patch+json' },
    }),
  );
  for (const answer of await Promise.all([...all.map((one) => create(one)), ...changes])) assertLater(answer);
  // lock_timeout is 5 s: once, or twice where some came later than others.
  assert.ok(performance.now() - began < 14_000);
  await holder.query('rollback');
  await holder.end();
  for (const answer of await Promise.all(all.map((one) => create(one)))) assert.equal(answer.status, 201, answer.text);
  assert.equal((await emailsLike('locked')).length, all.length);
  store.writer = usual;
});

test('what waits to be written holds no more than what it says', async () => {
  const { writer, freeze, thaw } = await stallWrites(store, database);
  assert.equal((await create({ email: 'third@example.com', key: 'third' })).status, 201);
  freeze();
  const origin = await server.listen();
  const padding = Buffer.alloc(1_000_000, ' '); // one for all, so that what this end holds is little
  const waiting = creates('padded', 60).map(async (one) => {
    const headers = {
      authorization: `Bearer ${server.key}`,
      'content-type': 'application/json',
      'idempotency-key': one.key,
    };
    const sent = request(`${origin}/v1/accounts`, { method: 'POST', headers });
    sent.write(JSON.stringify(body(one)));
    sent.end(padding);
    const [response] = await once(sent, 'response');
    response.resume();
    return response.statusCode;
  });
  await collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  while (writer.asked < 1 + waiting.length) await sleep(5);
  await collectGarbage();
  const grown = process.memoryUsage().arrayBuffers - before;
  thaw();
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set([201]));
  assert.ok(grown < 20_000_000, `60 requests of 1 MB hold ${grown} bytes`);
});

test('who is turned away leaves nothing behind in memory', async () => {
  const used = async () => {
    await collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const { writer, freeze, thaw } = await stallWrites(store, database, { maxWaiting: 1 });
  assert.equal((await create({ email: 'second@example.com', key: 'second' })).status, 201);
  freeze();
  const [under, behind] = creates('stays', 2) as [Create, Create];
  const waiting = [create(under)];
  while (writer.asked < 2) await sleep(5);
  await sleep(20);
  waiting.push(create(behind));
  while (writer.asked < 3) await sleep(5);
  const padding = ' '.repeat(60_000);
  const flood = async (name: string, count: number) => {
    for (const answer of await Promise.all(creates(name, count).map((one) => create(one, padding))))
      assertLater(answer);
  };
  await flood('first', 50);
  const before = await used();
  for (let round = 0; round < 6; round += 1) await flood(`round ${round} `, 50);
  const grown = (await used()) - before;
  assert.ok(grown < 3_000_000, `300 requests of 60 kB left ${grown} bytes`);
  thaw();
  for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 201, answer.text);
});

test('reads beyond the limit are turned away at once while the database hangs; afterwards all who waited are answered', async () => {
  const proxy = await startStallingProxy(database);
  const far = openStore(proxy.connection, { maxConnections: 4 });
  after(() => far.close());
  const limits = { identified: 1_000_000, unidentified: 1_000_000 };
  const app = buildServer({
    store: far,
    config: { publicUrl, trustedProxies: [], addressLimits: limits, evidence, checkResponses: true },
    log: pino({ level: 'silent' }),
  });
  after(() => app.close());
  const get = (url: string) => app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${server.key}` } });
  await create({ email: 'known@example.com', key: 'known' });
  const [row] = await database.query(
    `select identifier from account where document -> 'customer' #>> '{details,email}' = 'known@example.com'`,
  );
  const url = `/v1/accounts/${row?.identifier}`;
  assert.equal((await get(url)).statusCode, 200);

  proxy.freeze();
  // Requests that came before, as the store sees them: each asks for its client first.
  let answered = 0;
  const key = Number(server.key.split('_')[2]);
  const before = Array.from({ length: 19_990 }, () =>
    far.clients.find(organisation.id, key).then(() => (answered += 1)),
  );
  const waiting = Array.from({ length: 10 }, () => get(url));
  await sleep(20);
  const began = performance.now();
  for (const answer of await Promise.all(Array.from({ length: 30 }, () => get(url)))) {
    assert.equal(answer.statusCode, 503, answer.body);
    assert.match(String(answer.headers['retry-after']), /^[1-9]\d*$/);
  }
  assert.ok(performance.now() - began < 2000);
  assert.equal(answered, 0);
  proxy.thaw();
  for (const answer of await Promise.all(waiting)) assert.equal(answer.statusCode, 200, answer.body);
  await Promise.all(before);
  assert.equal(answered, 19_990);
  assert.equal((await get(url)).statusCode, 200);
});
