import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { superuser } from './cluster.ts';
import { isAlive, type Postmaster } from './processes.ts';
import { assertDurable } from './settings.ts';
import { StartError } from './start-error.ts';

/** Held exclusively by the one server of a data directory. Session locks in the database `postgres`, freed with their process. */
export const serverLock = 7_355_608_001;
/** Held shared by every process that uses the embedded PostgreSQL; who can have it exclusively is alone and may stop it. */
export const usersLock = 7_355_608_002;

export const databaseName = 'tessera';
export type Role = 'server' | 'tool';

/** A process's stake in a running PostgreSQL: the connection that holds its locks, and whose end tells of a crash. */
export type Hold = {
  postmaster: Postmaster;
  /** Makes sure of the database and of its durability; throws StartError when commits would not be safe. */
  prepare(): Promise<void>;
  /** Resolves when the connection is gone, for whatever reason. */
  lost: Promise<void>;
  /** Gives the stake up but keeps the connection. True when nobody else has one: PostgreSQL may be stopped. */
  isLastUser(): Promise<boolean>;
  close(): Promise<void>;
};

/** Connects and takes the locks of `role`. Throws StartError when another server has them, else what the connection says. */
export async function takeHold(postmaster: Postmaster, role: Role, dataDir: string): Promise<Hold> {
  const client = new pg.Client({
    host: postmaster.socketDirectory,
    port: postmaster.port,
    user: superuser,
    database: 'postgres',
    ssl: false, // whatever PGSSLMODE says
    application_name: `tessera ${role} ${process.pid}`,
    connectionTimeoutMillis: 10_000,
    query_timeout: 20_000,
  });
  client.on('error', () => {}); // 'end' follows, and is what is listened to
  const lost = new Promise<void>((resolve) => client.once('end', resolve));
  const close = () => client.end().catch(() => {});
  try {
    await client.connect();
    if (role === 'server') await beOnlyServer(client, dataDir);
    await client.query('select pg_advisory_lock_shared($1)', [usersLock]);
  } catch (error) {
    await close();
    throw error;
  }
  const prepare = async () => {
    await ensureDatabase(client);
    await assertDurable(client);
  };
  const isLastUser = async () => {
    // Given back first: two that leave together must not each see the other and both stay away from stopping it.
    await client.query('select pg_advisory_unlock_shared($1)', [usersLock]);
    const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [usersLock]);
    return rows[0]?.taken === true;
  };
  return { postmaster, prepare, lost, isLastUser, close };
}

/** Takes the server lock. Tries for two seconds, because PostgreSQL needs a moment to notice that a holder was killed. */
async function beOnlyServer(client: pg.Client, dataDir: string): Promise<void> {
  const deadline = Date.now() + 2_000;
  for (;;) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as taken', [serverLock]);
    if (rows[0]?.taken === true) return;
    if (Date.now() > deadline) {
      const holder = await holderOf(client, serverLock);
      const who = holder && isAlive(holder) ? ` (process ${holder})` : '';
      throw new StartError(
        `Another Tessera server${who} already uses ${dataDir}. Stop it first, or give this one a directory of its own with DATA_DIR.`,
      );
    }
    await sleep(100);
  }
}

/** The process id in the application name of the session that holds `lock`. */
async function holderOf(client: pg.Client, lock: number): Promise<number | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and datname = current_database()
        and (classid::bigint << 32 | objid::bigint) = $1`,
    [lock],
  );
  return Number(rows[0]?.name.split(' ').at(-1)) || undefined;
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select from pg_database where datname = $1', [databaseName]);
  if (rows.length > 0) return;
  const create = `create database ${databaseName} encoding 'UTF8' template template0`;
  await client.query(create).catch((error: pg.DatabaseError) => {
    const madeMeanwhile = ['42P04', '23505'];
    if (!madeMeanwhile.includes(error.code ?? '')) throw error;
  });
}
