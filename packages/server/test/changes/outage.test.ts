import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '#store/store.ts';
import { startTestServer } from '../support/server.ts';
import { startTestWorker } from './delivering.ts';
import { startSubscriber } from './subscriber.ts';

const server = await startTestServer();
const { send, database } = server;
const subscriber = await startSubscriber();

/** Stands between the worker and the database, and can be cut. */
const sockets = new Set<Socket>();
let open = true;
const proxy = createServer((client) => {
  if (!open) return void client.destroy();
  const { host, port } = database.connection;
  const upstream = host?.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(Number(port), host);
  for (const [one, two] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(one);
    one.on('error', () => two.destroy()).on('close', () => two.destroy());
    one.pipe(two);
  }
});
await once(proxy.listen(0, '127.0.0.1'), 'listening');
const connection = { ...database.connection, host: '127.0.0.1', port: (proxy.address() as { port: number }).port };
const store = openStore(connection, { maxConnections: 4 });
after(async () => {
  await store.close();
  proxy.close();
});

const newAccount = () => send('POST', '/v1/accounts', { body: { customer: { familyName: 'Sample' } } });

test('while the database is away nothing ends; afterwards everything is delivered', { timeout: 60_000 }, async () => {
  const logged: string[] = [];
  const { stop } = startTestWorker(
    { store, database: { ...database, connection } },
    { webhooks: { timeout: 1500 }, log: (line) => logged.push(line) },
  );
  const body = { url: subscriber.url('/hooks'), kinds: ['account.created'] };
  await send('POST', '/v1/webhook-subscriptions', { body });
  subscriber.reply = () => 'hang';
  await newAccount();
  await subscriber.came(1);
  open = false;
  for (const socket of sockets) socket.destroy();
  subscriber.reply = () => 204;
  await newAccount();
  // Attempts end, and jobs fail, while nothing can be written down.
  while (!logged.some((line) => line.includes('sending failed'))) await sleep(50);
  await sleep(100);
  open = true;
  await newAccount();
  const ids = () => new Set(subscriber.received.slice(1).map(({ body }) => body.data.number));
  while (ids().size < 3) await sleep(50);
  await stop();
  assert.equal(ids().size, 3);
});
