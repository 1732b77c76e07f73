import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { RateLimits } from '#operations/clients/authenticate.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { buildServer } from '#server';
import { evidence } from '../../support/evidence.ts';
import { alone } from '../../support/one-server.ts';
import { publicUrl } from '../../support/server.ts';
import { stopClock } from '../../support/stopped-clock.ts';
import { refused, startEntur } from './support.ts';

const server = await startEntur();

async function keyOf(rateLimits: RateLimits): Promise<string> {
  return (await createKey(server.store, { organisationId: server.organisation.id, name: 'limited', rateLimits })).key;
}

/** A server of its own under a clock that the test moves. */
async function clockedServer(t: TestContext, addressLimits = { identified: 1000, unidentified: 1000 }) {
  const { tick } = stopClock(t);
  const config = { publicUrl, trustedProxies: ['127.0.0.1'], addressLimits, evidence, checkResponses: true };
  const app = buildServer({ store: server.store, config, log: pino({ level: 'silent' }) });
  await app.ready();
  t.after(() => app.close());
  return { app, tick };
}

const get = (key: string, name?: string) =>
  server.send('GET', '/customers/v2/profiles?surname=Ingen', {
    key,
    headers: name === undefined ? {} : { 'ET-Client-Name': name },
  });

test('429/429 the quota per key is 30 a minute without ET-Client-Name; a new window opens after 60 s', async (t) => {
  const { app, tick } = await clockedServer(t);
  const key = await keyOf({});
  const get = () =>
    app.inject({ url: '/customers/v2/profiles?surname=Ingen', headers: { authorization: `Bearer ${key}` } });
  for (let left = 29; left >= 0; left -= 1) {
    const response = await get();
    assert.equal(response.statusCode, 200, response.body);
    assert.equal(response.headers['ratelimit-policy'], '"token-minute";q=30;w=60');
    assert.equal(response.headers.ratelimit, `"token-minute";r=${left};t=60`);
  }
  tick(43_000);
  const over = await get();
  assert.equal(over.statusCode, 429);
  assert.equal(over.headers['retry-after'], '17');
  assert.equal(over.headers['ratelimit-policy'], '"token-minute";q=30;w=60');
  assert.equal(over.headers.ratelimit, '"token-minute";r=0;t=17');
  assert.deepEqual(over.json(), {
    errorCode: 429,
    shortEnglish: 'Too many requests',
    longEnglish: 'The quota of this token is used up; send ET-Client-Name for a higher one.',
    shortNorwegian: 'For mange forespørsler',
    longNorwegian: 'Kvoten for tokenet er brukt opp; send ET-Client-Name for høyere kvote.',
  });
  // The window is counted from its first request, and what was refused in it uses nothing up of the next.
  tick(17_000);
  const next = await get();
  assert.equal(next.statusCode, 200);
  assert.equal(next.headers.ratelimit, '"token-minute";r=29;t=60');
});

test(
  ...alone('429/429 identified and unidentified calls of one key have windows of their own; a malformed name is none'),
  async () => {
    const key = await keyOf({ enturPerMinute: 2, enturUnidentifiedPerMinute: 1 });
    assert.equal((await get(key)).headers.ratelimit?.split(';')[1], 'r=0');
    refused(await get(key), 429, 429, 'ET-Client-Name');
    refused(await get(key, 'malformed'), 429, 429, 'ET-Client-Name');
    const first = await get(key, 'eksempel-app');
    assert.equal(first.status, 200);
    assert.equal(first.headers['ratelimit-policy'], '"token-minute";q=2;w=60');
    assert.equal((await get(key, 'eksempel-annen')).status, 200);
    const over = await get(key, 'eksempel-app');
    refused(over, 429, 429);
    assert.doesNotMatch(over.body.longEnglish, /ET-Client-Name/);
    assert.equal((await get(await keyOf({}), 'eksempel-app')).status, 200, 'another key has a window of its own');
  },
);

test('200 identified callers have 500 a minute by default', async () => {
  assert.equal((await get(await keyOf({}), 'eksempel-app')).headers['ratelimit-policy'], '"token-minute";q=500;w=60');
});

test(...alone('the quota is taken before permissions and bodies are looked at, not before the key'), async () => {
  const { key } = await createKey(server.store, {
    organisationId: server.organisation.id,
    name: 'limited',
    scopes: ['customers-profile:les'],
    rateLimits: { enturPerMinute: 2 },
  });
  const headers = { 'ET-Client-Name': 'eksempel-app' };
  refused(await server.send('POST', '/customers/v2/profiles', { key, headers, body: {} }), 403, 403);
  refused(await server.send('GET', '/customers/v2/profiles', { key, headers }), 400, 400);
  refused(await server.send('GET', '/customers/v2/profiles/999', { key, headers }), 429, 429);
});

test('429/429 the spike arrest counts per second and address before credentials, by class', async (t) => {
  const { app, tick } = await clockedServer(t, { identified: 3, unidentified: 2 });
  const ask = (from: string, name?: string) =>
    app.inject({
      url: '/customers/v2/profiles/1',
      headers: { 'x-forwarded-for': from, ...(name === undefined ? {} : { 'et-client-name': name }) },
    });
  const statuses = async (count: number, from: string, name?: string) => {
    const found: number[] = [];
    for (let n = 0; n < count; n += 1) found.push((await ask(from, name)).statusCode);
    return found;
  };
  assert.deepEqual(await statuses(3, '192.0.2.1'), [401, 401, 429]);
  assert.deepEqual(await statuses(4, '192.0.2.1', 'eksempel-app'), [401, 401, 401, 429]);
  assert.deepEqual(await statuses(1, '192.0.2.2'), [401]);
  const over = await ask('192.0.2.1', 'eksempel-app');
  assert.equal(over.headers['retry-after'], '1');
  assert.equal(over.headers['ratelimit-policy'], '"ip-spike";q=3;w=1');
  assert.equal(over.headers.ratelimit, '"ip-spike";r=0;t=1');
  assert.equal(over.json().errorCode, 429);
  tick(1000);
  assert.deepEqual(await statuses(1, '192.0.2.1', 'eksempel-app'), [401]);
});

test('429/429 addresses of one IPv6 network are counted together, IPv4 addresses each by itself', async (t) => {
  const { app } = await clockedServer(t, { identified: 3, unidentified: 2 });
  const statusOf = async (from: string) =>
    (await app.inject({ url: '/customers/v2/profiles/1', headers: { 'x-forwarded-for': from } })).statusCode;
  for (const [from, status] of [
    ['2001:db8:1:2::1', 401],
    ['2001:db8:1:2:a:b:c:d', 401],
    ['2001:db8:1:2::3', 429],
    ['2001:db8:1:3::3', 401],
    ['::ffff:192.0.2.1', 401],
    ['::ffff:192.0.2.2', 401],
    ['::ffff:192.0.2.3', 401],
  ] as const)
    assert.equal(await statusOf(from), status, from);
});
