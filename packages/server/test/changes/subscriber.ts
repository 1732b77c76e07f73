import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a subscriber got. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export type Received = { path: string; headers: IncomingHttpHeaders; text: string; body: any; at: number };

/** What it answers: a status, or nothing at all (`hang`), or an end in the middle (`reset`). */
export type Reply = number | 'hang' | 'reset' | { status: number; headers: Record<string, string> };

export type Subscriber = {
  url: (path?: string) => string;
  received: Received[];
  /** Decides on the answer; 204 until it is set. */
  reply: (request: Received) => Reply | Promise<Reply>;
  /** Resolves when so many requests came to the path. */
  came: (count: number, path?: string) => Promise<Received[]>;
  server: Server;
};

/** A receiver of webhooks on loopback, closed when the test file ends. */
export async function startSubscriber(): Promise<Subscriber> {
  const received: Received[] = [];
  const subscriber: Subscriber = {
    url: (path = '/') => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    received,
    reply: () => 204,
    came: async (count, path) => {
      for (;;) {
        const found = received.filter((one) => path === undefined || one.path === path);
        if (found.length >= count) return found;
        await sleep(5);
      }
    },
    server: createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', async () => {
        const text = Buffer.concat(chunks).toString();
        const one = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text), at: Date.now() };
        received.push(one);
        const reply = await subscriber.reply(one);
        if (reply === 'hang') return;
        if (reply === 'reset') request.socket.resetAndDestroy();
        else if (typeof reply === 'number') response.writeHead(reply).end();
        else response.writeHead(reply.status, reply.headers).end();
      });
    }),
  };
  const { server } = subscriber;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return subscriber;
}
