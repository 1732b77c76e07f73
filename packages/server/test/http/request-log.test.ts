import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { buildServer } from '#server';
import { evidence } from '../support/evidence.ts';
import { publicUrl, startTestServer } from '../support/server.ts';

const server = await startTestServer();
const lines: Record<string, unknown>[] = [];
const stream = new Writable({
  write: (chunk, _encoding, done) => {
    lines.push(
      ...String(chunk)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    done();
  },
});
const app = buildServer({
  store: server.store,
  config: { publicUrl, trustedProxies: [], addressLimits: { identified: 1000, unidentified: 1000 }, evidence },
  log: pino({ level: 'info' }, stream),
});
after(() => app.close());
const authorization = `Bearer ${server.key}`;

test('one line per request, with ids and the route, without anything personal', async () => {
  const headers = { authorization, 'x-correlation-id': 'case-7' };
  await app.inject({ method: 'GET', url: '/openactive/customer-accounts?customer.email=ida@example.com', headers });
  await app.inject({ method: 'GET', url: '/v1/accounts/ida@example.com', headers });
  await app.inject({ method: 'POST', url: '/v1/customers', headers, payload: { email: 'ida@example.com', name: 7 } });
  await app.inject({ method: 'GET', url: '/v1/ida@example.com', headers });
  await app.inject({ method: 'GET', url: '/healthz' });
  assert.equal(lines.length, 4);
  assert.deepEqual(
    lines.map(({ route, status }) => [route, status]),
    [
      ['/openactive/customer-accounts', 200],
      ['/v1/accounts/:identifier', 404],
      ['/v1/customers', 400],
      ['none', 404],
    ],
  );
  assert.doesNotMatch(JSON.stringify(lines), /example\.com|tsk_/);
  for (const line of lines) assert.equal(line.correlationId, 'case-7');
  assert.equal(lines[1]?.organisation, server.organisation.id);
});

test('a caller that goes away before the answer has a line too, and nothing goes wrong', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const holder = new pg.Client(server.database.connection);
  await holder.connect();
  const before = lines.length;
  await holder.query('begin');
  await holder.query('select from organisation_counter for update');
  const body = JSON.stringify({ customer: { familyName: 'Moss' } });
  const head = [`authorization: ${authorization}`, 'content-type: application/json', `content-length: ${body.length}`];
  const asked = (method: string, path: string, more: string[] = []) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(`${[`${method} ${path} HTTP/1.1`, 'host: x', ...head, ...more].join('\r\n')}\r\n\r\n${body}`);
    return socket;
  };
  const create = asked('POST', '/v1/accounts');
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await server.database.query(waits)).length === 0) await sleep(5);
  create.destroy();
  while (lines.length === before) await sleep(5);
  await holder.query('rollback');
  await holder.end();
  assert.deepEqual(
    lines.slice(before).map(({ method, route, status }) => [method, route, status]),
    [['POST', '/v1/accounts', 499]],
  );
  const count = 'select count(*)::int as n from account';
  while ((await server.database.query(count))[0]?.n === 0) await sleep(5);
  assert.ok(lines.slice(before).every(({ level }) => level === 30));
});

test('callers that leave before their event stream begins are no errors', async () => {
  const origin = app.server.address() as AddressInfo;
  const before = lines.length;
  const leaving = Array.from({ length: 30 }, async (_, index) => {
    const socket = connect(origin.port, '127.0.0.1').on('error', () => {});
    socket.write(
      `GET /v1/changes HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\naccept: text/event-stream\r\n\r\n`,
    );
    await sleep(index / 3);
    socket.resetAndDestroy();
  });
  await Promise.all(leaving);
  // Whoever was seen at all has a line; the last ones come when the server has noticed.
  await sleep(300);
  const levels = lines.slice(before).map(({ level, msg }) => `${level} ${msg}`);
  assert.deepEqual([...new Set(levels)], ['30 request']);
});
