import type pg from 'pg';

/** Rows that a request of the server left behind, and how to write others like them. */
export type SampleRows = {
  table: string;
  columns: { name: string; type: string }[];
  /** As text; null as null. */
  rows: (string | null)[][];
};

/** SQL for what differs from row to row; undefined: as in the sample. */
export type Own = (table: string, column: string, value: string, row: number) => string | undefined;

/** Rows of a table as they are. @param where a condition with `$1` and so on */
export async function sampleRows(
  client: pg.ClientBase,
  table: string,
  where: string,
  values: unknown[],
): Promise<SampleRows> {
  const columns = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  );
  const shown = columns.rows.map(({ name }) => `${name}::text`).join(', ');
  const text = `select ${shown} from ${table} where ${where}`;
  const { rows } = await client.query<(string | null)[]>({ text, values, rowMode: 'array' });
  if (rows.length === 0) throw new Error(`The request left no row in ${table}.`);
  return { table, columns: columns.rows, rows };
}

/**
 * An insert of rows like those of the sample. What is null in all of them is left out, what is not an account's own is a variable.
 *
 * @param variables gets the values
 * @param from what to select from, where `own` needs it; absent: `values`
 */
export function insertLike(
  { table, columns, rows }: SampleRows,
  own: Own,
  variables: Record<string, string | number>,
  from?: string,
): string {
  const used = columns.map((_, index) => index).filter((index) => rows.some((row) => row[index] != null));
  const tuples = rows.map((row, position) =>
    used
      .map((index) => {
        const { name, type } = columns[index] as { name: string; type: string };
        const value = row[index];
        if (value == null) return `null::${type}`;
        const expression = name === 'organisation_id' ? ':organisation' : own(table, name, value, position);
        if (expression !== undefined) return `(${expression})::${type}`;
        const variable = `${table}_${name}_${position}`;
        variables[variable] = value;
        return `:${variable}::${type}`;
      })
      .join(', '),
  );
  const names = used.map((index) => columns[index]?.name).join(', ');
  const source =
    from === undefined
      ? `values ${tuples.map((tuple) => `(${tuple})`).join(', ')}`
      : tuples.map((tuple) => `select ${tuple} from ${from}`).join(' union all ');
  return `insert into ${table} (${names}) ${source}`;
}
