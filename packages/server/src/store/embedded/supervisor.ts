import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Binaries, embeddedBinaries } from './binaries.ts';
import { superuser } from './cluster.ts';
import { enter, enterAgain, leave } from './entrance.ts';
import { databaseName, type Role } from './hold.ts';
import type { Place } from './postmaster.ts';
import { StartError } from './start-error.ts';

export { serverLock, usersLock } from './hold.ts';

export type EmbeddedPostgres = {
  /** pg connection parameters of the superuser connection: host = socket directory. */
  connection: { host: string; port: number; user: string; database: string };
  /** Leaves the database: stops PostgreSQL when nobody else on this machine still uses it. Idempotent. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** For example ./.tessera; the data lies in its subdirectory `postgres`. */
  dataDir: string;
  /** 'server': exactly one per data directory. 'tool': the command line, beside a running server or without one. */
  role: Role;
  log: (message: string) => void;
  /** Another PostgreSQL than the one installed with Tessera; the tests use it. */
  binaries?: Binaries;
};

/**
 * Gives access to the embedded PostgreSQL of a data directory: creates it on first use, starts it or joins the one that
 * runs. While a server holds it, a PostgreSQL that dies is started again. Throws StartError with a message for the terminal.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  try {
    const place = await openPlace(options);
    return await supervise(place, options.role);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The embedded database could not be started: ${(error as Error).message}`, { cause: error });
  }
}

async function openPlace({ dataDir, log, binaries }: EmbeddedOptions): Promise<Place> {
  const path = resolve(dataDir);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(
      `The data directory ${path} cannot be created: ${(error as Error).message}. Set DATA_DIR to another.`,
    );
  }
  const real = await realpath(path);
  return {
    dataDir: real,
    cluster: join(real, 'postgres'),
    logFile: join(real, 'postgres.log'),
    binaries: binaries ?? (await embeddedBinaries()),
    log,
  };
}

async function supervise(place: Place, role: Role): Promise<EmbeddedPostgres> {
  let hold = await enter(place, role);
  const { socketDirectory: host, port } = hold.postmaster;
  const leaving = new AbortController();
  let renewing = Promise.resolve();

  /** The connection that holds the locks is also the watch: it ends when PostgreSQL does. */
  async function watch(): Promise<void> {
    let pause = 0;
    while (!leaving.signal.aborted) {
      const since = Date.now();
      await hold.lost;
      if (leaving.signal.aborted) return;
      place.log('PostgreSQL stopped unexpectedly; starting it again ...');
      // One that dies again and again is not restarted in a tight loop.
      pause = Date.now() - since > 5_000 ? 0 : Math.min(pause * 2 + 50, 1_000);
      renewing = renew(pause);
      await renewing;
    }
  }
  async function renew(pause: number): Promise<void> {
    const renewed = await enterAgain(place, role, leaving.signal, pause);
    if (!renewed) return;
    hold = renewed;
    place.log('PostgreSQL is back.');
  }
  // A tool's work is lost with its connections anyway: nothing would be gained.
  if (role === 'server') void watch();

  async function stop(): Promise<void> {
    leaving.abort();
    await renewing;
    await leave(place, hold);
  }
  let stopped: Promise<void> | undefined;
  return {
    connection: { host, port, user: superuser, database: databaseName },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
