import pg from 'pg';

/** What `explain` says of a step of a plan. */
export type Step = {
  'Node Type': string;
  /** `Outer`: where the step's rows come from. */
  'Parent Relationship'?: string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Operation?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Step[];
};

/**
 * How PostgreSQL runs statements for the server: as its role, with nothing compiled, in the plan that prepared statements end up with. They
 * run one after the other in a transaction that is rolled back.
 */
export async function explain(
  connection: pg.ClientConfig,
  organisationId: number,
  statements: readonly { text: string; values: readonly unknown[] }[],
): Promise<Step[]> {
  const options = `-c role=tessera_server -c jit=off -c tessera.organisation=${organisationId} -c plan_cache_mode=force_generic_plan`;
  const client = new pg.Client({ ...connection, options });
  await client.connect();
  try {
    await client.query('begin');
    const steps: Step[] = [];
    for (const { text, values } of statements) {
      await client.query(`prepare statement as ${text}`);
      const execute = values.length === 0 ? 'statement' : `statement(${values.map(literal).join(', ')})`;
      const { rows } = await client.query(`explain (analyze, buffers, format json) execute ${execute}`);
      steps.push(rows[0]['QUERY PLAN'][0].Plan);
      await client.query('deallocate statement');
    }
    return steps;
  } finally {
    await client.end();
  }
}

/** All steps of a plan. */
export function stepsOf(step: Step): Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)];
}

/** How many rows of tables a step reads, those that a filter then drops among them. */
export function rowsOf(step: Step): number {
  const dropped = (step['Rows Removed by Filter'] ?? 0) + (step['Rows Removed by Index Recheck'] ?? 0);
  return (step['Actual Rows'] + dropped) * step['Actual Loops'];
}

/** A value as the driver sends it. */
function literal(value: unknown): string {
  return value === null || value === undefined ? 'null' : pg.escapeLiteral(textOf(value));
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(element).join(',')}}`;
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function element(value: unknown): string {
  return value === null ? 'null' : `"${textOf(value).replace(/["\\]/g, '\\$&')}"`;
}
