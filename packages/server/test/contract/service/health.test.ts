import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { buildServer } from '#server';
import { openStore } from '#store/store.ts';
import { evidence } from '../../support/evidence.ts';
import { alone } from '../../support/one-server.ts';
import { publicUrl, startTestServer } from '../../support/server.ts';

const server = await startTestServer();

/** A server whose database is not there. */
function serverWithoutDatabase() {
  const store = openStore({ host: '/nonexistent', database: 'none' });
  const addressLimits = { identified: 1, unidentified: 1 };
  const app = buildServer({
    store,
    config: { publicUrl, trustedProxies: [], addressLimits, evidence },
    log: pino({ level: 'silent' }),
  });
  after(async () => {
    await app.close();
    await store.close();
  });
  return app;
}

test('200 /healthz: the process is up, whatever the database does', async () => {
  const response = await serverWithoutDatabase().inject('/healthz');
  assert.equal(response.statusCode, 200);
  assert.deepEqual(response.json(), { status: 'up' });
  assert.equal(response.headers['cache-control'], 'no-store');
});

test('200 /readyz: the database is there and has all migrations', async () => {
  const response = await server.send('GET', '/readyz', { key: null });
  assert.equal(response.status, 200);
  assert.deepEqual(response.body, { status: 'ready' });
});

test('503 /readyz: the database cannot be reached', async () => {
  const response = await serverWithoutDatabase().inject('/readyz');
  assert.equal(response.statusCode, 503);
  assert.deepEqual(response.json(), { status: 'unavailable', reason: 'The database cannot be reached.' });
  assert.equal(response.headers['retry-after'], '2');
});

test('503 /readyz: a migration is missing', async () => {
  const [removed] = await server.database.query('delete from migration where number = 1 returning *');
  assert.ok(removed);
  const { number, name, checksum } = removed;
  try {
    const response = await server.send('GET', '/readyz', { key: null });
    assert.equal(response.status, 503);
    assert.deepEqual(response.body, { status: 'unavailable', reason: `The database lacks migrations: ${name}.` });
  } finally {
    const text = 'insert into migration (number, name, checksum) values ($1, $2, $3)';
    await server.database.query(text, [number, name, checksum]);
  }
  assert.equal((await server.send('GET', '/readyz', { key: null })).status, 200);
});

test('200 /readyz: a migration of a newer release does no harm', async () => {
  await server.database.query(`insert into migration (number, name, checksum) values (9999, '9999_newer', 'x')`);
  try {
    assert.equal((await server.send('GET', '/readyz', { key: null })).status, 200);
  } finally {
    await server.database.query('delete from migration where number = 9999');
  }
});

test(...alone('200 /metrics: Prometheus text, with route patterns and without addresses'), async () => {
  await server.send('GET', '/v1/customers/4199999');
  const response = await server.send('GET', '/metrics', { key: null });
  assert.equal(response.status, 200);
  assert.match(String(response.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(response.text, /^process_cpu_seconds_total \d/m);
  const counted =
    /^tessera_http_request_duration_seconds_count\{method="GET",route="\/v1\/customers\/:customerNumber",status="404"\} 1$/m;
  assert.match(response.text, counted);
  assert.doesNotMatch(response.text, /customers.4199999/);
});

test('every response has both ids, and takes over a correlation id', async () => {
  for (const url of [
    '/healthz',
    '/readyz',
    '/metrics',
    '/',
    '/docs',
    '/docs/errors',
    '/openapi/native.json',
    '/nowhere',
  ]) {
    const { headers } = await server.send('GET', url, { key: null, headers: { 'x-correlation-id': 'order-4711' } });
    assert.equal(headers['x-correlation-id'], 'order-4711', url);
    assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/, url);
    assert.equal(headers['x-content-type-options'], 'nosniff', url);
  }
});

test('404 in the shape of the native API: an unknown address outside the dialects', async () => {
  for (const [method, url] of [
    ['GET', '/nowhere'],
    ['POST', '/docs'],
    ['GET', '/docs/assets/page.js'],
    ['GET', '/openapi/none.json'],
  ] as const) {
    const response = await server.send(method, url);
    assert.equal(response.status, 404, url);
    assert.equal(response.body.code, 'unknown-route', url);
    assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8', url);
  }
});
