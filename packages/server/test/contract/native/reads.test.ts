import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { assertProblem, nativeApi, person, unique } from './support.ts';

const server = await startTestServer();
const { send, database, organisation } = server;
const api = nativeApi(server);

/** A new account that somebody reads, and its customer's trace. */
async function newAccount() {
  const { identifier, customerNumber, number } = await api.account();
  return {
    identifier,
    customerNumber,
    number,
    trace: `/v1/customers/${customerNumber}/reads`,
    read: (headers: Record<string, string> = {}) => send('GET', `/v1/accounts/${identifier}`, { headers }),
  };
}

async function items(url: string, key?: string): Promise<Record<string, unknown>[]> {
  const response = await send('GET', url, { key });
  assert.equal(response.status, 200, response.text);
  return response.body.items;
}

/** All items of a list, page by page. */
async function everything(url: string): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (let next: string | undefined = url; next !== undefined; ) {
    const { body }: TestResponse = await send('GET', next.replace(organisation.baseUrl, ''));
    all.push(...body.items);
    next = body.next;
  }
  return all;
}

test('200 who read a customer’s data, newest first', async () => {
  const { identifier, customerNumber, number, trace, read } = await newAccount();
  assert.deepEqual(await items(trace), []);
  server.clock.now = new Date('2026-11-20T10:00:00.123Z');
  const first = await read();
  server.clock.now = new Date('2026-11-20T10:00:01Z');
  const headers = { 'ET-Client-Name': 'eksempel-app', 'X-Correlation-Id': 'order-7' };
  const second = await send('GET', `/customers/v2/profiles/${customerNumber}`, { headers });
  server.clock.now = undefined;
  const [{ id } = {}] = await database.query('select max(id)::int as id from api_client');
  const client = { id, name: 'test client' };
  assert.deepEqual(await items(trace), [
    {
      at: '2026-11-20T10:00:01.000Z',
      operation: 'customers.read',
      dialect: 'entur',
      client,
      by: 'eksempel-app',
      correlationId: 'order-7',
      requestId: second.headers['x-request-id'],
    },
    {
      at: '2026-11-20T10:00:00.123Z',
      operation: 'accounts.read',
      dialect: 'native',
      client,
      by: 'test client',
      accountNumber: number,
      identifier,
      correlationId: first.headers['x-request-id'],
      requestId: first.headers['x-request-id'],
    },
  ]);
});

test('200 reading the trace leaves no trace', async () => {
  const { trace, read } = await newAccount();
  await read();
  await items(trace);
  await items('/v1/read-gaps');
  assert.equal((await items(trace)).length, 1);
});

test('200 the reader has the name that a write has in the audit', async () => {
  const { customerNumber, identifier, trace } = await newAccount();
  const headers = { 'ET-Client-Name': 'kundesenter-app' };
  const account = `/customers/v2/profiles/${customerNumber}/customer-accounts/${identifier}`;
  await send('GET', account, { headers });
  const written = await send('PATCH', account, { body: { alias: 'hjemme' }, headers });
  assert.equal(written.status, 200, written.text);
  const [audit] = await database.query(
    `select actor, client_id::int as id, client_name as name, dialect from audit where customer_number = $1 order by number desc limit 1`,
    [customerNumber],
  );
  const [{ by, client, dialect } = {}] = await items(trace);
  assert.deepEqual({ actor: by, dialect, ...(client as object) }, audit);
});

test('200 page by page, each read once, also when several have the same instant', async () => {
  const { trace, read } = await newAccount();
  const requests: (string | undefined)[] = [];
  for (const second of [0, 1, 1, 1, 2, 2, 3]) {
    server.clock.now = new Date(Date.UTC(2026, 10, 20, 10, 0, second));
    requests.push((await read()).headers['x-request-id']);
  }
  server.clock.now = undefined;
  const all = await everything(`${trace}?limit=2`);
  assert.deepEqual(
    all.map(({ requestId }) => requestId),
    requests.toReversed(),
  );
  const { body } = await send('GET', `${trace}?limit=7`);
  assert.deepEqual([body.items.length, body.next], [7, undefined]);
});

test('200 from and until; the later one is excluded', async () => {
  const { trace, read } = await newAccount();
  for (const hour of [8, 9, 10, 11]) {
    server.clock.now = new Date(Date.UTC(2026, 10, 20, hour));
    await read();
  }
  server.clock.now = undefined;
  const hours = async (query: string) =>
    (await everything(`${trace}?limit=1&${query}`)).map(({ at }) => new Date(at as string).getUTCHours());
  assert.deepEqual(await hours('from=2026-11-20T09:00:00Z&until=2026-11-20T11:00:00Z'), [10, 9]);
  assert.deepEqual(await hours('from=2026-11-20T11:00:00%2B01:00'), [11, 10]);
  assert.deepEqual(await hours('until=2026-11-20'), []);
  assert.deepEqual(await hours('from=2026-11-20'), [11, 10, 9, 8]);
});

test('200 the trace of an erased customer stays; identifiers go with the account’s successor', async () => {
  const { identifier, customerNumber, number, trace, read } = await newAccount();
  await read();
  assert.equal((await send('DELETE', `/v1/customers/${customerNumber}`)).status, 204);
  assert.equal((await read()).status, 410);
  const shown = (await items(trace)).map((item) => [item.accountNumber, item.identifier]);
  assert.deepEqual(shown, [[number, identifier]]);

  const again = await newAccount();
  await again.read();
  assert.equal((await send('DELETE', `/v1/accounts/${again.identifier}`)).status, 204);
  const body = { customer: person() };
  assert.equal((await send('PUT', `/v1/accounts/${again.identifier}`, { body })).status, 201);
  const left = (await items(again.trace)).map((item) => [item.accountNumber, 'identifier' in item]);
  assert.deepEqual(left, [[again.number, false]]);
});

test('404 for a customer who never was, and for another organisation’s', async () => {
  const { trace, read } = await newAccount();
  await read();
  const stranger = await server.organisationWithKey(unique('Stranger '));
  assertProblem(await send('GET', trace, { key: stranger.key }), 404, 'not-found');
  assertProblem(await send('GET', '/v1/customers/1/reads'), 404, 'not-found');
});

test('400 for what is no cursor, limit or instant', async () => {
  const { trace } = await newAccount();
  for (const [query, place] of [
    ['cursor=x', '?cursor'],
    [`cursor=${Buffer.from('2026-11-20T10:00:00Z 1').toString('base64url')}`, '?cursor'],
    ['limit=0', '?limit'],
    ['limit=201', '?limit'],
    ['from=yesterday', '?from'],
    ['until=2026-02-30', '?until'],
  ] as const)
    assertProblem(await send('GET', `${trace}?${query}`), 400, 'invalid', [place]);
  assertProblem(await send('GET', '/v1/read-gaps?cursor=x'), 400, 'invalid', ['?cursor']);
});

test('the organisation decides whether reads are recorded, and the decision is in its history', async () => {
  const { trace, read } = await newAccount();
  const setting = (body: object) => api.patch('/v1/organisation', body);
  assert.equal((await setting({ recordReads: false })).body.recordReads, false);
  await read();
  assert.deepEqual(await items(trace), []);
  assert.equal((await setting({ recordReads: null })).body.recordReads, true);
  await read();
  assert.equal((await items(trace)).length, 1);
  const [audit] = await database.query('select operation from audit order by number desc limit 1');
  assert.equal(audit?.operation, 'organisations.change');
  for (const body of [{ readRetentionDays: 0 }, { readRetentionDays: 3651 }, { recordReads: 'no' }])
    assertProblem(await setting(body), 400, 'invalid', [`/${Object.keys(body)[0]}`]);
});

test('200 the times in which reads may be missing, newest first', async () => {
  const { organisation: mine, key } = await server.organisationWithKey(unique('Mine '));
  const gaps = (query = '') => items(`/v1/read-gaps${query}`, key);
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000);
  const process = async (seen: Date, ended: Date | null) =>
    database.query('insert into read_recorder values (gen_random_uuid(), $1, $1, $2)', [seen, ended]);
  assert.deepEqual(await gaps(), []);

  const [before, later, recent] = [at(-3600), at(60), at(600)];
  await process(before, null); // before the organisation was there
  await process(later, at(61)); // ended in order
  await process(recent, null);
  await database.query(
    `insert into read_gap select $1, gen_random_uuid(), $2::timestamptz + n * interval '1 ms', $3, n from generate_series(1, 3) n`,
    [mine.id, later, recent],
  );
  const iso = (date: Date, more = 0) => new Date(date.getTime() + more).toISOString();
  const lost = [3, 2, 1].map((n) => ({ from: iso(later, n), until: iso(recent), lost: n }));
  assert.deepEqual(await gaps(), lost, 'who was seen less than a minute ago is there');
  server.clock.now = at(661);
  await database.query('delete from read_recorder where seen_at < $1 and ended_at is null', [later]); // this server, which is 661 s behind
  assert.deepEqual(await gaps(), [{ from: iso(recent) }, ...lost]);
  const { body } = await send('GET', '/v1/read-gaps?limit=3', { key });
  assert.deepEqual(body.items, [{ from: iso(recent) }, ...lost.slice(0, 2)]);
  const { pathname, search } = new URL(body.next);
  assert.deepEqual(await items(pathname + search, key), lost.slice(2));
  server.clock.now = undefined;

  const stranger = await server.organisationWithKey(unique('Stranger '));
  assert.deepEqual(
    (await items('/v1/read-gaps', stranger.key)).filter((gap) => 'lost' in gap),
    [],
  );
});
