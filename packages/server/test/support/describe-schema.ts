import type pg from 'pg';

/**
 * The whole schema as text, from the catalogue: a migration shows up as a readable diff of the committed `schema.txt`, and a test
 * compares it on every PostgreSQL that Tessera runs on. (pg_dump is not part of the embedded PostgreSQL, and its text differs
 * between major versions.)
 */
export async function describeSchema(client: pg.Client | pg.Pool): Promise<string> {
  const { rows: tables } = await client.query(
    `select c.oid, c.relname as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by c.relname`,
  );
  const parts: string[] = [];
  for (const table of tables) {
    const security = table.secured ? ` -- row-level security${table.forced ? ', forced' : ''}` : '';
    parts.push([`table ${table.name}${security}`, ...(await linesOf(client, table.oid))].join('\n  '));
  }
  parts.push(
    ...(await lines(
      client,
      `select 'sequence ' || sequencename || ' start ' || start_value as line from pg_sequences where schemaname = 'public' order by 1`,
    )),
  );
  parts.push(
    ...(await lines(
      client,
      `select pg_get_functiondef(oid) as line from pg_proc where pronamespace = 'public'::regnamespace order by proname`,
    )),
  );
  return `${parts.join('\n\n')}\n`;
}

async function linesOf(client: pg.Client | pg.Pool, oid: number): Promise<string[]> {
  const columns = `select a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when col.collname is not null and col.collname <> 'default' then ' collate ' || col.collname else '' end
      || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
      || case when a.attidentity <> '' then ' identity' else '' end as line
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      left join pg_collation col on col.oid = a.attcollation
    where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`;
  // Not-null constraints are columns' business; PostgreSQL 18 lists them here too.
  const constraints = `select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line from pg_constraint
    where conrelid = $1 and contype <> 'n' order by contype, conname`;
  const indexes = `select pg_get_indexdef(i.indexrelid) as line from pg_index i
    where i.indrelid = $1 and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) order by 1`;
  const policies = `select 'policy ' || p.polname || case when p.polname = 'owner' then '' else ' to ' || array_to_string(p.polroles::regrole[], ', ') end
      || ' using (' || pg_get_expr(p.polqual, p.polrelid) || ') with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')' as line
    from pg_policy p where p.polrelid = $1 order by p.polname`;
  const grants = `select 'grant ' || string_agg(lower(privilege_type), ', ' order by privilege_type) || ' to tessera_server' as line
    from information_schema.role_table_grants where table_schema = 'public' and table_name = (select relname from pg_class where oid = $1)
      and grantee = 'tessera_server' having count(*) > 0`;
  const found: string[] = [];
  for (const query of [columns, constraints, indexes, policies, grants])
    found.push(...(await lines(client, query, [oid])));
  return found;
}

async function lines(client: pg.Client | pg.Pool, query: string, values: unknown[] = []): Promise<string[]> {
  return (await client.query(query, values)).rows.map((row) => row.line as string);
}
