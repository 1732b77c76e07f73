import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverEnvironment, serverProgram } from '../scripts/run/server.mjs';

const program = serverProgram(fileURLToPath(new URL('..', import.meta.url)));
const startPatience = 60_000;

/** What all `@id`s begin with; nothing is ever asked for there. */
export const publicUrl = 'https://accounts.example.com';

/** Limits of the key that the benchmark uses: the checks run, and are never reached. */
export const keyLimits = {
  perSecond: 100_000_000,
  enturPerMinute: 100_000_000,
  enturUnidentifiedPerMinute: 100_000_000,
};

/**
 * The environment of the server that is measured: all of it. What is not named here has its default: log level, webhook worker,
 * read records, validation. test/bench/configuration.test.ts starts a server with it too.
 *
 * @param databaseUrl undefined: the embedded database in `dataDir`
 */
export function serverSettings(place: {
  databaseUrl?: string;
  dataDir: string;
  port?: number;
}): Record<string, string> {
  return {
    ...(place.databaseUrl === undefined ? {} : { DATABASE_URL: place.databaseUrl }),
    DATA_DIR: place.dataDir,
    PORT: String(place.port ?? 0),
    PUBLIC_URL: publicUrl,
    DEMO: 'false',
    // A limit for each address in the Entur dialect; all requests come from one here.
    ADDRESS_LIMIT: '1000000',
    ADDRESS_LIMIT_UNIDENTIFIED: '1000000',
  };
}

/** A server that runs as a process of its own. */
export type RunningServer = {
  url: string;
  pid: number;
  /** Milliseconds from the command to "Tessera is ready". */
  startedIn: number;
  /** Where its log goes. */
  log: string;
  stop: () => Promise<void>;
};

/**
 * Runs `tessera start` and waits until it says that it is ready. Its log goes to a file.
 *
 * @param directory for the log, which is called `name`.log
 * @param before what to run it with, such as a shell that sets limits; `exec "$@"` at its end
 * @throws Error with its last words when it does not get ready
 */
export async function startServer(
  directory: string,
  name: string,
  settings: Record<string, string>,
  before: readonly string[] = [],
): Promise<RunningServer> {
  const log = join(directory, `${name}.log`);
  const file = openSync(log, 'a');
  const began = performance.now();
  const [command = '', ...parameters] = [...before, process.execPath, ...program, 'start'];
  // By the end of the channel (ipc) it notices that we are gone.
  const { TESSERA_TEST_RUN: mark } = process.env; // by which leftovers of a run are known
  const env = { ...serverEnvironment, ...settings, ...(mark === undefined ? {} : { TESSERA_TEST_RUN: mark }) };
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', file, 'ipc'], env });
  closeSync(file);
  const ended = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), startPatience);
  const ready = await Promise.race([saysReady(child), ended.then(() => false)]);
  clearTimeout(timer);
  if (!ready) throw new Error(`The server ${name} did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  const startedIn = performance.now() - began;
  return {
    url: `http://127.0.0.1:${settings.PORT}`,
    pid: child.pid as number,
    startedIn,
    log,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function saysReady(child: ChildProcess): Promise<boolean> {
  let text = '';
  return new Promise((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/^Tessera is ready at /m.test(text)) resolve(true);
    });
  });
}
