import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgresProcesses, signalProcess } from '#store/embedded/processes.ts';
import type { TestDatabase } from './database.ts';

/** How a run of the command line ended. */
export type Ran = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type RunningServer = {
  child: ChildProcess;
  /** As in the line that says it is ready. */
  url: string;
  /** What it has printed so far. */
  output: () => { stdout: string; stderr: string };
  /** Sends the signal and waits for the end. */
  stop: (signal?: NodeJS.Signals) => Promise<Ran>;
};

/** A directory of the test's own, and the programs that work in it; all is ended and removed after the test. */
export type Place = {
  directory: string;
  dataDir: string;
  /** Runs the command line to its end. */
  run: (args: string[], environment?: Record<string, string>) => Promise<Ran>;
  /** Starts without waiting; `ended` resolves at the end. */
  spawn: (
    args: string[],
    environment?: Record<string, string>,
  ) => { child: ChildProcess; ended: Promise<Ran>; output: () => Ran };
  /** Starts a server on a free port; resolves when it says that it is ready, rejects with its words when it does not. */
  serve: (environment?: Record<string, string>) => Promise<RunningServer>;
};

const main = fileURLToPath(new URL('../../src/cli/main.mjs', import.meta.url));
const startPatience = 60_000;

/** @param database where given, the programs work on it through DATABASE_URL; otherwise on an embedded one in the directory */
export function openPlace(t: { after: (work: () => Promise<void>) => void }, database?: TestDatabase): Place {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'cli-')));
  const dataDir = join(directory, 'data');
  const children: ChildProcess[] = [];
  t.after(async () => {
    await Promise.all(children.map(kill));
    for (const pid of postgresProcesses(join(dataDir, 'postgres'))) signalProcess(pid, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  // Not ours: whoever runs the tests may have variables of Tessera or PostgreSQL set.
  const { PATH = '', HOME = '', TMPDIR = '', TESSERA_TEST_RUN = '', NODE_COMPILE_CACHE = '' } = process.env;
  const base = {
    PATH,
    HOME,
    ...(TMPDIR && { TMPDIR }),
    ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
    TESSERA_TEST_RUN,
    DATA_DIR: dataDir,
  };
  const named = database ? { DATABASE_URL: databaseUrl(database) } : {};

  const start: Place['spawn'] = (args, environment = {}) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // as scripts/run.mjs does; and should the tests die, the child stops
      env: { ...base, ...named, ...(args[0] === 'start' ? { PORT: '0' } : {}), ...environment },
    });
    children.push(child);
    const ran: Ran = { code: null, signal: null, stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text));
    const ended = once(child, 'close').then(([code, signal]) => Object.assign(ran, { code, signal }));
    return { child, ended, output: () => ran };
  };
  const serve: Place['serve'] = async (environment) => {
    const { child, ended, output } = start(['start'], environment);
    const ready = new Promise<string>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), startPatience);
      child.stdout?.on('data', () => {
        const url = /^Tessera is ready at (.*)$/m.exec(output().stdout)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(url);
      });
      child.once('close', () => clearTimeout(timer));
    });
    const url = await Promise.race([ready, ended]);
    if (typeof url !== 'string') throw new Error(`The server did not start:\n${url.stdout}\n${url.stderr}`);
    const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    };
    return { child, url, output, stop };
  };
  return { directory, dataDir, spawn: start, run: (args, environment) => start(args, environment).ended, serve };
}

/** The database as a DATABASE_URL; its host is a socket directory. */
export function databaseUrl({ connection }: Pick<TestDatabase, 'connection'>): string {
  const { host = '', port = 5432, user, database } = connection;
  return `postgresql://${user}@/${database}?${new URLSearchParams({ host, port: String(port) })}`;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
