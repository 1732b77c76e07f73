import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work(lock)` while no other process installs in `root`. The lock is an address in Linux's abstract socket namespace, freed by
 * the kernel when its last holder dies; other systems have none, and there two installations at once are the user's affair.
 */
export async function oneInstallAtATime(root, work) {
  if (process.platform !== 'linux') return work();
  const name = `\0tessera-install-${createHash('sha256').update(root).digest('hex')}`;
  let lock = await take(name);
  if (!lock) process.stderr.write('Waiting for another installation ...\n');
  const deadline = Date.now() + 10 * 60_000;
  while (!lock) {
    if (Date.now() > deadline) throw new Error(`Another process has been installing in ${root} for 10 minutes.`);
    await sleep(200);
    lock = await take(name);
  }
  try {
    return await work(lock);
  } finally {
    lock.close();
  }
}

/** The held lock, or undefined when somebody else holds it. */
function take(name) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen({ path: name }, () => resolve(server));
  });
}
