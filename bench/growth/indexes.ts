import type pg from 'pg';

/** An index, and the statement that makes it. */
export type Index = { name: string; definition: string };

/** The indexes of tables that no constraint rests on, as the catalogue has them. */
export async function secondaryIndexes(client: pg.ClientBase, tables: readonly string[]): Promise<Index[]> {
  const { rows } = await client.query<Index>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
      where i.indrelid = any($1::regclass[]) and not exists (select from pg_constraint where conindid = i.indexrelid)
      order by i.indrelid, i.indexrelid`,
    [`{${tables.join(',')}}`],
  );
  return rows;
}
