import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { postgresProcesses, runningPostmaster, signalProcess } from '#store/embedded/processes.ts';
import { type EmbeddedPostgres, startEmbedded } from '#store/embedded/supervisor.ts';

type Connection = EmbeddedPostgres['connection'];

const cleanups = new WeakMap<TestContext, (() => unknown)[]>();

/** Registers what undoes something after the test. Last made, first undone; t.after keeps the opposite order. */
function undo(t: TestContext, action: () => unknown): void {
  const known = cleanups.get(t);
  if (known) {
    known.unshift(action);
    return;
  }
  const actions = [action];
  cleanups.set(t, actions);
  t.after(async () => {
    for (const each of actions) await each();
  });
}

/** A data directory that does not exist yet; what runs in it and what lies in it is removed after the test. */
export function dataDirectory(t: TestContext, below = ''): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-')));
  const dataDir = join(base, below, 'data');
  undo(t, () => {
    for (const pid of postgresProcesses(cluster(dataDir))) signalProcess(pid, 'SIGKILL');
    rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  return dataDir;
}

export function cluster(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/** The process id of the PostgreSQL that serves the directory, if any. */
export function postmaster(dataDir: string): number | undefined {
  return runningPostmaster(cluster(dataDir))?.pid;
}

/** Starts in this process and stops, at the latest, after the test. */
export async function start(t: TestContext, dataDir: string, role: 'server' | 'tool' = 'server', log: string[] = []) {
  const postgres = await startEmbedded({ dataDir, role, log: (message) => log.push(message) });
  undo(t, () => postgres.stop());
  return postgres;
}

/** Runs statements on a connection of their own; returns the first value of the last one. */
export async function query(connection: Connection, ...statements: string[]): Promise<unknown> {
  const client = new pg.Client({ ...connection, ssl: false, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    let value: unknown;
    for (const statement of statements) value = Object.values((await client.query(statement)).rows[0] ?? {})[0];
    return value;
  } finally {
    await client.end();
  }
}

/** `query`, repeated while PostgreSQL is away. */
export async function queryWhenBack(connection: Connection, statement: string): Promise<unknown> {
  for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
    try {
      return await query(connection, statement);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await condition()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
  }
}

const supervisor = new URL('../../src/store/embedded/supervisor.ts', import.meta.url).href;
const program = `
  import { startEmbedded } from '${supervisor}';
  const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
  const [dataDir, role] = process.argv.slice(1);
  try {
    const { connection, stop } = await startEmbedded({ dataDir, role, log: () => {} });
    process.on('SIGTERM', () => stop().then(() => process.exit(0)));
    setInterval(() => {}, 60_000);
    say({ connection });
  } catch (error) {
    say({ refused: error.message, name: error.name });
    process.exit(1);
  }`;

export type Holder = {
  child: ChildProcess;
  connection?: Connection;
  refused?: string;
  name?: string;
  end(): Promise<void>;
};

/** Starts in a process of its own, optionally as another user or below another command; resolves when it said how that went. */
export async function holder(
  t: TestContext,
  dataDir: string,
  options: { role?: 'server' | 'tool'; uid?: number; below?: string[] } = {},
): Promise<Holder> {
  const { child, said } = holderProcess(t, dataDir, options);
  return { child, end: () => ended(child, 'SIGTERM'), ...(await said) };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** The same without waiting. */
export function holderProcess(t: TestContext, dataDir: string, options: Parameters<typeof holder>[2] = {}) {
  const { role = 'server', uid, below = [] } = options;
  const node = [process.execPath, '--input-type=module', '-e', program, dataDir, role];
  const [file, ...args] = [...below, ...node] as [string, ...string[]];
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid, cwd: '/' }),
  });
  undo(t, () => ended(child, 'SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const said = Promise.race([
    once(lines, 'line').then(([line]) => JSON.parse(line)),
    once(child, 'exit').then(() => ({ refused: 'ended without a word' })),
  ]);
  return { child, said };
}
