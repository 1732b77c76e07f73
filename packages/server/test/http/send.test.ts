import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { native } from '#dialects/native/dialect.ts';
import type { Answer } from '#http/answer.ts';
import { buildHttp } from '#http/http.ts';
import { createMetrics } from '#http/metrics.ts';
import type { Route } from '#http/route.ts';
import { evidence } from '../support/evidence.ts';
import { publicUrl, startTestServer } from '../support/server.ts';

const server = await startTestServer();
const lines: string[] = [];
const stream = new Writable({
  write: (chunk, _encoding, done) => {
    lines.push(String(chunk));
    done();
  },
});

const answers: Record<string, Answer> = {
  fine: { status: 200, body: { name: 'Zoë' } },
  'header-of-two-lines': { status: 200, headers: { 'X-Note': 'one\r\nX-Injected: two' }, body: {} },
  nothing: { status: 204 },
  bytes: { status: 200, raw: Buffer.from([0, 255]), contentType: 'image/png' },
};
const routes: Route[] = Object.entries(answers).map(([name, answer]) => ({
  method: 'GET',
  path: `/${name}`,
  operationId: name,
  summary: name,
  tag: 'Accounts',
  scope: null,
  responses: {},
  handler: async () => answer,
}));
const app = buildHttp({
  store: server.store,
  config: {
    publicUrl,
    trustedProxies: [],
    addressLimits: { identified: 1000, unidentified: 1000 },
    evidence,
    webhooks: { urlFault: () => undefined },
  },
  log: pino({ level: 'info' }, stream),
  metrics: createMetrics(),
  dialects: [{ ...native, routes }],
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
after(() => app.close());

test('an answer with a header that cannot be sent becomes a 500, and nothing else suffers', async () => {
  const all = await Promise.all(
    ['fine', 'header-of-two-lines', 'fine', 'header-of-two-lines', 'fine'].map((name) => fetch(`${url}/v1/${name}`)),
  );
  assert.deepEqual(
    all.map(({ status }) => status),
    [200, 500, 200, 500, 200],
  );
  const broken = all[1] as Response;
  assert.equal(broken.headers.get('x-injected'), null);
  assert.equal(((await broken.json()) as { code: string }).code, 'internal');
  assert.match(lines.join(''), /ERR_INVALID_CHAR/);
});

test('bodies are sent with their length in bytes and their type, HEAD without them', async () => {
  const got = await fetch(`${url}/v1/fine`);
  assert.deepEqual(await got.json(), { name: 'Zoë' });
  const head = await fetch(`${url}/v1/fine`, { method: 'HEAD' });
  assert.equal(await head.text(), '');
  for (const { headers } of [got, head]) {
    assert.equal(headers.get('content-length'), String(Buffer.byteLength('{"name":"Zoë"}')));
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
  }
  const bytes = await fetch(`${url}/v1/bytes`);
  assert.deepEqual(
    [bytes.headers.get('content-type'), Buffer.from(await bytes.arrayBuffer())],
    ['image/png', answers.bytes?.raw],
  );
  const nothing = await fetch(`${url}/v1/nothing`);
  assert.deepEqual([nothing.status, nothing.headers.get('content-length')], [204, null]);
});
