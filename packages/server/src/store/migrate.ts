import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { migrateJobs } from './job-schema.ts';
import { serverRole } from './pool.ts';

type Migration = { number: number; name: string; text: string; checksum: string };

/** All migrations of this release, in order. They are append-only: a released file never changes. */
export function migrations(): Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      return {
        number: Number(file.slice(0, 4)),
        name: file.slice(0, -4),
        text,
        checksum: createHash('sha256').update(text).digest('hex'),
      };
    });
}

/** What the start needs to tell a person when the database is not as it must be. */
export class DatabaseNotUsable extends Error {}

/**
 * Brings the database up to this release: one transaction under an advisory lock, so that several servers may start at once.
 *
 * @param connection of a user who may create tables and, the first time, the role `tessera_server`
 * @returns the names of the migrations that were applied now
 */
export async function migrate(connection: pg.ClientConfig): Promise<string[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await assertVersion(client);
    await ensureRole(client);
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('tessera migrations'))`);
    await client.query(
      'create table if not exists migration (number int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())',
    );
    const applied = await client.query('select number, name, checksum from migration order by number');
    const pending = pendingOf(applied.rows);
    for (const migration of pending) {
      await client.query(migration.text);
      await client.query('insert into migration (number, name, checksum) values ($1, $2, $3)', [
        migration.number,
        migration.name,
        migration.checksum,
      ]);
    }
    // Usually everybody may use the schema; some administrators take that away.
    await client.query(`grant usage on schema public to ${serverRole}`);
    await client.query(`grant select on migration to ${serverRole}`);
    await client.query('commit');
    await assertRowLevelSecurity(client);
    await migrateJobs(connection);
    return pending.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

function pendingOf(applied: { number: number; name: string; checksum: string }[]): Migration[] {
  const known = migrations();
  for (const { number, name, checksum } of applied) {
    const file = known.find((migration) => migration.number === number);
    if (!file)
      throw new DatabaseNotUsable(
        `The database has migration ${name}, which this release does not know: it was used by a newer release. Start that release.`,
      );
    if (file.checksum !== checksum)
      throw new DatabaseNotUsable(
        `Migration ${name} was changed after it had been applied. Released migrations must not change.`,
      );
  }
  return known.filter((migration) => applied.every(({ number }) => number !== migration.number));
}

async function assertVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version, current_setting('server_encoding') as encoding`,
  );
  const { number, version, encoding } = rows[0] as { number: number; version: string; encoding: string };
  if (number < 150000) throw new DatabaseNotUsable(`PostgreSQL ${version} is too old: 15 or newer is needed.`);
  if (encoding !== 'UTF8')
    throw new DatabaseNotUsable(
      `The database has the encoding ${encoding}: UTF8 is needed. Create it with: create database tessera encoding 'UTF8' template template0`,
    );
}

/** The role is shared by all databases of a PostgreSQL server; several may be created at once. */
async function ensureRole(client: pg.Client): Promise<void> {
  try {
    await client.query(`do $$ begin
      if not exists (select from pg_roles where rolname = '${serverRole}') then
        create role ${serverRole} nologin nosuperuser nobypassrls;
      end if;
    exception when duplicate_object or unique_violation then null; end $$`);
    // Since PostgreSQL 16 who creates a role is a member of it, but may not act as it: that has to be granted by itself.
    await client.query(`do $$ begin
      if current_setting('server_version_num')::int >= 160000 then
        if not pg_has_role(current_user, '${serverRole}', 'SET') then
          execute format('grant ${serverRole} to %I with set true', current_user);
        end if;
      elsif not pg_has_role(current_user, '${serverRole}', 'MEMBER') then
        execute format('grant ${serverRole} to %I', current_user);
      end if;
    end $$`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new DatabaseNotUsable(
      `The user of DATABASE_URL may not create the role ${serverRole}. Let an administrator run once: create role ${serverRole} nologin; grant ${serverRole} to <that user>;`,
    );
  }
}

/** Row-level security is the second wall between organisations: without it the server does not start (architecture.md, Settled 5). */
export async function assertRowLevelSecurity(client: pg.Client): Promise<void> {
  const role = await client.query('select rolsuper or rolbypassrls as exempt from pg_roles where rolname = $1', [
    serverRole,
  ]);
  if (role.rows[0]?.exempt !== false)
    throw new DatabaseNotUsable(
      `The role ${serverRole} is exempt from row-level security. Let an administrator run: alter role ${serverRole} nosuperuser nobypassrls;`,
    );
  const { rows } =
    await client.query(`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organisation_id'
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)`);
  if (rows.length > 0)
    throw new DatabaseNotUsable(
      `Row-level security is not active on: ${rows.map((row) => row.name).join(', ')}. It keeps organisations apart; restore it with "alter table ... force row level security".`,
    );
}
