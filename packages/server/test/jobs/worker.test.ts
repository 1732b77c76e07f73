import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { everyMinute, type PeriodicJob } from '#jobs/periodic.ts';
import { startWorker, type WorkerParts } from '#jobs/worker.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { readCustomer } from '#operations/customers/read.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { startTestStore } from '../support/store.ts';

const bounded = { timeout: 30_000 };
const { store, other, database, organisation } = await startTestStore();

/** A worker of this test; stopped when the test ends, also when it fails. */
function worker(parts: Partial<WorkerParts> = {}) {
  const webhooks = { allowedNetworks: [], timeout: 1000, retryDelays: [1000], key: Buffer.alloc(32, 1) };
  const { connection } = database;
  const log = pino({ level: 'silent' });
  const renderAccount = () => ({});
  const started = startWorker({ store, connection, log, registry: new Registry(), webhooks, renderAccount, ...parts });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= started.stop());
  after(stop);
  return { stop };
}

test('periodic jobs are run at the start: customers whose time has come are erased', bounded, async () => {
  const actor = tesseraActor(organisation, 'command-line', new Date());
  const customer = { kind: 'person', details: { familyName: 'Sample' } } as const;
  const [due, later] = await Promise.all([
    createCustomer(store, actor, customer),
    createCustomer(store, actor, customer),
  ]);
  const expire = (number: number, days: number) =>
    deactivateCustomer(store, actor, number, new Date(Date.now() + days * 86_400_000), 'native');
  await expire(due.customer.number, -1);
  await expire(later.customer.number, 1);

  const { stop } = worker();
  while ((await store.customers.find(organisation.id, due.customer.number))?.state !== 'erased') await sleep(5);
  await stop();
  assert.equal((await readCustomer(store, actor, later.customer.number)).customer.state, 'passive');
});

test('what fails is logged; the other jobs run all the same, and the worker goes on', bounded, async () => {
  const logged: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
  const done = Promise.withResolvers<void>();
  const failing = async () => {
    throw new Error('away');
  };
  const other = async () => {
    done.resolve();
    return 0;
  };
  const periodic: PeriodicJob[] = [
    { name: 'failing', schedule: everyMinute, work: failing },
    { name: 'other', schedule: everyMinute, work: other },
  ];
  const { stop } = worker({ log, periodic });
  await done.promise;
  while (logged.length === 0) await sleep(5);
  await stop();
  assert.match(logged[0] as string, /"job":"failing".*away/);
});

test('of two workers one does a job; both stop at once', bounded, async () => {
  let runs = 0;
  const work = async () => {
    runs += 1;
    await sleep(50);
    return 0;
  };
  const periodic: PeriodicJob[] = [{ name: 'once', schedule: everyMinute, work }];
  const [first, second] = [worker({ periodic }), worker({ store: other, periodic })];
  while (runs === 0) await sleep(5);
  const before = performance.now();
  await Promise.all([first.stop(), second.stop()]);
  assert.ok(performance.now() - before < 3000, `${performance.now() - before} ms`);
  assert.ok(runs <= 2, 'each start asks for it, and a job that waits is not made twice');
});

test('a worker can be stopped at any moment of its start, also in the middle of its first job', bounded, async () => {
  let begun = Promise.withResolvers<void>();
  const work = async () => {
    begun.resolve();
    await sleep(20);
    return 0;
  };
  // Begun by the first of them, it does one while the others are being asked for.
  const names = ['begun', 'asked-for', 'asked-for-too', 'asked-for-last'];
  const periodic: PeriodicJob[] = names.map((name) => ({ name, schedule: everyMinute, work }));
  const moments = [...Array(20).keys()].flatMap((time) => [() => sleep(3 * time), () => begun.promise]);
  for (const moment of moments) {
    begun = Promise.withResolvers<void>();
    const { stop } = worker({ periodic });
    await moment();
    await stop();
  }
});

test('jobs of killed workers, whose work others have done, are deleted', bounded, async () => {
  await database.query(
    `insert into graphile_worker._private_tasks (identifier) values ('deliver') on conflict do nothing`,
  );
  await database.query(`insert into graphile_worker._private_jobs (task_id, attempts, max_attempts)
    select id, 25, 25 from graphile_worker._private_tasks where identifier = 'deliver'`);
  const { stop } = worker({ periodic: [] });
  await database.query(`select graphile_worker.add_job('tidy-jobs')`);
  const left = () => database.query('select from graphile_worker._private_jobs where attempts = 25');
  while ((await left()).length > 0) await sleep(20);
  await stop();
});

test('a worker begins anew when its connections were cut', bounded, async () => {
  const seen: number[] = [];
  const periodic: PeriodicJob[] = [{ name: 'again', schedule: everyMinute, work: async () => seen.push(1) }];
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const { stop } = worker({ periodic, log });
  while (seen.length === 0) await sleep(5);
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ~* 'graphile_worker|listen'`,
  );
  await database.query(`select graphile_worker.add_job('again')`);
  while (seen.length < 2) await sleep(20);
  await stop();
});
