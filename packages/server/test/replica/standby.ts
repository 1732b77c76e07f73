import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { embeddedBinaries } from '#store/embedded/binaries.ts';
import { ensureRunning, type Place } from '#store/embedded/postmaster.ts';
import { postgresProcesses, signalProcess } from '#store/embedded/processes.ts';

/** A PostgreSQL of the test's own, which nobody watches and starts again. */
export type Server = {
  connection: { host: string; port: number; user: string; database: string };
  query: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
};

/** A hot standby that streams from a primary. */
export type Standby = Server & {
  /** Nothing that comes in is shown from now on. */
  pause: () => Promise<void>;
  resume: () => Promise<void>;
  /** As `kill -9` on all of its processes. */
  kill: () => void;
  start: () => Promise<void>;
};

/** A primary and a standby of it, both removed after the test file. Needs no tools: the embedded PostgreSQL brings none. */
export async function startPair(): Promise<{ primary: Server; standby: Standby }> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'replica-')));
  const places = { primary: await placeIn(join(base, 'a')), standby: await placeIn(join(base, 'b')) };
  const clients: pg.Client[] = [];
  after(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => {}))); // of one that was killed
    for (const place of Object.values(places)) kill(place);
    rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  const open = async (place: Place, database: string): Promise<Server> => {
    const { socketDirectory: host, port } = await ensureRunning(place);
    const connection = { host, port, user: 'postgres', database };
    const client = new pg.Client(connection);
    client.on('error', () => {}); // it was killed
    await client.connect();
    clients.push(client);
    return { connection, query: async (text, values) => (await client.query(text, values)).rows };
  };

  const { query } = await open(places.primary, 'postgres');
  await query(`create database tessera encoding 'UTF8' template template0`);
  const primary = await open(places.primary, 'tessera');
  await copy(primary, places.primary.cluster, places.standby.cluster);
  let standby = await open(places.standby, 'tessera');
  /** Asks the standby until it answers: recovery, which is in a hurry here, cancels any statement. */
  const ask: Server['query'] = async (text, values) => {
    for (;;) {
      try {
        return await standby.query(text, values);
      } catch (error) {
        if ((error as pg.DatabaseError).code !== '40001') throw error;
      }
    }
  };
  const paused = async (wanted: string) => {
    while ((await ask('select pg_get_wal_replay_pause_state() as state'))[0]?.state !== wanted) await sleep(5);
  };
  return {
    primary,
    standby: {
      connection: standby.connection,
      query: ask,
      pause: async () => {
        await ask('select pg_wal_replay_pause()');
        await paused('paused');
      },
      resume: async () => {
        await ask('select pg_wal_replay_resume()');
        await paused('not paused');
      },
      kill: () => kill(places.standby),
      start: async () => {
        standby = await open(places.standby, 'tessera');
      },
    },
  };
}

async function placeIn(dataDir: string): Promise<Place> {
  mkdirSync(dataDir, { mode: 0o700 });
  return {
    dataDir,
    cluster: join(dataDir, 'postgres'),
    logFile: join(dataDir, 'postgres.log'),
    binaries: await embeddedBinaries(),
    log: () => {},
  };
}

/** A base backup by hand: files as they are, and a label that says from where on the log makes them whole. */
async function copy({ query, connection }: Server, from: string, to: string): Promise<void> {
  await query(`select pg_backup_start('standby', fast => true)`);
  const left = ['postmaster.pid', 'postmaster.opts', 'pg_wal'].map((name) => join(from, name));
  cpSync(from, to, { recursive: true, mode: 0, preserveTimestamps: true, filter: (path) => !left.includes(path) });
  mkdirSync(join(to, 'pg_wal'), { mode: 0o700 });
  const [label] = await query('select labelfile from pg_backup_stop(wait_for_archive => false)');
  writeFileSync(join(to, 'backup_label'), String(label?.labelfile));
  writeFileSync(join(to, 'standby.signal'), '');
  const settings = {
    primary_conninfo: `host=${connection.host} port=${connection.port} user=${connection.user}`,
    wal_retrieve_retry_interval: '100ms',
    max_standby_streaming_delay: '100ms',
  };
  const own = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  const file = join(to, 'postgresql.auto.conf');
  writeFileSync(file, readFileSync(file, 'utf8') + own.join(''));
}

function kill({ cluster }: Place): void {
  for (const pid of postgresProcesses(cluster)) signalProcess(pid, 'SIGKILL');
}
