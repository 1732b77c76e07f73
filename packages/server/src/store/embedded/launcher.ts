import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './start-error.ts';

const run = promisify(execFile);

/** As whom PostgreSQL's programs are started; they refuse to run as root. */
export type Launcher = {
  /** The user the database files must be given to, when that is not the one this process runs as. */
  owner?: Identity;
  /** Turns a program and its arguments into what has to be spawned. */
  command(program: string, args: string[]): { file: string; args: string[]; identity: Partial<Identity> };
};
export type Identity = { uid: number; gid: number };

/** "nobody" where there is a name for it at all; any other number would do. */
const nobody: Identity = { uid: 65534, gid: 65534 };

/** Nothing of ours: variables such as PGDATA, PGPORT or PGOPTIONS would be obeyed by the programs. */
export const programEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Chooses for the data directory `cluster`, which need not exist yet. An ordinary user is himself. Root either maps
 * itself to "nobody" in a user namespace (works below a 0700 home, the files stay root's) or, where that is not
 * permitted, as in most containers, becomes "nobody". Files that belong to another user keep belonging to that user.
 */
export async function chooseLauncher(cluster: string): Promise<Launcher> {
  const self = process.getuid?.();
  const owner = await stat(cluster).catch(() => undefined);
  if (self !== 0) {
    if (owner && owner.uid !== self) {
      throw new StartError(
        `The database in ${cluster} belongs to user id ${owner.uid}, and Tessera was started as user id ${self}. ` +
          `Start it as that user, or choose another DATA_DIR.`,
      );
    }
    if (hasName()) return { command: (file, args) => ({ file, args, identity: {} }) };
    if (await namespacesPermitted()) return { command: inNamespace };
    throw new StartError(
      `PostgreSQL needs a user with a name, and user id ${self} has none in /etc/passwd. ` +
        'Add one, or set DATABASE_URL to a PostgreSQL server (15 or newer).',
    );
  }
  if (owner && owner.uid !== 0) return becoming({ uid: owner.uid, gid: owner.gid });
  return (await namespacesPermitted()) ? { command: inNamespace } : becoming(nobody);
}

/**
 * Throws StartError naming the first directory on the way to one of `paths` that PostgreSQL could not enter. Asked of the
 * kernel, as the launched user, because groups and access lists count too.
 */
export async function assertReachable(launcher: Launcher, paths: string[]): Promise<void> {
  const directories = [...new Set(paths.flatMap(parents))];
  const script = 'for d; do [ -x "$d" ] || { printf %s "$d"; exit; }; done';
  const { file, args, identity } = launcher.command('/bin/sh', ['-c', script, 'sh', ...directories]);
  const { stdout: closed } = await run(file, args, { ...identity, cwd: '/', env: programEnvironment });
  if (!closed) return;
  const who = launcher.owner ? `user id ${launcher.owner.uid}` : 'root without its privileges';
  throw new StartError(
    `PostgreSQL cannot run as root; it would run as ${who}, which may not enter ${closed}. ` +
      `Start Tessera as the user who owns ${closed}, open it with "chmod o+x ${closed}", or set DATABASE_URL.`,
  );
}

function becoming(owner: Identity): Launcher {
  return { owner, command: (file, args) => ({ file, args, identity: owner }) };
}

/** unshare replaces itself by the program, so the process id is the program's. */
function inNamespace(program: string, args: string[]) {
  const mapping = ['--user', `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`];
  return { file: 'unshare', args: [...mapping, '--', program, ...args], identity: {} };
}

async function namespacesPermitted(): Promise<boolean> {
  const { file, args } = inNamespace('true', []);
  return run(file, args, { env: programEnvironment }).then(
    () => true,
    () => false,
  );
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** All directories above `path`, outermost first. */
function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...parents(parent), parent];
}
