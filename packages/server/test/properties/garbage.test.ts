import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Dialect } from '#http/dialect.ts';
import type { Route } from '#http/route.ts';
import { dialects } from '#server';
import { arbitraryOf } from '../support/arbitrary.ts';
import { actorOf } from '../support/fixtures.ts';
import { typeOf } from '../support/holdings.ts';
import { startTestServer } from '../support/server.ts';

const server = await startTestServer();
const account = await server.send('PUT', '/v1/accounts/known', {
  body: { customer: { email: 'known@example.com', givenName: 'Ida', familyName: 'Moss' } },
});
assert.equal(account.status, 201);
await typeOf(server.store, actorOf(server.organisation), { id: 'known', label: 'Known', evidence: 'after' });
const known: Record<string, string> = { identifier: 'known', customerNumber: String(account.body.customerNumber) };

// A status that the route does not document, or a body that does not fit, comes back as a 500 of the response check.
for (const dialect of dialects) {
  for (const route of dialect.routes) {
    test(`${dialect.name} ${route.method} ${route.path}: no 5xx, only documented answers, whatever is sent`, async () => {
      await fc.assert(
        fc.asyncProperty(requestOf(dialect, route), async (request) => {
          const response = await server.send(route.method, request.url, {
            headers: request.headers,
            key: request.key,
            ...(request.body === undefined ? {} : { body: request.body }),
          });
          assert.ok(
            response.status < 500,
            `${route.method} ${request.url} ${JSON.stringify(request.headers)} ${request.body}\n${response.status} ${response.text}`,
          );
          assert.ok(response.headers['x-request-id']);
          assert.ok(response.headers['x-correlation-id']);
          assert.doesNotMatch(response.text, /\bat .+\.ts:\d+|select .+ from |pg_catalog/);
        }),
        { numRuns: route.method === 'DELETE' ? 60 : 120 },
      );
    });
  }
}

type Generated = {
  url: string;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
  key: string | null | undefined;
};

function requestOf(dialect: Dialect, route: Route): fc.Arbitrary<Generated> {
  const value = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: hostileText });
  const url = fc
    .array(value, { minLength: 4, maxLength: 4 })
    .chain((parts) => queryOf(route).map((query) => `${pathOf(dialect, route, parts)}${query}`));
  const key = fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(null, 'x', 'tsk_1_1_0', 'a.b.c') },
  );
  return fc.record({ url, headers: headersOf(route), body: bodyOf(route), key });
}

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    '%',
    '%zz',
    '%C0%80',
    '%00',
    '..',
    '.',
    '%2e%2e',
    '%2F',
    '0',
    '-1',
    '9223372036854775808',
    '1e3',
    '%F0%9F%98%80',
    'a'.repeat(3000),
    '%25',
    "'--",
  ),
);

function pathOf(dialect: Dialect, route: Route, parts: (string | undefined)[]): string {
  let index = 0;
  return `${dialect.prefix}${route.path}`.replace(/:(\w+)/g, (_, name: string) => {
    const part = parts[index++ % parts.length];
    return part ?? known[name] ?? known.identifier ?? '';
  });
}

function queryOf(route: Route): fc.Arbitrary<string> {
  const names = Object.keys((route.query as { properties?: object } | undefined)?.properties ?? {});
  const name = fc.oneof(fc.constantFrom(...names, 'unknown', 'limit'), hostileText);
  const pair = fc
    .tuple(name, fc.oneof(hostileText, fc.constantFrom('1', 'true', '2026-02-30', 'ida@example.com', '+')))
    .map(([left, right]) => `${left}=${right}`);
  return fc.array(pair, { maxLength: 4 }).map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''));
}

function headersOf(route: Route): fc.Arbitrary<Record<string, string>> {
  const type = fc.oneof(
    { weight: 8, arbitrary: fc.constant(route.consumes?.[0] ?? 'application/json') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('text/plain', 'application/json; charset=latin1', 'x', 'application/ld+json'),
    },
  );
  const odd = fc.constantFrom('*', '"1.0"', 'W/"v1.0"', '"', 'a b', '"a", "b"', '"x",');
  const optional = (name: string, values: fc.Arbitrary<string>) =>
    fc.option(values, { freq: 4, nil: undefined }).map((value) => (value === undefined ? {} : { [name]: value }));
  const all = [
    optional('if-match', odd),
    optional('if-none-match', odd),
    optional(
      'idempotency-key',
      fc.string({ minLength: 1, maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, 'x')),
    ),
    optional('accept', fc.constantFrom('*/*', 'application/json', 'text/html', 'application/ld+json', ';;')),
    optional('prefer', fc.constantFrom('profile=extended', 'x')),
    optional('et-client-name', fc.constantFrom('a-b', 'x')),
    optional('x-correlation-id', fc.constantFrom('abc', 'a b', 'x'.repeat(200))),
  ];
  return fc
    .tuple(type, ...all)
    .map(([contentType, ...rest]) => Object.assign({ 'content-type': contentType }, ...rest));
}

function bodyOf(route: Route): fc.Arbitrary<string | Buffer | undefined> {
  if (!route.body)
    return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.json() });
  const near = arbitraryOf(route.body).map((value) => JSON.stringify(value));
  const broken = fc.oneof(
    fc.json(),
    fc.string({ maxLength: 60 }),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(
      '',
      'null',
      '[]',
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      '{"constructor":{"prototype":1}}',
      '"\\ud800"',
      '{"name":"\\u0000"}',
      '[[[[',
      '1e999',
      `${'['.repeat(5000)}${']'.repeat(5000)}`,
    ),
  );
  return fc.oneof({ weight: 5, arbitrary: near }, { weight: 2, arbitrary: broken });
}
