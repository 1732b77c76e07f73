import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { sharedBuffersFor } from './buffers.ts';
import { prepareCluster } from './cluster.ts';
import { type Launcher, programEnvironment } from './launcher.ts';
import { openLog } from './log-file.ts';
import {
  childProcesses,
  isAlive,
  isPostgresOf,
  type Postmaster,
  pidFile,
  postgresProcesses,
  readPidFile,
  runningPostmaster,
  signalProcess,
} from './processes.ts';
import { postgresArguments } from './settings.ts';
import { closeSocketDirectory, openSocketDirectory, socketDirectory, socketPort } from './socket-directory.ts';
import { StartError } from './start-error.ts';
import { oneAtATime } from './start-lock.ts';

/** Where one embedded database lives, and what runs it. All paths are real and absolute. */
export type Place = {
  dataDir: string;
  cluster: string;
  logFile: string;
  binaries: Binaries;
  log: (message: string) => void;
};

const attempts = 5;
const startPatience = 10 * 60_000; // crash recovery after a power cut takes its time
const orphanPatience = 3_000;
const stopPatience = 30_000;

/** Returns the PostgreSQL that serves this place, after starting one if need be. It outlives this process. */
export async function ensureRunning(place: Place): Promise<Postmaster> {
  const found = runningPostmaster(place.cluster);
  if (found?.ready) return found;
  return oneAtATime(place.dataDir, async () => {
    const launcher = await prepareCluster(place.cluster, place.binaries, place.log);
    let said = '';
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const started = await attemptStart(place, launcher);
      if (typeof started !== 'string') return started;
      said = started;
      await sleep(200 * attempt);
    }
    throw new StartError(`PostgreSQL did not start. ${place.logFile} says:\n${said.trim()}`);
  });
}

/** One start, or the wait for a PostgreSQL that is about to be ready or gone. Returns what it said when it gave up. */
async function attemptStart(place: Place, launcher: Launcher): Promise<Postmaster | string> {
  const { cluster } = place;
  if (!runningPostmaster(cluster)) await clearRemains(place);
  const output = await openLog(place.logFile, launcher);
  try {
    const child = runningPostmaster(cluster) ? undefined : await launch(place, launcher, output.descriptor);
    const deadline = Date.now() + startPatience;
    let nextWord = Date.now() + 10_000;
    for (;;) {
      const now = runningPostmaster(cluster);
      if (now?.ready) return now;
      if (child ? child.ended : !now) return await output.since();
      if (Date.now() > deadline)
        throw new StartError(`PostgreSQL is not ready after 10 minutes; see ${place.logFile}.`);
      if (Date.now() > nextWord) {
        place.log(`Waiting for PostgreSQL, which recovers or shuts down (${place.logFile}) ...`);
        nextWord += 10_000;
      }
      await sleep(10);
    }
  } finally {
    await output.close();
  }
}

/** Starts PostgreSQL in a session of its own: a Ctrl-C in the terminal reaches Tessera only, which then stops it in order. */
async function launch(place: Place, launcher: Launcher, output: number): Promise<{ ended: boolean }> {
  const sockets = socketDirectory(place.dataDir);
  await openSocketDirectory(sockets, launcher);
  const program = join(place.binaries.directory, 'postgres');
  const buffers = await sharedBuffersFor(place.cluster);
  const settings = postgresArguments(place.cluster, sockets, socketPort, buffers);
  const { file, args, identity } = launcher.command(program, settings);
  const child = spawn(file, args, {
    ...identity,
    cwd: place.cluster,
    env: programEnvironment,
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  const state = { ended: false };
  child.once('exit', () => {
    state.ended = true;
  });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return state;
}

/**
 * After a postmaster was killed: waits for its children, which end by themselves unless busy, and removes a pid file whose
 * number now belongs to another process, which PostgreSQL would take for its predecessor. Any other pid file stays: through
 * it PostgreSQL finds shared memory still in use.
 */
async function clearRemains({ cluster, log }: Place): Promise<void> {
  const gone = () => childProcesses(cluster).length === 0;
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    if (await until(gone, orphanPatience)) break;
    log(`Ending processes that a killed PostgreSQL left behind (${signal}) ...`);
    for (const pid of childProcesses(cluster)) signalProcess(pid, signal);
  }
  const [first] = readPidFile(cluster) ?? [];
  if (first === undefined || postgresProcesses(cluster).length > 0) return;
  const pid = Math.abs(Number(first));
  if (!pid || isAlive(pid)) await rm(pidFile(cluster), { force: true });
}

/** Fast shutdown; after a time, immediate shutdown, which loses nothing either: the next start recovers from the log. */
export async function stopRunning({ dataDir, cluster, log }: Place): Promise<void> {
  const found = runningPostmaster(cluster);
  if (!found) return;
  const gone = () => !isPostgresOf(cluster, found.pid);
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (signal !== 'SIGINT') log(`PostgreSQL takes long to stop; sending ${signal} ...`);
    signalProcess(found.pid, signal);
    if (await until(gone, signal === 'SIGINT' ? stopPatience : orphanPatience)) break;
  }
  await closeSocketDirectory(found.socketDirectory, dataDir);
}

async function until(condition: () => boolean, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}
