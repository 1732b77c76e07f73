import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestDatabase } from '../support/database.ts';

// What has to be so that rows can be kept apart by organisation on many machines, as the catalogue of the database has it: every row
// names its organisation first, refers to nothing of another one, and is seen by nobody else.
const database = await createTestDatabase();
after(() => database.drop());

/** Tables of no organisation, and why. Everything else is some organisation's. */
const common = {
  evidence_key: 'one row: the fingerprint of the installation’s key',
  migration: 'what this database has been brought up to',
  organisation: 'the organisations themselves: a reference table, small, the same everywhere',
  read_recorder: 'one row for each process that records reads, of whichever organisation',
};

/** Functions that look past row-level security, because no organisation is known yet, and what they give. */
const lookUps = {
  change_positions: 'how far the change logs of given organisations go: for those who wait for changes',
  due_webhook_subscriptions: 'which subscriptions have deliveries that are due, and when',
  organisations_to_dispatch: 'which organisations have changes of which no deliveries were made yet',
  organisations_with_boundaries: 'which organisations have accounts whose day has come',
  organisations_with_due_customers: 'which organisations have customers whose expiration date has passed',
  organisations_with_due_files: 'which organisations have files of evidence whose time has come',
  organisations_with_finished_deliveries: 'which organisations have deliveries that are over',
  organisations_with_old_answers: 'which organisations have kept answers that are too old',
  organisations_with_propagating_types: 'which organisations have labels that are being carried to accounts',
  organisations_with_tombstones: 'which organisations have accounts that are gone',
  refresh_statistics: 'nothing: it has the tables analysed',
  webhook_backlog: 'how much is left to send in all, for metrics',
};

const name = (row: Record<string, unknown>) => row.name as string;
const tables = await database.query(
  `select relname as name, oid::int, relrowsecurity as secured, relforcerowsecurity as forced,
      exists (select from pg_attribute where attrelid = c.oid and attname = 'organisation_id' and attnum = 1 and attnotnull) as first
    from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`,
);
const tenantTables = tables.filter((table) => !(name(table) in common));
const oids = tenantTables.map(({ oid }) => oid);

test('every table but the named ones has organisation_id as its first column, never null', () => {
  assert.ok(tenantTables.length > 20);
  assert.deepEqual(tenantTables.filter(({ first }) => !first).map(name), []);
  assert.deepEqual(
    tables.map(name).filter((table) => table in common),
    Object.keys(common),
  );
});

test('every index begins with it, those of primary keys, unique keys and exclusions among them', async () => {
  const rows = await database.query(
    `select x.indexrelid::regclass::text as name, i.indisprimary as primary, i.indisunique as unique, i.indisexclusion as exclusion,
        (select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0]) as first
      from pg_index i cross join lateral (select i.indexrelid) x where i.indrelid = any($1::oid[])`,
    [oids],
  );
  const primary = rows.filter((row) => row.primary);
  assert.equal(primary.length, tenantTables.length, 'each table has a primary key');
  assert.ok(rows.some(({ exclusion }) => exclusion) && rows.filter(({ unique }) => unique).length > primary.length);
  assert.deepEqual(rows.filter(({ first }) => first !== 'organisation_id').map(name), []);
});

test('every foreign key goes from organisation_id to organisation_id, or to the organisation itself', async () => {
  const rows = await database.query(
    `select conname as name, confrelid::regclass::text as target,
        (select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1]) as own,
        (select attname from pg_attribute where attrelid = confrelid and attnum = confkey[1]) as other, cardinality(conkey) as columns
      from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`,
  );
  assert.ok(rows.length > 15);
  const wrong = rows.filter(({ target, own, other, columns }) =>
    target === 'organisation'
      ? own !== 'organisation_id' || columns !== 1
      : own !== 'organisation_id' || other !== 'organisation_id',
  );
  assert.deepEqual(wrong.map(name), []);
});

test('row-level security is forced on each, with one policy for the server and one for the owner', async () => {
  assert.deepEqual(tenantTables.filter(({ secured, forced }) => !secured || !forced).map(name), []);
  const policies = await database.query(
    `select tablename || ' ' || policyname as name, roles::text as roles, qual as using, with_check as "check" from pg_policies
      where schemaname = 'public' and permissive = 'PERMISSIVE' and cmd = 'ALL' order by 1`,
  );
  const own = '(organisation_id = ( SELECT current_organisation() AS current_organisation))';
  const expected = tenantTables.map(name).flatMap((table) => [`${table} organisation`, `${table} owner`]);
  assert.deepEqual(policies.map(name), expected.sort());
  for (const policy of policies.filter((one) => name(one).endsWith(' organisation')))
    assert.deepEqual(policy, { name: name(policy), roles: '{tessera_server}', using: own, check: own });
  const [all] = await database.query(`select count(*)::int as count from pg_policies where schemaname = 'public'`);
  assert.equal(all?.count, policies.length, 'there are no others');
});

test('no column of theirs takes its value from a sequence, and no trigger of ours touches other rows', async () => {
  const columns = await database.query(
    `select a.attrelid::regclass || '.' || attname as name from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = any($1::oid[]) and (attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like '%nextval%')`,
    [oids],
  );
  assert.deepEqual(columns.map(name), []);
  const triggers = await database.query(
    'select tgname as name from pg_trigger where tgrelid = any($1::oid[]) and not tgisinternal',
    [oids],
  );
  assert.deepEqual(triggers.map(name), []);
});

test('functions that look past row-level security are the named ones, and give ids, numbers and instants only', async () => {
  const rows = await database.query(
    `select proname as name, pg_get_function_result(oid) as result from pg_proc
      where pronamespace = 'public'::regnamespace and prosecdef order by proname collate "C"`,
  );
  assert.deepEqual(rows.map(name), Object.keys(lookUps));
  for (const row of rows) {
    const types = String(row.result)
      .replace(/^(SETOF|TABLE)\b|[(),]/g, ' ')
      .match(/\b(bigint|uuid|timestamp with time zone|void|text|json\w*|bytea)\b/g);
    assert.ok(
      types?.every((type) => ['bigint', 'uuid', 'timestamp with time zone', 'void'].includes(type)),
      `${name(row)}: ${row.result}`,
    );
  }
});
