import assert from 'node:assert/strict';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestServer } from '../support/server.ts';
import { stallWrites } from '../support/stalling-proxy.ts';

// Clients that go away while their request is under way, each of them on a connection of its own: nobody else notices.
const server = await startTestServer();
const { app, send, database, store, key } = server;
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = app.server.address() as AddressInfo;

type Sent = { socket: Socket; status: Promise<number | undefined> };

/** Sends a request by hand; `status` is undefined when the connection ended without an answer. */
function request(method: string, path: string, headers: Record<string, string> = {}, body = ''): Sent {
  const socket = connect(port, '127.0.0.1');
  const lines = Object.entries({
    host: 'x',
    authorization: `Bearer ${key}`,
    'content-length': String(body.length),
    ...headers,
  });
  socket.write(
    `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
  const status = new Promise<number | undefined>((resolve) => {
    socket.setEncoding('utf8').once('data', (text: string) => {
      resolve(Number(text.split(' ')[1]));
      socket.destroy();
    });
    socket.on('error', () => {}).once('close', () => resolve(undefined));
  });
  return { socket, status };
}

const create = (n: number) => {
  const body = JSON.stringify({ customer: { familyName: 'Sample', email: `c${n}@example.com` } });
  return { n, body, headers: { 'content-type': 'application/json', 'idempotency-key': `create ${n}` } };
};

async function created(): Promise<Record<string, unknown>[]> {
  return database.query(`select email_key as email, count(*)::int as accounts from customer c join account a on a.customer_number = c.number
    where email_key like 'c%' group by 1`);
}

/** Resolves when no connection is left. */
async function allGone(): Promise<void> {
  const open = () => new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count)));
  while ((await open()) > 0) await sleep(5);
}

test('creates whose clients go away while they are in a batch: the others succeed, and each can be repeated', async () => {
  const { writer, freeze, thaw } = await stallWrites(store, database);
  const first = create(1000);
  assert.equal((await send('POST', '/v1/accounts', first)).status, 201);
  freeze();
  const all = Array.from({ length: 48 }, (_, n) => create(n));
  const sent = all.map(({ headers, body }) => request('POST', '/v1/accounts', headers, body));
  // One batch is under way, the rest waits behind it.
  while (writer.asked < 1 + all.length) await sleep(5);
  const cancelled = all.filter(({ n }) => n % 3 === 0);
  for (const { n } of cancelled) sent[n]?.socket.destroy();
  await sleep(20);
  thaw();

  const statuses = await Promise.all(sent.map(({ status }) => status));
  assert.deepEqual(
    statuses,
    all.map(({ n }) => (n % 3 === 0 ? undefined : 201)),
  );
  await allGone();
  for (const { n, headers, body } of cancelled) {
    const { status, text } = await send('POST', '/v1/accounts', { headers, body });
    assert.equal(status, 201, `${n}: ${text}`);
  }
  const rows = await created();
  assert.equal(rows.length, 49);
  assert.ok(rows.every((row) => row.accounts === 1));
});

test('bodies that stop in the middle and reads that nobody waits for cost nobody else', async () => {
  const { identifier } = (await send('GET', '/v1/accounts?limit=1')).body.items[0];
  const half = Array.from({ length: 20 }, (_, n) => {
    const { headers, body } = create(100 + n);
    return request('POST', '/v1/accounts', { ...headers, 'content-length': String(body.length) }, body.slice(0, 20));
  });
  const reads = Array.from({ length: 60 }, () => request('GET', `/v1/accounts/${identifier}`));
  for (const [n, { socket }] of reads.entries()) if (n % 2) socket.destroy();
  const whole = create(200);
  const other = request('POST', '/v1/accounts', whole.headers, whole.body);
  for (const { socket } of half) socket.destroy();
  const statuses = await Promise.all(reads.map(({ status }) => status));
  assert.deepEqual(
    statuses.filter((_, n) => n % 2 === 0),
    Array(30).fill(200),
  );
  assert.equal(await other.status, 201);
  await allGone();
  assert.equal((await created()).length, 50, 'nothing was made of half a body');
  assert.equal((await send('GET', `/v1/accounts/${identifier}`)).status, 200);
});
