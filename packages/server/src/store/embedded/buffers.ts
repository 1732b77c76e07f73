import { readdir, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';

const mebibyte = 2 ** 20;

/** What PostgreSQL has where nobody says otherwise. */
const least = 128;

/**
 * How much of a database PostgreSQL is to keep in its own memory (`shared_buffers`), as it starts: all that is there and as much again, as
 * far as a quarter of the memory goes, which is what its documentation advises. Pages that it has to fetch from the system cost a read
 * half as much again (bench/report.md, "Growth"); and room for pages that are not there costs memory and time to start.
 *
 * @param cluster the data directory; one that is not there yet counts as empty
 * @param memory of the machine or of the container, bytes
 */
export async function sharedBuffersFor(cluster: string, memory = memoryHere()): Promise<string> {
  const wanted = Math.min(2 * (await bytesIn(join(cluster, 'base'))), memory / 4);
  return `${Math.max(least, Math.floor(wanted / mebibyte))}MB`;
}

function memoryHere(): number {
  const limit = process.constrainedMemory(); // 0, or more than there is, where there is none
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  // Files that go while they are counted do not count.
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
