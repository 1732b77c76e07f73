import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startPatience = 180_000;
const stopPatience = 10_000;

/** Run inside a peer: it ends with us, however we end (the channel closes). */
const endWithUs = 'data:text/javascript,process.on("disconnect",()=>process.exit(1))';

export type PeerProgram = {
  /** What to run on this Node, with its arguments. */
  command: string[];
  /** Where it runs and its log is, `peer.log`. */
  directory: string;
  /** What it is told; nothing of ours is passed on but PATH. */
  environment: Record<string, string>;
};

/** Runs something of a peer to its end. Throws an Error with its last words when it fails. */
export async function runProgram(program: PeerProgram): Promise<void> {
  const { child, lastWords } = spawned(program);
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program.command.join(' ')} ended with ${signal ?? code}:\n${lastWords()}`);
}

/**
 * Starts a peer and waits until it answers at a URL.
 *
 * @throws Error with its last words when it ends, or takes too long
 */
export async function startProgram(
  program: PeerProgram,
  ready: string,
): Promise<{ pid: number; stop: () => Promise<void> }> {
  const { child, lastWords } = spawned(program);
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopPatience);
    await ended;
    clearTimeout(timer);
  };
  const deadline = performance.now() + startPatience;
  while (!(await answers(ready))) {
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (!gone && performance.now() < deadline) {
      await sleep(100);
      continue;
    }
    await stop();
    throw new Error(`${program.command.join(' ')} did not start:\n${lastWords()}`);
  }
  return { pid: child.pid as number, stop };
}

function spawned({ command, directory, environment }: PeerProgram): {
  child: ChildProcess;
  lastWords: () => string;
} {
  const log = join(directory, 'peer.log');
  const file = openSync(log, 'a');
  const child = spawn(process.execPath, ['--import', endWithUs, ...command], {
    cwd: directory,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', file, file, 'ipc'],
  });
  closeSync(file);
  return { child, lastWords: () => readFileSync(log, 'utf8').slice(-2000) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // nobody listens yet, or is busy starting
  }
}
