import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createCustomer } from '#operations/customers/create.ts';
import { openStore } from '#store/store.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { eventually, type ListeningServer, listeningServer, openStream } from './change-support.ts';
import { assertProblem, nativeApi, person } from './support.ts';

const server = await startTestServer();
const api = nativeApi(server);
const { url, waiting } = await listeningServer(server.store);
/** What another server on the same database has. */
const other = openStore(server.database.connection, { maxConnections: 2 });
after(() => other.close());

type Poll = { answer: Promise<TestResponse>; hangUp: () => void };

/** Asks and does not wait for the answer. */
function poll(query: string, at: Pick<ListeningServer, 'url'> = { url }, key = server.key): Poll {
  const controller = new AbortController();
  const headers = { authorization: `Bearer ${key}` };
  const answer = fetch(`${at.url}/v1/changes?${query}`, { headers, signal: controller.signal }).then(
    async (response) => {
      const text = await response.text();
      return { status: response.status, headers: Object.fromEntries(response.headers), body: JSON.parse(text), text };
    },
  );
  answer.catch(() => {}); // whoever hangs up does not look
  return { answer, hangUp: () => controller.abort() };
}

async function newest(): Promise<number> {
  return (await server.send('GET', '/v1/changes?after=now')).body.position;
}

const elsewhere = (name: string) =>
  createCustomer(other, actorOf(server.organisation), { kind: 'person', details: { name } });

for (const [where, write] of [
  ['this server', () => api.customer()],
  ['another server', () => elsewhere('Away')],
] as const) {
  test(`200 with wait: as soon as ${where} has written`, async (t) => {
    const latencies: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const position = await newest();
      const { answer } = poll(`after=${position}&wait=30`);
      await eventually(async () => (await waiting()) === 1);
      await write();
      const written = performance.now();
      const { status, body } = await answer;
      latencies.push(Math.round((performance.now() - written) * 10) / 10);
      assert.deepEqual([status, body.items.length, body.position], [200, 1, position + 1]);
    }
    t.diagnostic(`milliseconds from the answer of the write to that of the wait: ${latencies.sort((a, b) => a - b)}`);
    assert.ok(Math.max(...latencies) < 5000);
    await eventually(async () => (await waiting()) === 0);
  });
}

test('200 with wait: at once when there is something', async () => {
  const position = await newest();
  await api.customer();
  const { body } = await poll(`after=${position}&wait=30`).answer;
  assert.equal(body.items.length, 1);
  assert.equal(await waiting(), 0);
});

test('200 with wait: an empty page when the time is over', async () => {
  const position = await newest();
  const since = performance.now();
  const { status, body } = await poll(`after=${position}&wait=1`).answer;
  assert.deepEqual([status, body.items, body.position], [200, [], position]);
  const took = performance.now() - since;
  assert.ok(took > 900 && took < 5000, `${took} ms`);
});

test('200 with wait and kinds: what is not asked for does not end the wait, and is passed over', async () => {
  const position = await newest();
  let answered = false;
  const { answer } = poll(`after=${position}&wait=30&kind=account.created`);
  answer.finally(() => {
    answered = true;
  });
  await eventually(async () => (await waiting()) === 1);
  for (let count = 0; count < 5; count += 1) await api.customer();
  assert.equal(answered, false);
  const { customerNumber } = await api.customer();
  await api.account({ customerNumber });
  const { body } = await answer;
  assert.deepEqual([body.items.length, body.items[0].kind, body.position], [1, 'account.created', position + 7]);
});

test('many who wait for the same share the read', async (t) => {
  const crowded = await listeningServer(server.store, { perClient: 100 });
  const position = await newest();
  const polls = Array.from({ length: 50 }, () => poll(`after=${position}&wait=30`, crowded));
  await eventually(async () => (await crowded.waiting()) === 50);
  const reads = t.mock.method(server.store.database, 'read').mock;
  await api.customer();
  for (const { answer } of polls) assert.equal((await answer).body.items.length, 1);
  const ofLog = reads.calls.filter(({ arguments: [, statement] }) => statement.name === 'changes-after');
  assert.ok(ofLog.length <= 3, `${ofLog.length} reads`);
});

test("200 with wait: another organisation's changes do not end it", async () => {
  const { key } = await server.organisationWithKey('Apart');
  const { answer } = poll('wait=30', { url }, key);
  await eventually(async () => (await waiting()) === 1);
  for (let count = 0; count < 5; count += 1) await api.customer();
  await api.customer({}, key);
  const { body } = await answer;
  assert.deepEqual(
    body.items.map(({ number }: { number: number }) => number),
    [1],
  );
});

for (const [loss, status, code, lose] of [
  ['is revoked', 401, 'bad-credentials', 'update api_client set revoked_at = now() where id = $1'],
  ['loses accounts:read', 403, 'insufficient-scope', `update api_client set scopes = '{changes:read}' where id = $1`],
  ['loses changes:read', 403, 'insufficient-scope', `update api_client set scopes = '{accounts:read}' where id = $1`],
] as const) {
  test(`${status} with wait: a key that ${loss} meanwhile is not told what happened then`, async () => {
    const { id, key } = await server.keyWith(['changes:read', 'accounts:read']);
    const { answer } = poll(`after=${await newest()}&wait=30&include=account`, { url }, key);
    await eventually(async () => (await waiting()) === 1);
    await server.database.query(lose, [id]);
    await api.account({ customer: person({ givenName: 'Ines' }) });
    const response = await answer;
    assertProblem(response, status, code);
    assert.doesNotMatch(response.text, /Ines/);
  });
}

test('200 with wait: a key that loses accounts:read meanwhile goes on where no accounts are asked for', async () => {
  const { id, key } = await server.keyWith(['changes:read', 'accounts:read']);
  const { answer } = poll(`after=${await newest()}&wait=30`, { url }, key);
  await eventually(async () => (await waiting()) === 1);
  await server.database.query(`update api_client set scopes = '{changes:read}' where id = $1`, [id]);
  await api.customer();
  assert.equal((await answer).status, 200);
});

test('401 with wait: also when nothing happened', async () => {
  const { id, key } = await server.keyWith(undefined);
  const { answer } = poll(`after=${await newest()}&wait=1`, { url }, key);
  await eventually(async () => (await waiting()) === 1);
  await server.store.clients.revoke(server.organisation.id, id);
  assertProblem(await answer, 401, 'bad-credentials');
});

test('429 when a client waits too often, 503 when too many do; who hangs up is out at once', async () => {
  const small = await listeningServer(server.store, { perClient: 2, inAll: 3 });
  const query = `after=${await newest()}&wait=30`;
  const first = poll(query, small);
  const stream = await openStream(`${small.url}/v1/changes?after=now`, server.key);
  await eventually(async () => (await small.waiting()) === 2);

  const refused = await poll(query, small).answer;
  assertProblem(refused, 429, 'rate-limited');
  assert.equal(refused.headers['retry-after'], '5');
  assert.match(refused.body.detail, /^At most 2 requests .* wait or stream.* after 5 seconds\.$/);
  const second = await openStream(`${small.url}/v1/changes`, server.key);
  assert.equal(second.response.status, 429);
  assert.equal((await poll('limit=1', small).answer).status, 200, 'who need not wait needs no place');

  const { key } = await server.keyWith(undefined);
  const own = poll(query, small, key);
  await eventually(async () => (await small.waiting()) === 3);
  const full = await poll(query, small, (await server.keyWith(undefined)).key).answer;
  assertProblem(full, 503, 'unavailable');
  assert.equal(full.headers['retry-after'], '5');

  for (const leave of [first.hangUp, stream.close, own.hangUp]) {
    const before = await small.waiting();
    leave();
    await eventually(async () => (await small.waiting()) === before - 1);
  }
  assert.ok(!small.log.some((line) => line.includes('"level":50')), small.log.join());
});

test('a stop of the server answers who waits and ends who streams, within a second', async () => {
  const stopping = await listeningServer(server.store);
  const position = await newest();
  const polls = [
    poll(`after=${position}&wait=30`, stopping),
    poll(`after=${position}&wait=30&kind=customer.merged`, stopping),
  ];
  const stream = await openStream(`${stopping.url}/v1/changes?after=now`, server.key);
  await stream.next();
  await eventually(async () => (await stopping.waiting()) === 3);
  const since = performance.now();
  const closed = stopping.close();
  for (const { answer } of polls) {
    const { status, body } = await answer;
    assert.deepEqual([status, body.items, body.position], [200, [], position]);
  }
  assert.equal(await stream.next(), undefined);
  await closed;
  const took = performance.now() - since;
  assert.ok(took < 1000, `${took} ms`);
  await assert.rejects(fetch(stopping.url));
});
