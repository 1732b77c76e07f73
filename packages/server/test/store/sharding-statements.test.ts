import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { startTestServer } from '../support/server.ts';
import { flat, recordStatements, type SentStatement, writtenStatements } from '../support/statements.ts';
import { tour } from '../support/tour.ts';

// No statement crosses organisations: where rows are kept apart by organisation on many machines, each one finds all it needs on one of
// them. Asserted from the statements that are really sent, and from how PostgreSQL would carry them out if nothing else kept
// organisations apart: as the superuser, whom row-level security does not bind.

/** Files whose statements are about no organisation's data. */
const otherFiles = [
  'migrate.ts', // the schema
  'job-schema.ts', // the job library's schema
  'replica-facts.ts', // which server answers
  'positioned-reads.ts', // the same function as positions.ts
];

const recorder = recordStatements();
const server = await startTestServer();
recorder.sent.length = 0; // how the test's database was made
await tour(server);
recorder.stop();
// Other tests of this process have databases of their own.
const sent = recorder.sent.filter(({ database }) => database === server.database.connection.database);

const client = new pg.Client(server.database.connection);
await client.connect();
await client.query('set plan_cache_mode = force_generic_plan');
// It meets the end of the database, which comes first.
client.on('error', () => {});

const tenantTables = new Set(
  (
    await server.database.query(
      `select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'organisation_id'`,
    )
  ).map(({ name }) => name as string),
);

type Step = {
  'Node Type': string;
  'Relation Name'?: string;
  Schema?: string;
  Alias?: string;
  Operation?: string;
  'Parent Relationship'?: string;
  Output?: string[];
  Plans?: Step[];
} & Record<string, unknown>;

/** How PostgreSQL carries a statement out, whatever its values are. */
async function planOf({ text, values }: Pick<SentStatement, 'text' | 'values'>): Promise<Step> {
  await client.query(`prepare statement as ${text}`);
  try {
    const execute = values.length === 0 ? 'statement' : `statement(${values.map(() => 'null').join(', ')})`;
    const { rows } = await client.query(`explain (verbose, format json) execute ${execute}`);
    return rows[0]['QUERY PLAN'][0].Plan;
  } finally {
    await client.query('deallocate statement');
  }
}

const stepsOf = (step: Step): Step[] => [step, ...(step.Plans ?? []).flatMap(stepsOf)];
const conditions = ['Index Cond', 'Recheck Cond', 'Filter', 'TID Cond', 'Join Filter', 'Hash Cond', 'Merge Cond'];

/** What a step that reads rows of a table lets through, those below it that find them included. */
const conditionsOf = (step: Step): string =>
  [
    ...conditions.map((name) => step[name] ?? ''),
    ...(step.Plans ?? []).filter((one) => one['Node Type'].startsWith('Bitmap')).map(conditionsOf),
  ].join(' ');

/** What a step puts into the first column of a table, which in all tenant tables is the organisation. */
function firstColumn(step: Step): string {
  const { Output: [first = ''] = [], Plans = [] } = step;
  const below = Plans.find(
    (one) => one['Parent Relationship'] !== 'InitPlan' && one['Parent Relationship'] !== 'SubPlan',
  );
  return /^"\*SELECT\*/.test(first) && below ? firstColumn(below) : first;
}

/** Steps of a statement that read, or write, rows of whatever organisation. */
function crossings(plan: Step): string[] {
  // What a caller has sent, or a part of the statement has put together, says nothing.
  const given = stepsOf(plan).flatMap((step) =>
    /^(Function|CTE|Values)/.test(step['Node Type']) ? (step.Alias ?? []) : [],
  );
  return stepsOnTenants(plan).flatMap((step) => {
    const { 'Relation Name': table = '', 'Node Type': kind, Operation: operation, Plans = [] } = step;
    if (kind === 'ModifyTable') {
      if (operation !== 'Insert') return []; // which rows it changes, the steps below it find
      const first = Plans.flatMap((one) => (one['Parent Relationship'] === 'Outer' ? [firstColumn(one)] : []));
      // `organisation.id`: of the one row of that table, which is looked at here too.
      return first.every((one) => ['$1', '($1)', 'organisation.id'].includes(one))
        ? []
        : [`${table}: ${first} is inserted`];
    }
    const key = table === 'organisation' ? 'id' : 'organisation_id';
    // The organisation that is asked for, or that of a row which another of these steps has found.
    const restricted = [...conditionsOf(step).matchAll(/\b(\w+) = (?:\$1\b|(\w+)\.(?:organisation_id|id)\b)/g)].some(
      ([, column, other]) => column === key && (other === undefined || !given.includes(other)),
    );
    return restricted ? [] : [`${table}: ${kind} ${conditionsOf(step)}`];
  });
}

/** The steps of a statement that touch rows of organisations. Where there are none, `organisation` may be read as a whole. */
function stepsOnTenants(plan: Step): Step[] {
  const steps = stepsOf(plan).filter(({ Schema }) => Schema === 'public');
  const touches = (step: Step) => tenantTables.has(step['Relation Name'] as string);
  return steps.some(touches) ? steps.filter((step) => touches(step) || step['Relation Name'] === 'organisation') : [];
}

const distinct = new Map<string, SentStatement>();
for (const one of sent) if (!/^(set|show|listen) /i.test(one.text)) distinct.set(one.text, one);

test('every statement in the sources of the store was sent', () => {
  const texts = [...distinct.keys()].map(flat);
  const missing = writtenStatements(otherFiles).filter(({ parts: [first = '', ...more] }) => {
    if (first.startsWith("select set_config('tessera.organisation'")) return false; // what names the organisation
    return !texts.some((text) => [first, ...more].every((part) => text.includes(part)));
  });
  assert.deepEqual(
    missing.map(({ file, parts }) => `${file}: ${parts.join(' ... ').slice(0, 200)}`),
    [],
    'add to test/support/tour.ts what sends it',
  );
});

test('no statement crosses organisations: each row that is read or written is of the organisation that $1 names, by its plan', async (t) => {
  const found: string[] = [];
  const checked = new Map<string, number>();
  for (const [text, one] of distinct) {
    const plan = await planOf(one);
    const steps = stepsOnTenants(plan);
    if (steps.length > 0) checked.set(text, steps.length);
    for (const crossing of crossings(plan)) found.push(`${flat(text).slice(0, 100)}: ${crossing}`);
  }
  assert.deepEqual(found, []);
  const steps = [...checked.values()].reduce((sum, count) => sum + count, 0);
  t.diagnostic(`${checked.size} statements with ${steps} steps on rows of organisations`);
  assert.ok(checked.size > 80 && steps > 200, `${checked.size} statements with ${steps} steps were looked at`);

  // And $1 is the organisation that the session has named, for which row-level security lets rows through.
  const others = sent.filter(
    ({ text, values, organisation }) => checked.has(text) && String(values[0]) !== organisation,
  );
  const sentences = others.map(
    ({ text, values, organisation }) => `${values[0]}, not ${organisation}: ${flat(text).slice(0, 100)}`,
  );
  assert.deepEqual([...new Set(sentences)], []);
});

test('the check finds what crosses organisations', async () => {
  const wrong = [
    'select document from account where identifier = $1',
    'select a.document from account a join customer c on c.number = a.customer_number where c.organisation_id = $1',
    'select (select count(*) from account) from customer where organisation_id = $1',
    'update account set alias = null where number = $1',
    'delete from access_pass p using customer c where c.organisation_id = $1 and c.number = p.customer_number',
    'insert into organisation_counter (organisation_id) select organisation_id + 1 from customer where organisation_id = $1',
    'select number from customer where organisation_id > $1',
    'select c.number from customer c join json_to_recordset($1) as x(organisation_id bigint) on c.organisation_id = x.organisation_id',
  ];
  for (const text of wrong) {
    const plan = await planOf({ text, values: [1] });
    assert.notDeepEqual(crossings(plan), [], text);
  }
});
