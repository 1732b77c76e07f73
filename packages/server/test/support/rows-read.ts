import pg from 'pg';
import type { TestDatabase } from './database.ts';

/** What `explain` says of a step of a plan. */
type Step = {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Step[];
};

/**
 * How many rows of a table a statement reads, those that a filter then drops among them, as the server works (its role, nothing
 * compiled) and in the plan that prepared statements end up with. Nothing is written.
 */
export async function rowsRead(
  database: TestDatabase,
  organisationId: number,
  table: string,
  text: string,
  values: unknown[],
): Promise<number> {
  const options = `-c role=tessera_server -c jit=off -c tessera.organisation=${organisationId} -c plan_cache_mode=force_generic_plan`;
  const client = new pg.Client({ ...database.connection, options });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`prepare statement as ${text}`);
    const given = values.map((value) => (value === null ? 'null' : pg.escapeLiteral(String(value)))).join(', ');
    const { rows } = await client.query(`explain (analyze, format json) execute statement(${given})`);
    return readIn(rows[0]['QUERY PLAN'][0].Plan, table);
  } finally {
    await client.end();
  }
}

function readIn(step: Step, table: string): number {
  const rows = step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0);
  const own = step['Relation Name'] === table ? rows * step['Actual Loops'] : 0;
  return (step.Plans ?? []).reduce((sum, part) => sum + readIn(part, table), own);
}
