import type { TestDatabase } from './database.ts';
import { explain, rowsOf, stepsOf } from './explain.ts';

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
  const [plan] = await explain(database.connection, organisationId, [{ text, values }]);
  const steps = plan ? stepsOf(plan).filter((step) => step['Relation Name'] === table) : [];
  return steps.reduce((sum, step) => sum + rowsOf(step), 0);
}
