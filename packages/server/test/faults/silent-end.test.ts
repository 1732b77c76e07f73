import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { startRunner } from '#jobs/runner.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { Database } from '#store/database.ts';
import { openJobPool } from '#store/job-pool.ts';
import { openStore } from '#store/store.ts';
import { Unavailable } from '#store/unavailable.ts';
import { actorOf } from '../support/fixtures.ts';
import { openPlace } from '../support/program.ts';
import { startStallingProxy } from '../support/stalling-proxy.ts';
import { startTestStore } from '../support/store.ts';

// The end, when the database neither answers nor ends its connections. An answer would be waited for for 33 s.

const { database, store, organisation } = await startTestStore();

/** How long something took, in milliseconds. */
async function duration(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

suite('a database that has fallen silent', { concurrency: true, timeout: 60_000 }, () => {
  test('connections are closed after three seconds, and what waited on them fails', async () => {
    const proxy = await startStallingProxy(database);
    const mine = new Database(proxy.connection, { maxConnections: 2 });
    await Promise.all([1, 2].map(() => mine.global('select pg_sleep(0.1)')));
    proxy.freeze();
    const asked = Promise.allSettled([1, 2, 3].map(() => mine.global('select 1')));
    await sleep(50);
    const took = await duration(mine.close());
    assert.ok(took > 2500 && took < 6000, `${took} ms`);
    for (const { status, ...rest } of await asked) {
      assert.equal(status, 'rejected');
      assert.ok((rest as { reason: unknown }).reason instanceof Unavailable);
    }
  });

  test('what is under way when a database that answers is closed ends well', async () => {
    const mine = new Database(database.connection, { maxConnections: 1 });
    const asked = mine.global('select 1 as one from pg_sleep(0.5)');
    await sleep(100);
    await mine.close();
    assert.deepEqual(await asked, [{ one: 1 }]);
  });

  test('a store with a read to record is closed within seconds, and the missing record is told of', async () => {
    const proxy = await startStallingProxy(database);
    const errors: string[] = [];
    const mine = openStore(proxy.connection, { onError: ({ message }) => errors.push(message) });
    await mine.readRecords.start();
    mine.readRecords.note(actorOf(organisation), 'accounts.read', [{ customerNumber: 1 }]);
    proxy.freeze();
    const took = await duration(mine.close());
    assert.ok(took < 8000, `${took} ms`);
    assert.ok(errors.includes('1 reads were not recorded before the end'), errors.join());
  });

  test('jobs stop within seconds', async () => {
    const proxy = await startStallingProxy(database);
    const asked = Promise.withResolvers<void>();
    const task = async () => asked.resolve();
    const runner = startRunner(
      { openPool: () => openJobPool(proxy.connection, () => {}), log: pino({ level: 'silent' }) },
      { task },
      [{ task: 'task', match: '0 0 1 1 *', atStart: true }],
    );
    await asked.promise;
    proxy.freeze();
    await sleep(1500); // until it asks for the next job
    const took = await duration(runner.stop());
    assert.ok(took < 10_000, `${took} ms`);
  });

  for (const workers of ['1', '2']) {
    test(`SIGTERM with WORKERS=${workers}: requests that wait get 503, exit code 0 within some twenty seconds`, async (t) => {
      const proxy = await startStallingProxy(database);
      const { key } = await createKey(store, { organisationId: organisation.id, name: `test ${workers}` });
      const place = openPlace(t, { ...database, connection: proxy.connection });
      const server = await place.serve({ WORKERS: workers, DEMO: 'false' });
      const post = () =>
        fetch(`${server.url}/v1/accounts`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ customer: { familyName: 'Late' } }),
        });
      assert.equal((await post()).status, 201);
      proxy.freeze();
      const waiting = Promise.all(Array.from({ length: 10 }, post));
      await sleep(500);
      const began = performance.now();
      const stopped = server.stop();
      const answers = await waiting;
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([503]));
      assert.match(String(answers[0]?.headers.get('retry-after')), /^\d+$/);
      assert.equal((await stopped).code, 0);
      const took = performance.now() - began;
      assert.ok(took < 22_000, `${took} ms`);
    });
  }
});
