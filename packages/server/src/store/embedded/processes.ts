import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What `postmaster.pid` says of a PostgreSQL that is really running. */
export type Postmaster = { pid: number; port: number; socketDirectory: string; ready: boolean };

/** The pid file of the data directory `cluster`. */
export function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

/**
 * The PostgreSQL that runs on the data directory `cluster`, or undefined when none does. A pid file that is
 * left over does not mislead: the process must be a postgres whose working directory is this data directory.
 */
export function runningPostmaster(cluster: string): Postmaster | undefined {
  const lines = readPidFile(cluster);
  const pid = Number(lines?.[0]);
  if (!lines || !isPostgresOf(cluster, pid)) return undefined;
  const [, , , port, socketDirectory, , , status] = lines;
  return { pid, port: Number(port), socketDirectory: socketDirectory ?? '', ready: status?.trim() === 'ready' };
}

/** The lines of the pid file; undefined when there is none. */
export function readPidFile(cluster: string): string[] | undefined {
  try {
    return readFileSync(pidFile(cluster), 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

/** The ids of all PostgreSQL processes, server or child, that work in `cluster`; a zombie is not one. */
export function postgresProcesses(cluster: string): number[] {
  const ids = readdirSync('/proc').map(Number);
  return ids.filter((id) => Number.isInteger(id) && isPostgresOf(cluster, id));
}

/** Those of them that are children of a server. The servers themselves carry the path of the program as their name. */
export function childProcesses(cluster: string): number[] {
  return postgresProcesses(cluster).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres: ');
    } catch {
      return false;
    }
  });
}

/**
 * Whether process `pid` is a postgres of the data directory `cluster`. All of them have it as working directory; it is
 * compared by inode, because the same path means another directory in another container.
 */
export function isPostgresOf(cluster: string, pid: number): boolean {
  try {
    const wanted = statSync(cluster, { bigint: true });
    const actual = statSync(`/proc/${pid}/cwd`, { bigint: true });
    if (wanted.ino !== actual.ino || wanted.dev !== actual.dev) return false;
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
}

/** Whether any process has this id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends `signal`; false when the process is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
