import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { changesetOf } from '#domain/changeset.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { passesByKey } from '#store/access-passes.ts';
import { answersByHash } from '#store/answers.ts';
import { accountsDue } from '#store/boundaries.ts';
import { commitBatch } from '#store/commit/commit.ts';
import { needs } from '#store/commit/need.ts';
import { planOf } from '#store/plan.ts';
import { actorOf } from '../support/fixtures.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

const many = 20_000;
const { database, store, organisation } = await startTestStore();
const actor = actorOf(organisation);
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const { aggregate } = await createAccount(store, actor, owner, {});

before(async () => {
  await createEntitlementList(store, actor, { slug: 'residents', title: 'Residents' });
  await database.query(
    `insert into idempotency (organisation_id, client_id, request_hash, body_digest, answer, customer_number, created_at)
      select $1, 1, decode(md5(n::text), 'hex'), '', '{}', $2, now() from generate_series(1, $3::int) n`,
    [organisation.id, aggregate.customer.number, many],
  );
  await database.query(
    `insert into change_detail (organisation_id, customer_number, change_number, document)
      select $1, $2, 1000 + n, '{}' from generate_series(1, $3::int) n`,
    [organisation.id, aggregate.customer.number, many],
  );
  const [type] = await database.query(
    `insert into entitlement_type (organisation_id, number, list_slug, id, position, version, label, status)
      select $1, 1, slug, 'adult', 0, 1, 'Adult', 'active' from entitlement_list where organisation_id = $1 returning number`,
    [organisation.id],
  );
  await database.query(
    `with held as (
        insert into entitlement (organisation_id, customer_number, id, account_number, type_number, type_version, state, valid_from, document)
        select $1, $2, gen_random_uuid(), $3, $4, 1, 'revoked', '2026-01-01', '{}' from generate_series(1, $5::int) returning id)
      insert into entitlement_revision select $1, $2, id, 1, '{}' from held`,
    [organisation.id, aggregate.customer.number, aggregate.accounts[0]?.number, type?.number, many],
  );
  await database.query(
    `insert into access_pass (organisation_id, text, namespace, id, state, customer_number, account_number, document)
      select $1, 'text-' || n, 'card', gen_random_uuid(), 'active', $2, $3, '{}' from generate_series(1, $4::int) n`,
    [organisation.id, aggregate.customer.number, aggregate.accounts[0]?.number, many],
  );
  await database.query(
    `insert into account (organisation_id, identifier, number, customer_number, version, change_number, state, document, next_boundary)
      select $1, 'other-' || n, 1000000 + n, $2, 1, 1, 'active', '{}', date '2026-11-20' + n from generate_series(1, $3::int) n`,
    [organisation.id, aggregate.customer.number, many],
  );
});

const read = (table: string, text: string, values: unknown[]) =>
  rowsRead(database, organisation.id, table, text, values);

for (const statistics of ['young', 'current']) {
  test(`a kept answer is found without reading the others, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    const hash = (await database.query(`select md5('7') as hash`))[0]?.hash;
    const count = await read('idempotency', answersByHash.text, [organisation.id, '{1}', `{"\\\\x${hash}"}`]);
    assert.equal(count, 1);
  });

  test(`a write reads neither the past nor the answers of its customer, statistics ${statistics}`, async () => {
    const customer = { ...aggregate.customer, details: { familyName: 'Fern' } };
    const changeset = changesetOf(aggregate, { ...aggregate, customer });
    assert.ok(changeset);
    const plan = planOf({ actor, operation: 'customers.change', changeset });
    // Beside another that forgets, it is written by the statement that can do everything.
    const all = { ...plan, needs: [...needs] };
    for (const { text, values } of [plan, all].map((one) => commitBatch(organisation.id, [one]))) {
      for (const table of ['change_detail', 'idempotency', 'entitlement', 'entitlement_revision']) {
        const count = await read(table, text, values);
        assert.ok(count <= 1, `${count} rows of ${table}`);
      }
    }
  });
}

for (const statistics of ['young', 'current']) {
  test(`a scan reads one pass and one account, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    for (const table of ['access_pass', 'account']) {
      const count = await read(table, passesByKey.text, [organisation.id, '{text-7}', '{card}']);
      assert.equal(count, 1, table);
    }
  });

  test(`the job that begins days reads the accounts whose day has come, statistics ${statistics}`, async () => {
    assert.equal(await read('account', accountsDue.text, [organisation.id, '2026-11-21', 200, '-infinity', 0]), 1);
  });
}

test('statements are not compiled', async () => {
  const [row] = await store.database.global('show jit');
  assert.equal(row?.jit, 'off');
});
