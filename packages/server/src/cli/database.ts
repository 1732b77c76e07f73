import pg from 'pg';
import type { Config } from '#config';
import { startEmbedded } from '#store/embedded/supervisor.ts';
import { migrate } from '#store/migrate.ts';
import { openStore, type Store } from '#store/store.ts';
import { Unavailable } from '#store/unavailable.ts';
import { Failure, reasonOf } from './failure.ts';

export type OpenDatabase = { connection: pg.ClientConfig; stop: () => Promise<void> };

/**
 * The database that the configuration names: the PostgreSQL of DATABASE_URL, or the embedded one, started or joined.
 *
 * @param role 'server': exactly one per data directory; 'tool': beside a server or without one
 * @param log gets sentences about what the embedded database does
 * @throws StartError, Failure
 */
export async function openDatabase(
  config: Config,
  role: 'server' | 'tool',
  log: (sentence: string) => void,
): Promise<OpenDatabase> {
  if (config.databaseUrl === undefined) {
    const { connection, stop } = await startEmbedded({ dataDir: config.dataDir, role, log });
    return { connection: { ...connection, ssl: false }, stop }; // whatever PGSSLMODE says
  }
  const connection = { connectionString: config.databaseUrl, connectionTimeoutMillis: 10_000 };
  await assertReachable(connection);
  return { connection, stop: async () => {} };
}

/** What the embedded database has for the processes that serve: its max_connections without those of the first process and of tools. */
const embeddedConnections = 160;

/** How many connections each process that serves opens at most. The PostgreSQL of DATABASE_URL has to bear them all. */
export function connectionsOf({ databaseUrl, workers }: Config): number {
  return databaseUrl === undefined ? Math.min(16, Math.floor(embeddedConnections / workers)) : 16;
}

/** Brings the database up to this release; returns the names of the migrations applied. Throws DatabaseNotUsable, Failure. */
export async function bringUpToDate({ connection }: OpenDatabase): Promise<string[]> {
  try {
    return await migrate(connection);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    throw new Failure(`The database cannot be brought up to date: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Opens the store of an up-to-date database. Throws a Failure when organisations would not be kept apart, or writes not kept. */
export async function openSafeStore(
  { connection }: OpenDatabase,
  options: Parameters<typeof openStore>[1] = {},
): Promise<Store> {
  const store = openStore(connection, options);
  try {
    await store.database.assertRole();
  } catch (error) {
    await store.close();
    if (error instanceof Unavailable) throw error;
    const advice = 'A pooler between Tessera and PostgreSQL must pass on what is asked for when connecting ("options")';
    throw new Failure(`The database would not keep organisations apart: ${reasonOf(error)}. ${advice}.`, {
      cause: error,
    });
  }
  try {
    await store.database.assertDurable();
    return store;
  } catch (error) {
    await store.close();
    if (error instanceof Unavailable) throw error;
    throw new Failure(`The database could lose what it has acknowledged: ${reasonOf(error)}. Turn it on.`, {
      cause: error,
    });
  }
}

async function assertReachable(connection: pg.ClientConfig): Promise<void> {
  try {
    const client = new pg.Client(connection);
    client.on('error', () => {}); // connect rejects with it, or it is of no interest any more
    await client.connect();
    await client.end();
  } catch (error) {
    throw new Failure(`The database that DATABASE_URL names cannot be reached: ${reasonOf(error)}.`, { cause: error });
  }
}
