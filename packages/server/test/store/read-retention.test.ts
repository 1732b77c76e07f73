import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Organisation } from '#domain/organisation.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { pruneReads } from '#operations/reads/prune.ts';
import { pruneOfCustomers, readsOfCustomer } from '#store/read-trace.ts';
import type { Store } from '#store/store.ts';
import { actorOf } from '../support/fixtures.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

const { store, database, organisation, newOrganisation } = await startTestStore();
const other = await newOrganisation('other');
const day = 86_400_000;
const now = Date.UTC(2030, 0, 1);
const [customers, days] = [1500, 8];

/** One read of every customer at noon of each of the last days. */
async function fill({ id }: Organisation): Promise<void> {
  await database.query(
    `insert into read_record select $1, 1 + n % $3, $2::timestamptz - n / $3 * interval '1 day',
      gen_random_uuid(), null, 1, 'c', 'a', 'native', 'accounts.read', null from generate_series(0, $3::int * $4 - 1) n`,
    [id, new Date(now - day / 2), customers, days],
  );
}

async function left({ id }: Organisation): Promise<unknown> {
  const [row] = await database.query(
    'select count(distinct at)::int as days, count(*)::int as records from read_record where organisation_id = $1',
    [id],
  );
  return row;
}

before(async () => {
  await Promise.all([fill(organisation), fill(other)]);
  await changeSettings(store, actorOf(organisation), { edit: { readRetentionDays: 3 } });
});

test('a page of one customer, and a step of the pruning, read little more than they show or delete', async () => {
  const { id } = organisation;
  const nobody = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  const page = [id, 700, '-infinity', 'infinity', 'infinity', nobody, 3];
  assert.equal(await rowsRead(database, id, 'read_record', readsOfCustomer.text, page), 3);
  const nothing = [id, 0, '2020-01-01', 100, 5000];
  const walked = await rowsRead(database, id, 'read_record', pruneOfCustomers.text, nothing);
  assert.ok(walked <= 101, `${walked} rows to look at 100 customers`);
});

test('records are deleted when their time is over, each organisation’s in its own', async () => {
  assert.equal(await pruneReads(store, new Date(now)), customers * 5);
  assert.deepEqual(await left(organisation), { days: 3, records: customers * 3 });
  assert.deepEqual(await left(other), { days, records: customers * days });
  assert.equal(await pruneReads(store, new Date(now + day / 4)), 0);
  assert.equal(await pruneReads(store, new Date(now + day)), customers);
  assert.equal(await pruneReads(store, new Date(now + 366 * day)), customers * (2 + days));
});

test('what is known of gaps goes with the records', async () => {
  const at = (days: number) => new Date(now + days * day);
  for (const days of [0, 10]) {
    await database.query('insert into read_recorder values (gen_random_uuid(), $1, $1, null)', [at(days)]);
    for (const { id } of [organisation, other])
      await database.query('insert into read_gap values ($1, gen_random_uuid(), $2, $2, 1)', [id, at(days)]);
  }
  const gaps = async ({ id }: Organisation) =>
    (await store.readTrace.gaps(id, { now: at(400), limit: 9 })).map(({ from }) => from);
  const recent = at(10).toISOString();
  await pruneReads(store, at(369));
  // A crash may concern every organisation: it is known as long as the one that keeps its records longest wants to know.
  assert.deepEqual(await gaps(organisation), [recent]);
  assert.deepEqual(await gaps(other), [recent, recent]);
  assert.equal(await pruneReads(store, at(380)), 0);
  assert.deepEqual([await gaps(organisation), await gaps(other)], [[], []]);
});

test('an organisation that cannot be pruned holds up no other, and is tried again', async () => {
  await Promise.all([fill(organisation), fill(other)]);
  const { readTrace } = store;
  let refused = true;
  const pruneGaps: typeof readTrace.pruneGaps = (id, until) => readTrace.pruneGaps(id, until);
  const pruneRecorders: typeof readTrace.pruneRecorders = (until) => readTrace.pruneRecorders(until);
  const prune: typeof readTrace.prune = (id, asked) =>
    id === organisation.id && refused ? Promise.reject(new Error('refused')) : readTrace.prune(id, asked);
  const broken: Store = {
    ...store,
    readTrace: Object.assign(Object.create(readTrace), { prune, pruneGaps, pruneRecorders }),
  };
  await assert.rejects(pruneReads(broken, new Date(now + 500 * day)), /refused/);
  assert.deepEqual(
    [await left(organisation), await left(other)],
    [
      { days, records: customers * days },
      { days: 0, records: 0 },
    ],
  );
  refused = false;
  assert.equal(await pruneReads(broken, new Date(now + 500 * day)), customers * days);
});
