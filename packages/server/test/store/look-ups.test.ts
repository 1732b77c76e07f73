import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import pg from 'pg';
import { changesetOf } from '#domain/changeset.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { answersByHash } from '#store/answers.ts';
import { commitBatch } from '#store/commit-statement.ts';
import { planOf } from '#store/plan.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

/** What `explain` says of a step of a plan. */
type Step = { 'Relation Name'?: string; 'Actual Rows': number; 'Actual Loops': number; Plans?: Step[] };

const many = 20_000;
const { database, store, organisation } = await startTestStore();
const actor = actorOf(organisation);
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const { aggregate } = await createAccount(store, actor, owner, {});

before(async () => {
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
});

/** How many rows of a table the statement reads, as the server's role and in the plan that prepared statements end up with. */
async function rowsRead(table: string, text: string, values: unknown[]): Promise<number> {
  const options = `-c role=tessera_server -c tessera.organisation=${organisation.id} -c plan_cache_mode=force_generic_plan`;
  const client = new pg.Client({ ...database.connection, options });
  await client.connect();
  await client.query('begin');
  await client.query(`prepare statement as ${text}`);
  const given = values.map((value) => pg.escapeLiteral(String(value))).join(', ');
  const { rows } = await client.query(`explain (analyze, format json) execute statement(${given})`);
  await client.end();
  const read = (step: Step): number => {
    const own = step['Relation Name'] === table ? step['Actual Rows'] * step['Actual Loops'] : 0;
    return (step.Plans ?? []).reduce((sum, part) => sum + read(part), own);
  };
  return read(rows[0]['QUERY PLAN'][0].Plan);
}

for (const statistics of ['young', 'current']) {
  test(`a kept answer is found without reading the others, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    const hash = (await database.query(`select md5('7') as hash`))[0]?.hash;
    const read = await rowsRead('idempotency', answersByHash.text, [organisation.id, '{1}', `{"\\\\x${hash}"}`]);
    assert.equal(read, 1);
  });

  test(`a write reads neither the past nor the answers of its customer, statistics ${statistics}`, async () => {
    const customer = { ...aggregate.customer, details: { familyName: 'Fern' } };
    const changeset = changesetOf(aggregate, { ...aggregate, customer });
    assert.ok(changeset);
    const { plan, accounts, changes, addresses } = planOf({ actor, operation: 'customers.change', changeset });
    const rows = [[plan], accounts, changes, [], addresses].map((part) =>
      JSON.stringify(part.map((row) => ({ n: 0, ...row }))),
    );
    for (const table of ['change_detail', 'idempotency']) {
      const read = await rowsRead(table, commitBatch.text, [organisation.id, ...rows]);
      assert.ok(read <= 1, `${read} rows of ${table}`);
    }
  });
}

test('statements are not compiled', async () => {
  const [row] = await store.database.global('show jit');
  assert.equal(row?.jit, 'off');
});
