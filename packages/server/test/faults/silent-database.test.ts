import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, type TestContext, test } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { startRunner } from '#jobs/runner.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import { buildServer } from '#server';
import { Database } from '#store/database.ts';
import { openJobPool } from '#store/job-pool.ts';
import { openStore } from '#store/store.ts';
import { Unavailable } from '#store/unavailable.ts';
import { createTestDatabase } from '../support/database.ts';
import { evidence } from '../support/evidence.ts';
import { publicUrl } from '../support/server.ts';
import { startStallingProxy } from '../support/stalling-proxy.ts';

// A database that neither answers nor ends its connections, because it froze or the network was cut; and one that is only a standby.

const database = await createTestDatabase();
const proxy = await startStallingProxy(database);
after(() => database.drop());

/** Instead of 33 s. */
const patience = 400;
const connection = { ...proxy.connection, query_timeout: patience };
const bounded = { timeout: 20_000 };
/** Each beginning anew may wait for a connection for 5 s first. */
const patiently = { timeout: 60_000 };

function openDatabase(t: TestContext, maxConnections: number): Database {
  proxy.thaw();
  const mine = new Database(connection, { maxConnections });
  t.after(() => mine.close());
  return mine;
}

const unavailable = (work: Promise<unknown>) => assert.rejects(work, Unavailable);

async function duration(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

test(
  'an answer that does not come is not waited for; what one query learned so, the others need not',
  bounded,
  async (t) => {
    const mine = openDatabase(t, 8);
    const eight = () => Promise.all(Array.from({ length: 8 }, () => mine.global('select pg_sleep(0.02)')));
    await eight();
    proxy.failOver();
    const first = await duration(unavailable(mine.global('select 1')));
    assert.ok(first > patience - 50 && first < 2 * patience, `${first} ms`);
    // The seven others are as dead as the one that was tried.
    const next = await duration(eight());
    assert.ok(next < patience, `${next} ms`);
  },
);

test('an answer is waited for a little longer than PostgreSQL gives a statement', bounded, async (t) => {
  proxy.thaw();
  const mine = new Database(proxy.connection, { maxConnections: 1 });
  t.after(() => mine.close());
  assert.deepEqual(await mine.global(`select current_setting('statement_timeout') as limit`), [{ limit: '30s' }]);
  proxy.freeze();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = unavailable(mine.global('select 1'));
  await setImmediate();
  t.mock.timers.tick(33_000);
  t.mock.timers.reset();
  await asked;
});

test('a statement that takes too long in a server that answers loses no other connection', bounded, async (t) => {
  const mine = openDatabase(t, 2);
  const backend = async () => (await mine.global('select pg_backend_pid() as pid'))[0]?.pid;
  let over = false;
  const slow = unavailable(mine.global('select pg_sleep(2)')).finally(() => {
    over = true;
  });
  const seen = new Set<unknown>();
  while (!over) seen.add(await backend());
  await slow;
  seen.add(await backend());
  assert.equal(seen.size, 1);
});

test('a connection whose server became one that only reads is given up', bounded, async (t) => {
  const mine = openDatabase(t, 1);
  await mine.global('set default_transaction_read_only = on');
  await unavailable(mine.global(`select nextval('row_number')`));
  assert.equal((await mine.global(`select nextval('row_number') as number`)).length, 1);
});

test('a standby is not connected to, by requests or by jobs; who is meant to be one is', bounded, async (t) => {
  const [{ name } = {}] = await database.query('select current_database() as name');
  await database.query(`alter database ${name} set default_transaction_read_only = on`);
  const mine = openDatabase(t, 2);
  const jobs = openJobPool(connection, () => {});
  const replica = new Database(connection, { standby: true });
  t.after(() => Promise.all([jobs.close(), replica.close()]));
  try {
    await unavailable(mine.global('select 1'));
    await assert.rejects(jobs.pool.query('select 1'), /read-only/);
    assert.deepEqual(await replica.global('select 1 as one'), [{ one: 1 }]);
  } finally {
    await database.query(`alter database ${name} reset default_transaction_read_only`);
  }
  assert.deepEqual(await mine.global('select 1 as one'), [{ one: 1 }]);
});

test('503 with Retry-After for every request meanwhile; repeats under one key make one account', bounded, async (t) => {
  proxy.thaw();
  const store = openStore(connection);
  const limits = { identified: 1_000_000, unidentified: 1_000_000 };
  const webhooks = { allowedNetworks: [] };
  const app = buildServer({
    store,
    config: { publicUrl, trustedProxies: [], addressLimits: limits, evidence, webhooks, checkResponses: true },
    log: pino({ level: 'silent' }),
  });
  t.after(async () => {
    await app.close();
    await store.close();
  });
  const organisation = await createOrganisation(store, publicUrl, { name: 'Demo' });
  const { key } = await createKey(store, { organisationId: organisation.id, name: 'test' });
  const headers = { authorization: `Bearer ${key}` };
  const create = (idempotencyKey: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/accounts',
      headers: { ...headers, 'idempotency-key': idempotencyKey },
      payload: { customer: { familyName: 'Holloway' } },
    });
  const read = () => app.inject({ method: 'GET', url: '/v1/customers', headers });
  const keys = Array.from({ length: 20 }, () => randomUUID());
  assert.equal((await create(keys[0] as string)).statusCode, 201);

  proxy.freeze();
  const sent = Promise.all([...keys.map(create), ...keys.map(read)]);
  await sleep(patience / 2);
  proxy.failOver();
  for (const { statusCode, headers: answered } of await sent) {
    assert.equal(statusCode, 503);
    assert.match(String(answered['retry-after']), /^\d+$/);
  }
  const again = await Promise.all(keys.map(create));
  assert.deepEqual(new Set(again.map(({ statusCode }) => statusCode)), new Set([201]));
  const [{ count } = {}] = await database.query('select count(*)::int as count from account');
  assert.equal(count, keys.length);
});

/** Runs jobs over the way that can be frozen, until the test ends. */
function runJobs(t: TestContext) {
  proxy.thaw();
  const ran: unknown[] = [];
  const task = async (payload: unknown) => void ran.push(payload);
  const warned = Promise.withResolvers<void>();
  const log = pino({ level: 'warn' }, { write: () => warned.resolve() });
  const runner = startRunner({ openPool: () => openJobPool(connection, () => {}), log }, { task }, []);
  t.after(() => runner.stop());
  return {
    ran,
    warned: warned.promise,
    add: (name: string) => database.query(`select graphile_worker.add_job('task', $1)`, [JSON.stringify({ name })]),
    done: async (count: number) => {
      while (ran.length < count) await sleep(20, undefined, { signal: t.signal });
    },
  };
}

test('jobs go on', patiently, async (t) => {
  const { ran, add, done } = runJobs(t);
  while ((await database.query(`select to_regclass('graphile_worker.jobs') as jobs`))[0]?.jobs === null)
    await sleep(20);
  await add('before');
  await done(1);
  proxy.failOver();
  await add('after');
  await done(2);
  assert.deepEqual(ran, [{ name: 'before' }, { name: 'after' }]);
});

test('jobs that could not be asked for at the start are asked for again', patiently, async (t) => {
  const holder = new pg.Client(database.connection);
  await holder.connect();
  await holder.query('begin; lock table graphile_worker._private_tasks');
  const { add, done, warned } = runJobs(t);
  await warned;
  await holder.end();
  await add('late');
  await done(1);
});
