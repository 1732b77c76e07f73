import { execFile } from 'node:child_process';
import { chown, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { assertReachable, chooseLauncher, type Launcher, programEnvironment } from './launcher.ts';
import { isAlive } from './processes.ts';
import { StartError } from './start-error.ts';

const run = promisify(execFile);

export const superuser = 'postgres';

/**
 * Makes sure that a PostgreSQL data directory of the right version lies at `cluster` and that the returned launcher's
 * user can reach it and owns it. Throws StartError with instructions otherwise. Call it while no other process does.
 */
export async function prepareCluster(
  cluster: string,
  binaries: Binaries,
  log: (message: string) => void,
): Promise<Launcher> {
  const launcher = await chooseLauncher(cluster);
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const dataDir = dirname(cluster);
  if (launcher.owner && (await stat(dataDir)).uid === 0) await chown(dataDir, launcher.owner.uid, launcher.owner.gid);
  if (process.getuid?.() === 0) await assertReachable(launcher, [join(binaries.directory, 'postgres'), cluster]);
  if (version === undefined) {
    log(`Creating the database in ${cluster} ...`);
    await createCluster(cluster, binaries, launcher);
  } else if (version.trim() !== binaries.major) {
    throw new StartError(otherMajor(cluster, version.trim(), binaries.major));
  } else if (launcher.owner) {
    await run('chown', ['-R', `${launcher.owner.uid}:${launcher.owner.gid}`, cluster]);
  }
  return launcher;
}

/**
 * initdb into a sibling that gets its name by one rename when it is complete and on disk: whoever is killed on the way
 * leaves rubbish behind, which the next one clears, and never half a data directory.
 */
async function createCluster(cluster: string, binaries: Binaries, launcher: Launcher): Promise<void> {
  await clearAbandoned(cluster);
  const draft = `${cluster}.new-${process.pid}`;
  await mkdir(draft, { mode: 0o700 });
  try {
    if (launcher.owner) await chown(draft, launcher.owner.uid, launcher.owner.gid);
    const options = ['--encoding=UTF8', '--locale=C', '--data-checksums', '--auth-local=trust', '--auth-host=reject'];
    const initdb = launcher.command(join(binaries.directory, 'initdb'), [`--username=${superuser}`, ...options, draft]);
    await run(initdb.file, initdb.args, { ...initdb.identity, cwd: '/', env: programEnvironment });
    await rename(draft, cluster);
    await syncDirectory(dirname(cluster));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const { message, stderr } = error as Error & { stderr?: string };
    throw new StartError(`The database could not be created in ${cluster}: ${stderr?.trim() || message}`);
  }
}

/** Removes drafts of processes that are gone. */
async function clearAbandoned(cluster: string): Promise<void> {
  const prefix = `${cluster}.new-`;
  for (const entry of await readdir(dirname(cluster))) {
    const path = join(dirname(cluster), entry);
    if (!path.startsWith(prefix)) continue;
    const pid = Number(path.slice(prefix.length));
    if (pid === process.pid || !isAlive(pid)) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The directory of `path` must name the renamed entry after a power cut too. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path);
  await handle.sync().finally(() => handle.close());
}

function otherMajor(cluster: string, found: string, ours: string): string {
  return (
    `The database in ${cluster} was written by PostgreSQL ${found}; this Tessera brings PostgreSQL ${ours} and leaves it ` +
    `alone. Either start PostgreSQL ${found} on that directory yourself and set DATABASE_URL to it, or dump the database ` +
    `"tessera" with pg_dump of PostgreSQL ${found}, move ${cluster} away, start Tessera once and load the dump.`
  );
}
