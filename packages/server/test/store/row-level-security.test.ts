import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import { createAccount } from '#operations/accounts/create.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { keepRefusal } from '#operations/kept-answers.ts';
import { createSubscription } from '#operations/webhooks/create.ts';
import { sendExample } from '#operations/webhooks/send-example.ts';
import { assertRowLevelSecurity } from '#store/migrate.ts';
import { serverRole } from '#store/pool.ts';
import { actorOf } from '../support/fixtures.ts';
import { assign, grant, typeOf } from '../support/holdings.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, organisation, newOrganisation } = await startTestStore();
const stranger = await newOrganisation('stranger');
const actor = actorOf(organisation);
const address = { streetAddress: '12 Example Lane', postalCode: 'NB1 2ZZ', addressLocality: 'New Brightsea' };
await createAccount(
  store,
  actor,
  { customer: { kind: 'person', details: { email: 'ida@example.com', addresses: [address] } } },
  { identifier: 'mine', alias: 'x' },
);
await createKey(store, { organisationId: organisation.id, name: 'key' });
await assign(store, actor, 'mine', 'NM0042170');
const { entitlement, number, customerNumber } = await grant(store, actor, 'mine', {
  type: await typeOf(store, actor, { label: 'Student', evidence: 'after' }),
});
const [id, evidenceId] = [entitlement[0]?.id, entitlement[0]?.evidence?.id];
await database.query(
  `insert into evidence_file (organisation_id, customer_number, id, evidence_id, content_type, size, sealed, created_at)
    values ($1, $2, $3, $4, 'image/png', 1, '', now())`,
  [organisation.id, customerNumber, id, evidenceId],
);
await database.query(
  `insert into outstanding_action (organisation_id, customer_number, id, account_number, state, document) values ($1, $2, $3, $4, 'open', '{}')`,
  [organisation.id, customerNumber, id, number],
);
const answer = { status: 400, headers: {}, body: '{}' };
await keepRefusal(store, actor, { requestHash: '00', bodyDigest: '00', answer });

await readAccount(store, actor, 'mine');
await store.readRecords.flush();
const editing = {
  store,
  actor,
  settings: { key: randomBytes(32), urlFault: () => undefined },
  assertIncluding: () => {},
};
const { subscription } = await createSubscription(editing, { url: 'https://hooks.example.com/' });
await sendExample(store, actor, subscription.id, undefined);
await database.query(`insert into forgotten_identifier values ($1, '', 1, 1, 1, 'erased')`, [organisation.id]);
await database.query(`insert into read_gap values ($1, $2, now(), now(), 1)`, [organisation.id, id]);

const tables = (
  await database.query(
    `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organisation_id' order by 1`,
  )
).map((row) => row.name as string);

// The first wall is `organisation_id = $1` in every statement. These statements leave it out.
for (const table of tables) {
  test(`${table}: without the first wall another organisation's rows are not there`, async () => {
    const count = { name: '', text: `select count(*)::int as n from ${table} where organisation_id <> $1` };
    const all = { name: '', text: `select count(*)::int as n from ${table} where $1::bigint is not null` };
    assert.ok(((await store.database.read(organisation.id, all, [0]))[0]?.n as number) > 0, 'the owner sees its rows');
    assert.equal((await store.database.read(stranger.id, count, [stranger.id]))[0]?.n, 0);
    const mine = await store.database.read(
      stranger.id,
      { name: '', text: `select * from ${table} where organisation_id = $1` },
      [organisation.id],
    );
    assert.deepEqual(mine, []);
  });
}

test('a row cannot be written into another organisation', async () => {
  const text = `insert into api_client (organisation_id, id, name, key_hash) values ($1, 1, 'x', '')`;
  await assert.rejects(store.database.read(stranger.id, { name: '', text }, [organisation.id]), /row-level security/);
  const updated = await store.database.read(
    stranger.id,
    { name: '', text: `update account set alias = 'stolen' where $1::bigint is not null returning 1` },
    [0],
  );
  assert.deepEqual(updated, []);
});

test('a connection that named no organisation sees nothing', async () => {
  const client = new pg.Client({ ...database.connection, options: `-c role=${serverRole}` });
  await client.connect();
  for (const table of tables) assert.equal((await client.query(`select from ${table}`)).rowCount, 0, table);
  await client.end();
});

test('batches of two organisations never mix, whatever the interleaving', async () => {
  const theirs = actorOf(stranger);
  await createAccount(
    store,
    theirs,
    { customer: { kind: 'person', details: { email: 'ida@example.com', familyName: 'Stranger' } } },
    { identifier: 'mine' },
  );
  const reads = await Promise.all(
    [...Array(400).keys()].map(async (index) => {
      const id = index % 2 ? organisation.id : stranger.id;
      const found = await store.accounts.find(id, 'mine');
      return (
        found?.state === 'active' &&
        (found.document.customer.details.familyName === 'Stranger') === (id === stranger.id)
      );
    }),
  );
  assert.ok(reads.every(Boolean));
});

test('start is refused, with a sentence, when row-level security is off', async () => {
  const client = new pg.Client(database.connection);
  await client.connect();
  await client.query('begin');
  await client.query('alter table customer no force row level security');
  await assert.rejects(assertRowLevelSecurity(client), /not active on: customer/);
  await client.query('rollback');
  await assertRowLevelSecurity(client);
  await client.end();
});
