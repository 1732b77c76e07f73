import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { noteRead } from '#operations/reads/note.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import type { Database } from '#store/database.ts';
import { ReadRecorder } from '#store/read-recorder.ts';
import { ReadRecords } from '#store/read-records.ts';
import { Unavailable } from '#store/unavailable.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const bounded = { timeout: 30_000 };
const { store, database, newOrganisation } = await startTestStore();
let organisations = 0;

type Write = Database['write'];

/** A recorder whose writes of records go through `write`, in an organisation of its own. */
async function recorder(limits: Record<string, number> = {}, write: (real: Write) => Write = (real) => real) {
  const organisation = await newOrganisation(`reads-${++organisations}`);
  const real = store.database;
  const through = write((...given) => real.write(...given));
  const errors: Error[] = [];
  const recording = { write: through, global: (...given: Parameters<Database['global']>) => real.global(...given) };
  const onError = (error: Error) => errors.push(error);
  const records = new ReadRecords(recording as Database, { onError, limits: { wait: 10, maxPause: 20, ...limits } });
  return { organisation, records, errors };
}

/** Notes reads of customers, each by a request of its own. */
function read(records: ReadRecords, organisation: Organisation, ...customers: number[]): void {
  for (const customerNumber of customers) records.note(actorOf(organisation), 'accounts.read', [{ customerNumber }]);
}

async function customersIn({ id }: Organisation): Promise<unknown[]> {
  const rows = await database.query(
    'select customer_number::int as number from read_record where organisation_id = $1 order by request_id',
    [id],
  );
  return rows.map(({ number }) => number);
}

async function gapsOf({ id }: Organisation): Promise<unknown[]> {
  const rows = await database.query('select lost::int from read_gap where organisation_id = $1', [id]);
  return rows.map(({ lost }) => lost);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}

const down: Write = () => Promise.reject(new Unavailable(new Error('down')));

test('what is noted is stored soon after, with who, what and when', bounded, async () => {
  const { organisation, records } = await recorder();
  const actor: Actor = { ...actorOf(organisation), name: 'eksempel-app', dialect: 'entur', correlationId: 'order 7' };
  records.note(actor, 'accounts.read', [{ customerNumber: 1, accountNumber: 11 }, { customerNumber: 2 }]);
  assert.deepEqual(records.counts, { waiting: 2, stored: 0, lost: 0, failedFlushes: 0 });
  await until(() => records.counts.stored === 2);
  const rows = await database.query(
    `select customer_number::int, at, request_id, account_number::int, client_id::int, client_name, actor, dialect, operation, correlation_id
      from read_record where organisation_id = $1 order by customer_number`,
    [organisation.id],
  );
  const common = {
    at: actor.now,
    request_id: actor.requestId,
    client_id: 1,
    client_name: 'test client',
    actor: 'eksempel-app',
    dialect: 'entur',
    operation: 'accounts.read',
    correlation_id: 'order 7',
  };
  assert.deepEqual(rows, [
    { ...common, customer_number: 1, account_number: 11 },
    { ...common, customer_number: 2, account_number: null },
  ]);
  await records.close();
});

test('a full batch does not wait', bounded, async () => {
  const { organisation, records } = await recorder({ batch: 3, wait: 3_600_000, maxPause: 3_600_000 });
  read(records, organisation, 1, 2);
  await sleep(20);
  assert.deepEqual(await customersIn(organisation), []);
  read(records, organisation, 3);
  await until(() => records.counts.stored === 3);
  assert.deepEqual(await customersIn(organisation), [1, 2, 3]);
  await records.close();
});

test('one flush at a time, and what comes meanwhile is in the next', bounded, async () => {
  let [running, most, flushes] = [0, 0, 0];
  const { organisation, records } = await recorder({ batch: 10 }, (real) => async (...given) => {
    most = Math.max(most, ++running);
    flushes += 1;
    await sleep(10);
    return real(...given).finally(() => running--);
  });
  const numbers = [...Array(100).keys()];
  for (const number of numbers) {
    read(records, organisation, number);
    if (number % 10 === 0) await sleep(2);
  }
  await records.close();
  assert.deepEqual(await customersIn(organisation), numbers);
  assert.equal(most, 1);
  assert.ok(flushes > 1 && flushes < 30, `${flushes} flushes`);
});

test('what the database does not take is kept and tried again, and said', bounded, async () => {
  let failures = 3;
  const { organisation, records, errors } = await recorder(
    {},
    (real) =>
      (...given) =>
        failures-- > 0 ? down(...given) : real(...given),
  );
  read(records, organisation, 1, 2);
  await until(() => records.counts.failedFlushes === 1);
  read(records, organisation, 3);
  await until(() => records.counts.stored === 3);
  assert.deepEqual(await customersIn(organisation), [1, 2, 3]);
  assert.deepEqual(records.counts, { waiting: 0, stored: 3, lost: 0, failedFlushes: 3 });
  assert.deepEqual(
    errors.map(({ message }) => message.replace(/\d/, 'n')),
    Array(3).fill('records of n reads wait to be stored'),
  );
  await records.close();
});

test('between attempts there are pauses, however much comes', bounded, async () => {
  let attempts = 0;
  const { organisation, records } = await recorder({ batch: 1, wait: 1, maxPause: 3_600_000 }, () => async () => {
    attempts += 1;
    return down(0, []);
  });
  for (const number of Array(100).keys()) {
    read(records, organisation, number);
    await sleep(1);
  }
  assert.ok(attempts > 1 && attempts < 10, `${attempts} attempts in 100 ms`);
});

test('a batch of which nobody knows whether it was stored is stored once', bounded, async () => {
  let failures = 2;
  const { organisation, records } = await recorder({}, (real) => async (...given) => {
    const rows = await real(...given);
    if (failures-- > 0) throw new Unavailable(new Error('gone in the middle'));
    return rows;
  });
  read(records, organisation, 1, 2);
  await until(() => records.counts.stored === 2);
  assert.deepEqual(await customersIn(organisation), [1, 2]);
  await records.close();
});

test('what one request reads twice is stored once, and keeps nothing else back', bounded, async () => {
  const { organisation, records, errors } = await recorder();
  const actor = actorOf(organisation);
  const note = (customerNumber: number) => records.note(actor, 'changes.follow', [{ customerNumber }]);
  note(1);
  await records.flush();
  for (const number of [1, 2, 2, 3]) note(number);
  await records.close();
  assert.deepEqual((await customersIn(organisation)).sort(), [1, 2, 3]);
  assert.deepEqual([records.counts.lost, errors], [0, []]);
});

test('what does not fit is counted, and the count is stored as soon as something can be', bounded, async () => {
  let isDown = true;
  const { organisation, records, errors } = await recorder(
    { maxWaiting: 10 },
    (real) =>
      (...given) =>
        isDown ? down(...given) : real(...given),
  );
  read(records, organisation, ...Array(15).keys());
  records.note(actorOf(organisation), 'customers.list', [{ customerNumber: 1 }, { customerNumber: 2 }]);
  assert.deepEqual([records.counts.waiting, records.counts.lost], [10, 7]);
  assert.equal(errors.filter(({ message }) => message.includes('counted as lost')).length, 1, 'said once');
  await until(() => records.counts.failedFlushes > 0);
  isDown = false;
  await until(async () => (await gapsOf(organisation)).length > 0);
  assert.deepEqual(await gapsOf(organisation), [7]);
  assert.deepEqual(await customersIn(organisation), [...Array(10).keys()]);
  // What is lost shortly afterwards is the same gap.
  isDown = true;
  read(records, organisation, ...Array(12).keys());
  isDown = false;
  await records.close();
  assert.deepEqual(await gapsOf(organisation), [9]);
});

test('an organisation whose records are refused holds up no other', bounded, async () => {
  const other = await newOrganisation('reads-beside');
  let refused = true;
  const { organisation, records } = await recorder(
    {},
    (real) => (id, statements) =>
      id === organisation.id && refused ? Promise.reject(new Error('refused')) : real(id, statements),
  );
  read(records, organisation, 1);
  read(records, other, 2);
  await until(() => records.counts.stored === 1);
  assert.deepEqual([await customersIn(organisation), await customersIn(other)], [[], [2]]);
  refused = false;
  await records.close();
  assert.deepEqual(await customersIn(organisation), [1]);
});

test('a record that the database will never take is counted, and keeps back no other', bounded, async () => {
  const { organisation, records, errors } = await recorder();
  read(records, organisation, 1, 2, 3);
  records.note({ ...actorOf(organisation), requestId: 'not an id' }, 'accounts.read', [{ customerNumber: 4 }]);
  read(records, organisation, 5);
  await records.close();
  assert.deepEqual(await customersIn(organisation), [1, 2, 3, 5]);
  assert.deepEqual(await gapsOf(organisation), [1]);
  assert.match(String(errors[0]), /invalid input syntax for type uuid/);
});

test('many organisations, and more than fits into one statement', bounded, async () => {
  const { organisation, records } = await recorder({ maxRows: 7 });
  const others = await Promise.all(['reads-a', 'reads-b'].map(newOrganisation));
  for (const number of Array(30).keys()) for (const one of [organisation, ...others]) read(records, one, number);
  await records.flush();
  for (const one of [organisation, ...others]) assert.deepEqual(await customersIn(one), [...Array(30).keys()]);
  await records.close();
});

const recorders = async () =>
  database.query('select seen_at, ended_at from read_recorder order by started_at desc, id desc limit 1');

test('the end stores what is left and says that it was in order', bounded, async () => {
  const { organisation, records } = await recorder({ wait: 3_600_000, maxPause: 3_600_000 });
  read(records, organisation, 1);
  await records.close();
  await records.close();
  assert.deepEqual(await customersIn(organisation), [1]);
  assert.ok((await recorders())[0]?.ended_at);
  read(records, organisation, 2);
  assert.equal(records.counts.lost, 1, 'after the end nothing is recorded');
});

test('an end without a database takes a moment, is said, and leaves a gap', bounded, async () => {
  const { organisation, records, errors } = await recorder({ closing: 10 }, () => down);
  read(records, organisation, 1, 2);
  await records.close();
  assert.equal(errors.at(-1)?.message, '2 reads were not recorded before the end');
  assert.equal((await recorders())[0]?.ended_at, null);
});

test('who records nothing leaves nothing behind', bounded, async () => {
  const count = () => database.query('select count(*)::int from read_recorder');
  const before = await count();
  const { records } = await recorder();
  await records.flush();
  await records.close();
  assert.deepEqual(await count(), before);
});

test('a process shows itself when it starts, and not more than once a second', bounded, async () => {
  const process = new ReadRecorder(store.database);
  const begin = Date.now();
  const seen: unknown[] = [];
  for (const later of [0, 500, 1500]) {
    await process.seen(new Date(begin + later));
    seen.push((await recorders())[0]?.seen_at);
  }
  assert.deepEqual(
    seen,
    [0, 0, 1500].map((later) => new Date(begin + later)),
  );
  await process.ended(new Date(begin + 1600));
  assert.deepEqual((await recorders())[0]?.ended_at, new Date(begin + 1600));
});

test('jobs and organisations that want no records leave none', bounded, async () => {
  const organisation = await newOrganisation('reads-none');
  const customer = { customer: { number: 1 } };
  noteRead(store, tesseraActor(organisation, 'job', new Date()), 'accounts.read', customer);
  noteRead(store, actorOf({ ...organisation, settings: { recordReads: false } }), 'accounts.read', customer);
  noteRead(store, actorOf(organisation), 'accounts.read');
  await store.readRecords.flush();
  assert.deepEqual(await customersIn(organisation), []);
});

test('kill -9 loses what came since the last flush, and leaves word of it', bounded, async () => {
  const organisation = await newOrganisation('reads-killed');
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn(process.execPath, ['--input-type=module', '-e', killed], {
    cwd,
    env: {
      ...process.env,
      CONNECTION: JSON.stringify(database.connection),
      ACTOR: JSON.stringify(actorOf(organisation)),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(await customersIn(organisation), [1]);
  const gaps = async (after: number) => {
    const now = new Date(Date.now() + after);
    return (await store.readTrace.gaps(organisation.id, { now, limit: 1 })).map(({ id: _, ...gap }) => gap);
  };
  const [{ seen_at } = {}] = await recorders();
  assert.notDeepEqual(await gaps(30_000), [{ from: (seen_at as Date).toISOString() }], 'it may only be slow');
  assert.deepEqual(await gaps(120_000), [{ from: (seen_at as Date).toISOString() }]);
});

/** What the process does that is killed: stores a read and notes another one. */
const killed = `
  import { openStore } from '#store/store.ts';
  const { readRecords } = openStore(JSON.parse(process.env.CONNECTION));
  const actor = JSON.parse(process.env.ACTOR);
  await readRecords.start();
  readRecords.note({ ...actor, now: new Date() }, 'accounts.read', [{ customerNumber: 1 }]);
  await readRecords.flush();
  readRecords.note({ ...actor, now: new Date() }, 'accounts.read', [{ customerNumber: 2 }]);
  console.log('noted');
  setInterval(() => {}, 1000);
`;
