import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.ts';

const patience = 10 * 60_000; // as long as crash recovery is waited for

/**
 * Runs `work` while no other process of this machine does so for the same directory: creating a cluster, judging a pid
 * file stale and starting PostgreSQL must not happen twice at once. The lock is an address in Linux's abstract socket
 * namespace, which the kernel frees with the process: a file could be left over, and clearing that would be a race again.
 */
export async function oneAtATime<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const name = `\0tessera-start-${createHash('sha256').update(directory).digest('hex')}`;
  const deadline = Date.now() + patience;
  let lock = await take(name);
  while (!lock) {
    if (Date.now() > deadline) {
      throw new StartError(
        `Another process has been starting the database in ${directory} for 10 minutes; see its output.`,
      );
    }
    await sleep(50);
    lock = await take(name);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function take(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path: name }, () => resolve(server));
  });
}
