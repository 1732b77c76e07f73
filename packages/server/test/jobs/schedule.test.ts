import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { startJobs } from '#jobs/schedule.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { readCustomer } from '#operations/customers/read.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { openStore, type Store } from '#store/store.ts';
import { createTestDatabase } from '../support/database.ts';

const bounded = { timeout: 30_000 };
const silent = pino({ level: 'silent' });

const none = {} as Store;

test('customers whose time has come are erased at the start', bounded, async () => {
  const database = await createTestDatabase();
  const store = openStore(database.connection, { maxConnections: 2 });
  after(async () => {
    await store.close();
    await database.drop();
  });
  const organisation = await createOrganisation(store, 'https://accounts.example.com', { name: 'Demo' });
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

  const jobs = startJobs({ store, log: silent });
  while ((await store.customers.find(organisation.id, due.customer.number))?.state !== 'erased') await sleep(5);
  await jobs.stop();
  assert.equal((await readCustomer(store, actor, later.customer.number)).customer.state, 'passive');
});

test('runs follow each other and never overlap', bounded, async () => {
  let running = 0;
  let runs = 0;
  const work = async () => {
    assert.equal(++running, 1);
    await sleep(30);
    running -= 1;
    runs += 1;
    return 0;
  };
  const jobs = startJobs({ store: none, log: silent }, 5, { work });
  await sleep(300);
  await jobs.stop();
  assert.ok(runs > 2 && runs < 12, `${runs} runs`);
});

test('what fails is logged and tried again; the other jobs run all the same', bounded, async () => {
  const logged: string[] = [];
  const log = {
    error: ({ job, err }: { job: string; err: Error }) => logged.push(`${job}: ${err.message}`),
  } as unknown as Logger;
  let done = 0;
  const work = {
    failing: async () => {
      throw new Error('away');
    },
    other: async () => {
      done += 1;
      return 0;
    },
  };
  const jobs = startJobs({ store: none, log }, 5, work);
  while (logged.length < 3) await sleep(5);
  await jobs.stop();
  assert.equal(logged[0], 'failing: away');
  assert.ok(done >= 2);
});

test('stop waits for the running job, and none begins after it', bounded, async () => {
  let begun = 0;
  let ended = 0;
  const work = async () => {
    begun += 1;
    await sleep(100);
    ended += 1;
    return 0;
  };
  const jobs = startJobs({ store: none, log: silent }, 5, { work });
  await jobs.stop();
  assert.deepEqual({ begun, ended }, { begun: 1, ended: 1 });
  await sleep(50);
  assert.equal(begun, 1);
});
