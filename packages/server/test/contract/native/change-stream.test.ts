import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { eventually, listeningServer, openStream } from './change-support.ts';
import { assertProblem, nativeApi } from './support.ts';

const server = await startTestServer();
const api = nativeApi(server);
const { url, waiting, log } = await listeningServer(server.store);
/** One whose times are short. */
const hasty = await listeningServer(server.store, { heartbeat: 30, recheck: 30 });

/** Opens a stream that is closed when the test ends. */
async function follow(
  t: TestContext,
  query: string,
  options: { at?: string; key?: string; last?: number | string } = {},
) {
  const { at = url, key = server.key, last } = options;
  const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': String(last) };
  const stream = await openStream(`${at}/v1/changes?${query}`, key, headers);
  t.after(stream.close);
  return stream;
}

async function newest(): Promise<number> {
  return (await server.send('GET', '/v1/changes?after=now')).body.position;
}

test('200 first what there is, then what happens, each with its number', async (t) => {
  const from = await newest();
  const { customerNumber, identifier } = await api.account();
  const { response, next } = await follow(t, `after=${from}`);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('cache-control'), 'private, no-store');
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  assert.deepEqual(await next(), { retry: '1000', id: String(from), event: 'position', data: { position: from } });
  const created = await next();
  assert.deepEqual([created?.event, created?.data.customerNumber], ['customer.created', customerNumber]);
  assert.deepEqual((await next())?.data.identifier, identifier);
  const page = await server.send('GET', `/v1/changes?after=${from}`);
  assert.deepEqual(created?.data, page.body.items[0]);
  for (let count = 0; count < 3; count += 1) {
    await api.patch(`/v1/customers/${customerNumber}`, { jobTitle: `Baker ${count}` });
    const [customer, account] = [await next(), await next()];
    assert.deepEqual([customer?.id, customer?.event], [String(from + 3 + 2 * count), 'customer.updated']);
    assert.deepEqual([account?.id, account?.event], [String(from + 4 + 2 * count), 'account.updated']);
  }
});

test('200 Last-Event-ID goes on where the stream broke off, whatever after says', async (t) => {
  const from = await newest();
  for (let count = 0; count < 3; count += 1) await api.customer();
  for (const query of ['', 'after=0', 'after=now', 'limit=1']) {
    const { until } = await follow(t, query, { last: from + 1 });
    const [position, ...rest] = await until(({ id }) => id === String(from + 3));
    assert.equal(position?.id, String(from + 1));
    assert.deepEqual(
      rest.map(({ id }) => id),
      [String(from + 2), String(from + 3)],
    );
  }
});

test('200 with after=now: only what happens from now on', async (t) => {
  const from = await newest();
  const { next } = await follow(t, 'after=now');
  assert.equal((await next())?.data.position, from);
  await api.customer();
  assert.equal((await next())?.data.number, from + 1);
});

test('200 with include=account and format=entur', async (t) => {
  const from = await newest();
  const { identifier } = await api.account();
  const whole = await follow(t, `after=${from}&include=account`);
  const seen = await whole.until(({ event }) => event === 'account.created');
  assert.deepEqual(seen.at(-1)?.data.account, (await server.send('GET', `/v1/accounts/${identifier}`)).body);
  const entur = await follow(t, `after=${from}&format=entur`);
  const told = await entur.until(({ event }) => event === 'account.created');
  assert.deepEqual(Object.keys(told.at(-1)?.data), ['number', 'kind', 'payload']);
});

test('200 what was left out moves the position, at once when it is much, else now and then', async (t) => {
  const { organisation, key } = await server.organisationWithKey('Long past');
  await fillLog(organisation.id, 25_000, '{}');
  const { until } = await follow(t, 'kind=customer.created', { at: hasty.url, key });
  const positions = await until(({ id }) => id === '25000');
  assert.deepEqual(
    positions.flatMap(({ id = [] }) => id),
    ['0', '10000', '20000', '25000'],
  );
  assert.ok(positions.every(({ event = 'position' }) => event === 'position'));
  await api.customer({}, key);
  const [last] = (await until(({ event }) => event === 'customer.created')).slice(-1);
  assert.equal(last?.id, '25001');
});

test('a silent stream shows that it is alive', async (t) => {
  const { next, until } = await follow(t, 'after=now', { at: hasty.url });
  await next();
  for (let count = 0; count < 3; count += 1) assert.deepEqual(await next(), { comment: 'still here' });
  await api.customer();
  await until(({ event }) => event === 'customer.created');
});

test('a revoked key ends what it began', async (t) => {
  const { id, key } = await server.keyWith(['changes:read', 'accounts:read']);
  const { next } = await follow(t, 'after=now&include=account', { at: hasty.url, key });
  await next();
  await server.store.clients.revoke(server.organisation.id, id);
  while (await next());
  await eventually(async () => (await hasty.waiting()) === 0);
  const again = await follow(t, 'after=now', { at: hasty.url, key });
  assert.equal(again.response.status, 401);
});

test('a revoked key ends it also while nobody reads', async () => {
  const { id, key } = await server.keyWith(undefined);
  const { organisation } = server;
  const reader = await stuckReader(hasty.url, key, await muchToRead(organisation.id));
  await server.store.clients.revoke(organisation.id, id);
  await eventually(async () => (await hasty.waiting()) === 0);
  reader.destroy();
});

test('a stream ends by itself after its time, and the next one goes on', async (t) => {
  const brief = await listeningServer(server.store, { longest: 50 });
  const { next } = await follow(t, 'after=now', { at: brief.url });
  const position = (await next())?.data.position;
  assert.equal(await next(), undefined);
  assert.deepEqual(brief.log, []);
  await api.customer();
  const again = await follow(t, '', { at: brief.url, last: position });
  await again.next();
  assert.equal((await again.next())?.data.number, position + 1);
});

test('a slow reader is waited for: no more is read from the database than it takes', async (t) => {
  const from = await muchToRead(server.organisation.id);
  const reads = t.mock.method(server.store.changes, 'after').mock;
  const reader = await stuckReader(url, server.key, from);
  await settled(() => reads.callCount());
  const before = reads.callCount();
  t.diagnostic(`${before} of 200 pages were read for a client that does not read`);
  assert.ok(before < 150, `${before} of 200 pages were read for nobody`);
  const numbers: number[] = [];
  for await (const line of createInterface(reader)) {
    if (line.startsWith('id: ')) numbers.push(Number(line.slice(4)));
    if (numbers.length === 1001) break;
  }
  assert.deepEqual(
    numbers,
    Array.from({ length: 1001 }, (_, index) => from + index),
  );
  reader.destroy();
  await eventually(async () => (await waiting()) === 0);
});

test('a failing database ends the stream, so that the client asks again', async (t) => {
  const { next } = await follow(t, 'after=now');
  await next();
  t.mock.method(server.store.changes, 'after', async () => {
    throw new Error('the database has a bad day');
  });
  await api.customer();
  await assert.rejects(next, TypeError);
  assert.match(log.join(), /the database has a bad day/);
  await eventually(async () => (await waiting()) === 0);
});

test('where it is not known whether a key still holds, the stream ends, read or not', async (t) => {
  const { next } = await follow(t, 'after=now', { at: hasty.url });
  await next();
  const reader = await stuckReader(hasty.url, server.key, await muchToRead(server.organisation.id));
  const find = t.mock.method(server.store.clients, 'find', async () => {
    throw new Error('nobody knows');
  });
  await assert.rejects(async () => {
    while (await next());
  }, TypeError);
  await eventually(async () => (await hasty.waiting()) === 0);
  find.mock.restore();
  reader.destroy();
  await eventually(async () => hasty.log.filter((line) => line.includes('nobody knows')).length === 2);
});

for (const last of ['soon', '-1', '1.5', '01']) {
  test(`400 Last-Event-ID: ${last}`, async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': last };
    assertProblem(await server.send('GET', '/v1/changes', { headers }), 400, 'invalid', ['Last-Event-ID:']);
  });
}

test('400 and 410 come before the stream begins, at what was wrong', async () => {
  const accept = 'text/event-stream';
  const position = await newest();
  const send = (query: string, headers = {}) =>
    server.send('GET', `/v1/changes?${query}`, { headers: { accept, ...headers } });
  assertProblem(await send(`after=${position + 1}`), 400, 'invalid', ['?after']);
  assertProblem(await send('', { 'last-event-id': String(position + 1) }), 400, 'invalid', ['Last-Event-ID:']);
  assertProblem(await send('kind=x.y'), 400, 'invalid', ['?kind']);
  const { organisation, key } = await server.organisationWithKey('Forgetful');
  await api.customer({}, key);
  await server.database.query('update organisation_counter set pruned_to = 1 where organisation_id = $1', [
    organisation.id,
  ]);
  assertProblem(await server.send('GET', '/v1/changes', { key, headers: { accept } }), 410, 'changes-pruned');
});

test('200 JSON where that is preferred, or nothing is said', async () => {
  for (const accept of ['*/*', 'application/json', 'application/json, text/event-stream;q=0.5', 'text/html']) {
    const { headers } = await server.send('GET', '/v1/changes?limit=1', { headers: { accept } });
    assert.match(String(headers['content-type']), /^application\/json/, accept);
  }
});

test('HEAD of a stream leaves nobody behind', async () => {
  const headers = { authorization: `Bearer ${server.key}`, accept: 'text/event-stream' };
  const response = await fetch(`${url}/v1/changes`, { method: 'HEAD', headers });
  assert.equal(response.status, 200);
  await eventually(async () => (await waiting()) === 0);
});

/** Appends changes that were none, with these members. */
async function fillLog(organisationId: number, count: number, members: string): Promise<void> {
  await server.database.query(
    `with counter as (
        update organisation_counter set change_number = change_number + $2 where organisation_id = $1 returning change_number - $2 as base)
      insert into change (organisation_id, number, audit_number, subject, kind, cause, version, members, events, at)
      select $1, base + n, base + n, 'organisation', 'updated', 'own', n, $3, '{}', now() from counter, generate_series(1, $2::int) n`,
    [organisationId, count, members],
  );
}

/** 20 MB of changes: more than sockets hold. Returns where they begin. */
async function muchToRead(organisationId: number): Promise<number> {
  const from = await newest();
  await fillLog(organisationId, 1000, `{${'x'.repeat(20_000)}}`);
  return from;
}

/** A client that asks, takes the head of the answer, and then does not read. */
async function stuckReader(at: string, key: string, from: number) {
  const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
  const asking = request(`${at}/v1/changes?after=${from}&limit=5`, { headers }).end();
  const [response] = await once(asking, 'response');
  response.on('error', () => {}); // it will be cut off
  return response;
}

/** Waits until a figure has stopped rising. */
async function settled(figure: () => number): Promise<void> {
  let before = -1;
  await eventually(async () => {
    const now = figure();
    const still = now === before && now > 0;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return still;
  });
}
