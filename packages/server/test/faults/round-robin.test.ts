import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { closeHttp } from '#cli/start/listen.ts';
import { inParallel } from '../support/fixtures.ts';
import { openServer, startTestServer } from '../support/server.ts';
import { type Answered, startFront } from '../support/two-servers.ts';

// Two servers on one database behind a proxy that sends each request to the next of them: callers notice nothing of it.
const { database, clock, key } = await startTestServer();
const servers = [openServer(database, clock).app, openServer(database, clock).app];
const front = await startFront(servers);

const count = 200;
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

function create(customer: object, idempotencyKey?: string): Promise<Answered> {
  const own = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
  const payload = JSON.stringify({ customer });
  return front.ask({ method: 'POST', url: '/v1/accounts', headers: { ...headers, ...own }, payload });
}

async function atOnce<T>(work: (index: number) => Promise<T>): Promise<T[]> {
  const results = await inParallel(count, count, work);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

const customers = async (like: string) =>
  (await database.query('select count(*)::int as n from customer where email_key like $1', [like]))[0]?.n;

test('200 creates with one e-mail address at once: one account, and all others are told that the address is taken', async () => {
  const answers = await atOnce(() => create({ email: 'one@example.com' }));
  const statuses = answers.map(({ statusCode }) => statusCode).sort();
  assert.deepEqual(statuses, [201, ...Array(count - 1).fill(409)]);
  assert.equal(await customers('one@example.com'), 1);
});

test('200 creates, each sent twice at once under its key: each has one effect and one answer, whichever server repeats it', async () => {
  const answers = await atOnce((index) => {
    const send = () => create({ email: `twice-${index}@example.com` }, `twice ${index}`);
    return Promise.all([send(), send()]);
  });
  for (const [first, second] of answers) {
    assert.deepEqual([first.statusCode, second.statusCode], [201, 201]);
    assert.equal(first.body, second.body);
  }
  assert.equal(await customers('twice-%'), count);
});

test('one server is cut off under 200 creates: repeated under their keys, also at the other one, each has one effect', async () => {
  let repeated = 0;
  const holder = new pg.Client(database.connection);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from organisation_counter for update');
  const answering = atOnce(async (index) => {
    for (;;) {
      try {
        return await create({ email: `cut-${index}@example.com` }, `cut ${index}`);
      } catch {
        repeated += 1;
      }
    }
  });
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await database.query(waits)).length < 2) await sleep(5);
  // Both are about to write what they have been asked for; what the one does then, it can tell nobody.
  void cutOff();
  await holder.query('rollback');
  await holder.end();
  const answers = await answering;
  assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]));
  assert.ok(repeated > 0);
  assert.equal(await customers('cut-%'), count);
  assert.equal(new Set(answers.map(({ body }) => JSON.parse(body).identifier)).size, count);
});

async function cutOff(): Promise<void> {
  const [server] = servers;
  server?.server.closeAllConnections();
  await (server && closeHttp(server));
}
