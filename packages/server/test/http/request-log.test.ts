import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
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
