import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { passesAmong } from '#store/access-passes.ts';
import { auditRecord } from '#store/records.ts';
import { reservedPasses, reservePasses } from '#store/reserved-passes.ts';
import { actorOf } from '../support/fixtures.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

const many = 20_000;
const { database, store, organisation } = await startTestStore();
const actor = actorOf(organisation);
const audit = JSON.stringify(auditRecord(actor, 'access-passes.reserve', 'card'));

before(async () => {
  await database.query(
    `insert into access_pass (organisation_id, text, namespace, id, state, document)
     select $1, 'text-' || lpad(n::text, 6, '0'), 'card', gen_random_uuid(), 'reserved', '{}' from generate_series(1, $2::int) n`,
    [organisation.id, many],
  );
});

for (const statistics of ['young', 'current']) {
  test(`reserving, looking up and listing read what they are about, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    const read = (text: string, values: unknown[]) =>
      rowsRead(database, organisation.id, 'access_pass', text, [organisation.id, ...values]);
    const texts = '{text-000007,text-000009,free}';
    // Of a loop, explain tells the average: one per text at most.
    const atMost = (most: number, count: number) => assert.ok(count <= most, `${count} rows instead of ${most}`);
    atMost(3, await read(passesAmong.text, ['card', texts]));
    atMost(51, await read(reservedPasses.text, ['card', 'text-010000', 51]));
    atMost(3, await read(reservePasses.text, ['[]', audit, 'card', 1, texts, '{}']));
    atMost(2, await read(reservePasses.text, ['[]', audit, 'card', 1, '{free-1,free-2}', '{}']));
  });
}

test('a reservation against rules that have changed leaves no trace', async () => {
  const [before] = await database.query('select count(*)::int as n from change');
  const stale = await store.reservedPasses.reserve(actor, { name: 'card', version: 99 }, ['stale']);
  assert.deepEqual(stale, { outcome: 'stale' });
  assert.deepEqual(await store.reservedPasses.reserve(actor, { name: 'nowhere', version: 1 }, ['x']), {
    outcome: 'stale',
  });
  assert.equal(await store.reservedPasses.release(actor, 'card', 'stale'), 'stale');
  assert.equal(await store.accessPasses.find(organisation.id, 'card', 'stale'), undefined);
  assert.deepEqual(await database.query('select count(*)::int as n from change'), [before]);
});

test('positions of what is taken come in the order of the texts', async () => {
  const texts = ['new-1', 'text-000002', 'new-2', 'text-000001'];
  const outcome = await store.reservedPasses.reserve(actor, { name: 'card', version: 1 }, texts);
  assert.deepEqual(outcome, { outcome: 'taken', positions: [1, 3] });
});
