import { Agent, type OutgoingHttpHeaders, request as send } from 'node:http';
import { after } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { startRoundRobin } from './round-robin.ts';

/** Whether the tests run against two servers on one database, behind a proxy that sends requests to them in turn. */
export const inTwo = process.env.TESSERA_TEST_SERVERS === '2';

/** Like what `inject` takes and returns, but over connections. */
export type Asked = {
  method: string;
  url: string;
  headers: OutgoingHttpHeaders;
  payload?: string | Buffer | undefined;
};
export type Answered = { statusCode: number; headers: Record<string, unknown>; body: string };

/** Has the servers listen, and puts a proxy before them. All is closed when the test file ends. */
export async function startFront(
  apps: readonly FastifyInstance[],
): Promise<{ origin: string; ask: (request: Asked) => Promise<Answered> }> {
  const origins = await Promise.all(apps.map((app) => app.listen({ port: 0, host: '127.0.0.1' })));
  const proxy = await startRoundRobin(origins.map((origin) => Number(new URL(origin).port)));
  const agent = new Agent({ keepAlive: true });
  const port = Number(new URL(proxy.origin).port);
  after(async () => {
    agent.destroy();
    await proxy.close();
    for (const app of apps) app.server.closeAllConnections();
  });
  const ask = ({ method, url: path, headers, payload }: Asked) =>
    new Promise<Answered>((resolve, reject) => {
      const length = payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) };
      const request = send({ host: '127.0.0.1', port, method, path, agent, headers: { ...length, ...headers } });
      request.on('error', reject).on('response', async (response) => {
        try {
          const parts: Buffer[] = await response.toArray();
          const { statusCode = 0, headers: own } = response;
          resolve({ statusCode, headers: own, body: Buffer.concat(parts).toString() });
        } catch (error) {
          reject(error);
        }
      });
      request.end(payload);
    });
  return { origin: proxy.origin, ask };
}
