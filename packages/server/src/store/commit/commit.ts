import type { Statement } from '../database.ts';
import type { Plan } from '../plan.ts';
import { checks } from './checks.ts';
import { forgetting } from './forgetting.ts';
import { holdings } from './holdings.ts';
import { inputs } from './inputs.ts';
import { type Need, needs, type Part } from './need.ts';
import { writes } from './writes.ts';

/** Taken first in every write transaction: from here on no other process writes for the organisation (architecture.md, Settled 1). */
export const lockCounter: Statement = {
  name: 'lock-counter',
  text: 'select change_number from organisation_counter where organisation_id = $1 for update',
};

/** Which plans are written, each with the number before that of its first change. */
const good = `good as materialized (
  select plan.*, counter.change_number + (sum(change_count) over (order by n)) - change_count as base
  from plan, (select change_number from organisation_counter where organisation_id = $1) counter
  where n not in (select n from failed)
)`;

const counted = `counted as (
  update organisation_counter set change_number = (select max(base + change_count) from good)
  where organisation_id = $1 and exists (select from good)
)`;

/**
 * Writes a batch of plans, each of which either is written whole or leaves no trace, and reports one outcome per plan.
 * Runs after the counter is locked, so what it sees of stored rows stays true until the commit. Plans of one batch never share a
 * unique key (the writer sees to it). Constraints stay the last wall. A customer's document is sent once and becomes part of every
 * account's document here.
 *
 * @returns the statement with its values. Its rows: n, the position in the batch; outcome ('written' | 'stale' | 'tombstone' | a clashing
 * key); detail (first change number | version of the tombstone | which pass clashes)
 */
export function commitBatch(organisationId: number, plans: readonly Plan[]): Statement & { values: unknown[] } {
  const wanted = new Set(plans.flatMap((plan) => plan.needs));
  const asked = wanted.has('forgets') ? needs : needs.filter((need) => wanted.has(need));
  const own = inputs.filter((input) => input.for === undefined || asked.includes(input.for));
  const numbered = (rows: (plan: Plan) => object[]) =>
    plans.flatMap((plan, n) => rows(plan).map((row) => withN(row, n)));
  return { ...statementFor(asked), values: [organisationId, ...own.map(({ rows }) => JSON.stringify(numbered(rows)))] };
}

/** The row itself: plans are sent again when a batch has failed, and copies of all rows would be a good part of what a write costs. */
function withN(row: object, n: number): object {
  (row as { n: number }).n = n;
  return row;
}

const statements = new Map<string, Statement>();

function statementFor(asked: readonly Need[]): Statement {
  const name = ['commit-batch', ...asked].join('-');
  const known = statements.get(name);
  if (known) return known;
  const there = (part: { for?: Need }) => part.for === undefined || asked.includes(part.for);
  const texts = (parts: readonly Part[]) => parts.filter(there).map(({ text }) => text);
  const given = inputs.filter(there).map(({ name: input, select = '*', columns }, index) => {
    return `${input} as materialized (select ${select} from json_to_recordset($${index + 2}::json) as x(n int, ${columns}))`;
  });
  const failed = `failed as materialized (${texts(checks).join('\n  union all\n')})`;
  const parts = [...given, failed, good, ...texts([...writes, ...holdings, ...forgetting]), counted];
  const text = `with ${parts.join(', ')}
select n, 'written' as outcome, base + 1 as detail from good
union all
(select distinct on (n) n, outcome, detail from failed order by n, rank)`;
  const made = { name, text };
  statements.set(name, made);
  return made;
}
