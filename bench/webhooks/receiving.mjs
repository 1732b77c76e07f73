import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('receiver.mjs', import.meta.url));

/** Starts a receiver as a process of its own. */
export async function startReceiver() {
  const child = fork(program, { env: { PATH: process.env.PATH } });
  const [{ port }] = await once(child, 'message');
  let last = 0;

  async function ask(question) {
    last += 1;
    const id = last;
    child.send({ id, ...question });
    for (;;) {
      const [answer] = await once(child, 'message');
      if (answer.id === id) return answer;
    }
  }

  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    /** How many requests have come to a path since it was emptied. */
    count: async (path) => (await ask({})).counts[path] ?? 0,
    /** Waits until so many have come to a path. */
    async came(path, count, patience = 600_000) {
      const until = Date.now() + patience;
      for (let found = 0; found < count; found = (await ask({})).counts[path] ?? 0) {
        if (Date.now() > until) throw new Error(`Only ${found} of ${count} deliveries came to ${path}.`);
        await sleep(20);
      }
    },
    /** Milliseconds from the instant of the change to the receiver, of all that has come to a path; begins anew. */
    latencies: async (path) => (await ask({ reset: true })).found[path]?.latencies ?? [],
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
