import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Launcher } from './launcher.ts';
import { StartError } from './start-error.ts';

/** Only part of the socket's file name: PostgreSQL listens on no network address. */
export const socketPort = 5432;

/** What a socket address of the kernel holds, without the closing NUL. */
const longestPath = 107;

/** The directory of the socket for the data directory `dataDir`: in it, else, when that path is too long, a temporary one. */
export function socketDirectory(dataDir: string): string {
  const name = `tessera-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
  const candidates = [join(dataDir, 'socket'), join(tmpdir(), name), join('/tmp', name)];
  const fits = (path: string) => Buffer.byteLength(`${path}/.s.PGSQL.${socketPort}`) <= longestPath;
  return candidates.find(fits) as string; // the last one does
}

/** Creates the directory for PostgreSQL's user alone. A temporary directory is open to all: somebody else's is refused. */
export async function openSocketDirectory(path: string, launcher: Launcher): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(path);
  const ours = [process.getuid?.(), launcher.owner?.uid];
  if (!found.isDirectory() || !ours.includes(found.uid)) {
    throw new StartError(`${path} is needed for the database's socket and belongs to somebody else. Remove it.`);
  }
  await chmod(path, 0o700);
  if (launcher.owner) await chown(path, launcher.owner.uid, launcher.owner.gid);
}

/** Removes a temporary socket directory after PostgreSQL has stopped. */
export async function closeSocketDirectory(path: string, dataDir: string): Promise<void> {
  if (!path.startsWith(dataDir)) await rmdir(path).catch(() => {}); // in use again, or gone: both fine
}
