import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOf, planOf } from '../../../../bench/load/plan.ts';
import type { Operation } from '../../../../bench/load/target.ts';
import { orderOf, runRounds } from '../../../../bench/measure/rounds.ts';
import type { Measured, Variant } from '../../../../bench/measure/variant.ts';
import { forOne } from '../../../../bench/references/reads.ts';
import { insertLike } from '../../../../bench/references/rows.ts';
import { bestOf, rateTable, ratios } from '../../../../bench/report/tables.ts';

const measured = (perSecond: number): Measured => ({
  perSecond,
  requests: 1,
  errors: 0,
  cost: { client: 0, server: 0, postgres: 0 },
  elsewhere: 0,
});

test('the numbers of a request are the same in all its places, and new ones never come again', () => {
  const operation: Operation = {
    method: 'POST',
    path: '/a/bench-{n}/{n:4}?after={n+250}',
    headers: { 'Idempotency-Key': '{new}' },
    body: '{"new":{new},"month":"{n%12+1:2}"}',
    expects: [201],
    range: [30, 40],
  };
  const [one, other] = [exampleOf(operation, 100), exampleOf(operation, 100)];
  assert.equal(one.path, '/a/bench-30/0030?after=280');
  assert.deepEqual(JSON.parse(one.body ?? ''), { new: Number(one.headers?.['Idempotency-Key']), month: '07' });
  assert.notEqual(one.body, other.body);
  const first = (plan: string) => Number(/first = (\d+)/.exec(plan)?.[1]);
  const plans = [1, 2].map(() => planOf([{ operation, weight: 1 }], 'host', 100, 1));
  assert.ok(first(plans[1] ?? '') - first(plans[0] ?? '') >= 1_000_000);
  assert.match(plans[0] ?? '', /from = 30, to = 40/);
  assert.throws(() => planOf([{ operation: { ...operation, path: '/ø' }, weight: 1 }], 'host', 100, 1), /ASCII/);
});

test('every variant runs once in each round, and not always after the same one', async () => {
  const ran: string[] = [];
  const variants: Variant[] = ['a', 'b', 'c'].map((name) => ({
    name,
    connections: 1,
    run: async () => {
      ran.push(name);
      return measured(1);
    },
  }));
  const results = await runRounds(variants, { rounds: 2, seconds: 1, pause: 0 }, () => {});
  assert.deepEqual(
    [...results.values()].map((one) => one.length),
    [2, 2, 2],
  );
  assert.deepEqual(
    [ran.slice(0, 3).sort(), ran.slice(3).sort()],
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ],
  );
  assert.notDeepEqual(orderOf(variants, 0, 2), orderOf(variants, 1, 2));
});

test('a run that others disturbed is done again once, the quieter one counts, and what went wrong in either', async () => {
  const runs = (...elsewhere: number[]): Variant => {
    const left = elsewhere.map((share, index) => ({ ...measured(index + 1), elsewhere: share, errors: 1 }));
    return {
      name: 'a',
      connections: 1,
      brief: true,
      run: async (seconds) => ({ ...(left.shift() ?? assert.fail()), requests: seconds }),
    };
  };
  const outcome = async (variant: Variant) => {
    const results = await runRounds([variant], { rounds: 1, seconds: 5, pause: 0 }, () => {});
    const [only] = results.get('a @1') ?? [];
    return [only?.perSecond, only?.errors, only?.repeated, only?.requests];
  };
  assert.deepEqual(await outcome(runs(0.1)), [1, 1, undefined, 3]);
  assert.deepEqual(await outcome(runs(0.3, 0.2)), [2, 2, true, 3]);
  assert.deepEqual(await outcome(runs(0.3, 0.4)), [1, 2, true, 3]);
});

test('ratios are taken inside each round, to the best of the reference in that round', () => {
  const results = new Map([
    ['one @8', [measured(100), measured(50)]],
    ['two @8', [measured(80), measured(200)]],
  ]);
  const best = bestOf(results, ['one @8', 'two @8']);
  assert.deepEqual(best, [100, 200]);
  assert.deepEqual(ratios([measured(50), measured(300)], best), [0.5, 1.5]);
});

test('look-ups that are no get have references of their own', () => {
  const results = new Map(
    ['scan pass @64', 'eligibility @64', 'get heavy @64'].map((title) => [title, [measured(50)]]),
  );
  for (const title of ['pgbench scan @2', 'pgbench eligibility @2', 'pgbench read @2'])
    results.set(title, [measured(200)]);
  const best = new Map(['scan', 'eligibility', 'read'].map((name) => [name, [`pgbench ${name} @2`]]));
  const rows = rateTable(results, best).split('\n').slice(2);
  const ratioOf = (title: string) =>
    rows
      .find((row) => row.startsWith(`| ${title}`))
      ?.split('|')[3]
      ?.trim();
  assert.deepEqual(['scan pass', 'eligibility', 'get heavy'].map(ratioOf), ['0.250', '0.250', '']);
});

test('a reference asks what the server asks, for one account', () => {
  const statement = { name: 'x', text: 'select a from b where organisation_id = $1 and c = any($2::text[])' };
  assert.equal(
    forOne(statement, '$2::text[]', ':n'),
    'select a from b where organisation_id = :organisation and c = :n',
  );
  assert.throws(() => forOne({ name: 'x', text: 'select 1' }, '$2::text[]', ':n'), /There is no/);
});

test('a row like the sample has its own keys, and the rest of the sample as variables', () => {
  const columns = ['organisation_id', 'number', 'note', 'gone'].map((name) => ({ name, type: 'text' }));
  const variables = {};
  const own = (_table: string, column: string) => (column === 'number' ? "nextval('s')" : undefined);
  const text = insertLike({ table: 't', columns, rows: [['1', '7', "it's", null]] }, own, variables);
  assert.equal(
    text,
    "insert into t (organisation_id, number, note) values ((:organisation)::text, (nextval('s'))::text, :t_note_0::text)",
  );
  assert.deepEqual(variables, { t_note_0: "it's" });
});
