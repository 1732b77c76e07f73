import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';

export type User = { uid: number; gid: number };

/** Whose the databases are: `postgres` when this runs as root, which PostgreSQL refuses; else whoever runs this. */
export function databaseUser(): User {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (uid !== 0) return { uid, gid };
  const of = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: of('-u'), gid: of('-g') };
}

/** A program that runs beside us, in a session of its own, with its output in a file. */
export class Daemon {
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #options: { user: User; log: string; directory: string };
  #child: ChildProcess | undefined;

  constructor(command: string, args: readonly string[], options: { user: User; log: string; directory: string }) {
    this.#command = command;
    this.#args = args;
    this.#options = options;
  }

  /** Starts it; that it is ready has to be asked otherwise. */
  start(): void {
    const { user, log, directory } = this.#options;
    const output = openSync(log, 'a');
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: directory, LANG: 'C.UTF-8' };
    const stdio = ['ignore', output, output] as const;
    this.#child = spawn(this.#command, this.#args, { ...user, env, cwd: directory, stdio: [...stdio], detached: true });
    closeSync(output);
  }

  get pid(): number | undefined {
    return this.running ? this.#child?.pid : undefined;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal and resolves when it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running || !this.#child) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

/** The main process of the PostgreSQL in a data directory, and all that it has forked; empty when it does not run. */
export function postgresProcesses(dataDirectory: string): number[] {
  const main = postmaster(dataDirectory);
  return main === undefined ? [] : [main, ...childrenOf(main)];
}

function postmaster(dataDirectory: string): number | undefined {
  try {
    const pid = Number(readFileSync(`${dataDirectory}/postmaster.pid`, 'utf8').split('\n')[0]);
    // The file of one that was killed is still there, and its number may be somebody else's by now.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDirectory) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const afterName = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1) ?? '';
      return Number(afterName.split(' ')[1]) === parent ? [Number(name)] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

/** Whether a process of PostgreSQL is one that sends what is written to a standby. */
export function isSender(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('walsender');
  } catch {
    return false; // it has ended meanwhile
  }
}

/** Sends a signal to all that are still there. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
