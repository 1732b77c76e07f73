import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../../packages/server/src/store/embedded/supervisor.ts';
import { migrate } from '../../packages/server/src/store/migrate.ts';

/** Where PostgreSQL is: a socket directory, as the superuser. */
export type Connection = { host: string; port: number; user: string; database: string };

export type OpenedDatabase = {
  connection: Connection;
  /** Asks as the superuser. */
  query: <Row = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>;
  close: () => Promise<void>;
};

const types = new pg.TypeOverrides();
types.setTypeParser(20, Number); // Tessera issues no number above 2^53-1

/** Starts an embedded PostgreSQL in a directory; `close` stops it. */
export async function startDatabase(directory: string): Promise<OpenedDatabase> {
  const dataDir = join(directory, 'database');
  const { connection, stop } = await startEmbedded({ dataDir, role: 'server', log: () => {} });
  const { query, close } = await openDatabase(connection);
  const closeAll = async () => {
    await close();
    await stop();
  };
  return { connection, query, close: closeAll };
}

/** Opens a database that is there, and brings it up to date. */
export async function openDatabase(connection: Connection): Promise<OpenedDatabase> {
  await migrate({ ...connection, ssl: false });
  const pool = new pg.Pool({ ...connection, ssl: false, max: 2, types });
  pool.on('error', () => {}); // whoever asks next hears of it
  return {
    connection,
    query: async <Row>(text: string, values?: unknown[]) => (await pool.query(text, values)).rows as Row[],
    close: () => pool.end(),
  };
}

/** As DATABASE_URL. */
export function databaseUrl({ host, port, user, database }: Connection): string {
  return `postgresql://${user}@/${database}?${new URLSearchParams({ host, port: String(port) })}`;
}
