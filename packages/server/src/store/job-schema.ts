import pg from 'pg';
import { serverRole } from './pool.ts';

/** The schema of the job library: its own tables, with ids and no personal data (architecture.md, Settled 4). */
export const jobSchema = 'graphile_worker';

/**
 * Brings the job library's schema up to the installed version and lets the server's role use it. The library guards its tables by
 * row-level security without policies, which shuts out everybody but their owner: the server's role gets policies of its own.
 *
 * @param connection of the user who owns the database's tables
 */
export async function migrateJobs(connection: pg.ClientConfig): Promise<void> {
  // Loaded only here and where jobs run.
  const { Logger, runMigrations } = await import('graphile-worker');
  const pool = new pg.Pool({ ...connection, max: 2 });
  // Whoever waits for a query gets its error.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await runMigrations({ pgPool: pool, schema: jobSchema, logger: new Logger(() => () => {}) });
    await pool.query(grants);
  } finally {
    await pool.end();
  }
}

const grants = `do $$
declare
  job_table text;
begin
  perform pg_advisory_xact_lock(hashtext('tessera migrations'));
  grant usage on schema ${jobSchema} to ${serverRole};
  grant select, insert, update, delete on all tables in schema ${jobSchema} to ${serverRole};
  grant usage on all sequences in schema ${jobSchema} to ${serverRole};
  grant execute on all functions in schema ${jobSchema} to ${serverRole};
  for job_table in
    select c.relname from pg_class c where c.relnamespace = '${jobSchema}'::regnamespace and c.relkind = 'r' and c.relrowsecurity
      and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'server')
  loop
    execute format('create policy server on ${jobSchema}.%I to ${serverRole} using (true) with check (true)', job_table);
  end loop;
end $$`;
