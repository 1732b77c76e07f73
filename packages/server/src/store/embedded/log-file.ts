import { chown, open, rename, stat } from 'node:fs/promises';
import type { Launcher } from './launcher.ts';

const largest = 10 * 1024 * 1024;

/**
 * Opens PostgreSQL's log for appending; a large one is put aside first, keeping one. Returns the descriptor, to be closed by
 * `close`, and `since`, which reads what was written to the file after this call.
 */
export async function openLog(path: string, launcher: Launcher) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largest) await rename(path, `${path}.1`);
  const start = size > largest ? 0 : size;
  const handle = await open(path, 'a+', 0o600);
  // So that the user whose files these are can go on with them without root.
  if (launcher.owner) await chown(path, launcher.owner.uid, launcher.owner.gid);
  return {
    descriptor: handle.fd,
    close: () => handle.close(),
    async since(): Promise<string> {
      const { size: end } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(end - start, 8192)), 0, null, start);
      return buffer.toString('utf8', 0, bytesRead);
    },
  };
}
