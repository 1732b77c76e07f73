import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Binaries } from '../../packages/server/src/store/embedded/binaries.ts';
import { startEmbedded } from '../../packages/server/src/store/embedded/supervisor.ts';
import { migrate } from '../../packages/server/src/store/migrate.ts';
import { type Connection, databaseUrl } from '../../scripts/installation/database.ts';
import { Trouble } from '../trouble.ts';

/** A PostgreSQL that runs for the benchmark, up to date with Tessera's schema. */
export type Database = {
  connection: Connection;
  url: string;
  /** Its postmaster. */
  pid: number;
  version: string;
  /** Asks as the superuser. */
  query: <Row = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>;
  /** Does work on a connection of its own, as the superuser. */
  connected: <T>(work: (client: pg.Client) => Promise<T>) => Promise<T>;
  /** Stops it and starts it again, as it comes up on what it holds by now. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Which PostgreSQL: the one that comes with Tessera, or Debian's newest. */
export type Kind = 'embedded' | 'debian';

/** Starts one in a directory. Throws StartError, and Trouble where Debian's is not installed. */
export async function startPostgres(directory: string, kind: Kind): Promise<Database> {
  const dataDir = join(directory, `database-${kind}`);
  const binaries = kind === 'debian' ? { binaries: debianBinaries() } : {};
  const start = () => startEmbedded({ dataDir, role: 'server', log: () => {}, ...binaries });
  let running = await start();
  const { connection } = running;
  await migrate({ ...connection, ssl: false });
  const pool = new pg.Pool({ ...connection, ssl: false, max: 1 });
  pool.on('error', () => {}); // whoever asks next hears of it
  const query = async <Row>(text: string, values?: unknown[]) => (await pool.query(text, values)).rows as Row[];
  const [{ version } = { version: 'unknown' }] = await query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  return {
    connection,
    url: databaseUrl(connection),
    get pid() {
      return Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    },
    version: kind === 'debian' ? version : `${version} (the embedded one)`,
    query,
    connected: (work) => onConnection(connection, work),
    restart: async () => {
      await running.stop();
      running = await start();
    },
    stop: async () => {
      await pool.end();
      await running.stop();
    },
  };
}

/** Does work on a connection of its own. */
export async function onConnection<T>(connection: Connection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connection, ssl: false });
  client.on('error', () => {}); // whoever asks next hears of it
  await client.connect();
  return work(client).finally(() => client.end());
}

function debianBinaries(): Binaries {
  const majors = globSync('/usr/lib/postgresql/*/bin/postgres').map((path) => Number(path.split('/').at(-3)));
  if (majors.length === 0)
    throw new Trouble(
      'Debian’s PostgreSQL is not installed: install the package postgresql, or leave out --postgres debian.',
    );
  const major = String(Math.max(...majors));
  return { directory: `/usr/lib/postgresql/${major}/bin`, major };
}
