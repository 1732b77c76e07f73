import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createKey } from '#operations/clients/create-key.ts';
import { Unavailable } from '#store/unavailable.ts';
import { alone } from '../../support/one-server.ts';
import type { TestResponse } from '../../support/server.ts';
import { accountOf, base, pathOf, person, startTester } from './support.ts';

const { account, put, born, send, store, organisation, organisationWithKey, keyWith } = await startTester();
const identifier = await put();

/** Status, class or kind, and name of an error; after a look at the members that every error has. */
function errorOf({ status, body, headers }: TestResponse): [number, string, string] {
  assert.equal(body.statusCode, status);
  assert.equal(body['@context'], 'https://openactive.io/');
  assert.equal(body.requestId, headers['x-request-id']);
  assert.equal(body.instance, `${base}/openactive/errors/${body.requestId}`);
  assert.equal(headers['cache-control'], 'private, no-store');
  if (body['@type'] !== 'OpenBookingError') assert.equal(body.additionalType, undefined);
  return [status, body.additionalType?.replace(`${base}/openactive/ns`, '') ?? body['@type'], body.name];
}

test('403 without credentials, for every route that needs them', async () => {
  const requests = [
    ['GET', pathOf(identifier)],
    ['PUT', pathOf(identifier)],
    ['PATCH', pathOf(identifier)],
    ['DELETE', pathOf(identifier)],
    ['GET', '/openactive/customer-accounts'],
  ] as const;
  for (const [method, url] of requests) {
    const answer = await send(method, url, { key: null });
    assert.deepEqual(errorOf(answer), [403, 'UnauthenticatedError', 'No credentials were supplied']);
    assert.equal(answer.body.description, 'Send a bearer token in the Authorization header.');
  }
  const inOtherHeader = await send('GET', pathOf(identifier), { key: null, headers: { 'x-api-key': 'tsk_1_1_1' } });
  assert.equal(inOtherHeader.status, 403);
});

test('401 for a key that is malformed, unknown or revoked, for a JWT and for another scheme', async () => {
  const revoked = await keyWith(undefined);
  await store.clients.revoke(organisation.id, revoked.id);
  const keys = ['x', `tsk_1_1_${'0'.repeat(64)}`, revoked.key, 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'];
  for (const key of keys) {
    const answer = await account('GET', identifier, { key });
    assert.deepEqual(errorOf(answer), [401, 'InvalidAPITokenError', 'The credentials are not valid'], key);
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
  }
  const basic = await account('GET', identifier, { key: null, headers: { authorization: 'Basic aWRhOmlkYQ==' } });
  assert.equal(errorOf(basic)[0], 401);
});

test('403 without the scope: neither scope implies the other, and the scopes of other contracts open nothing', async () => {
  const query = await keyWith(['openactive-customeraccount-query', 'customers:write', 'accounts:write']);
  const modify = await keyWith(['openactive-customeraccount-modify', 'customers:read', 'accounts:read']);
  for (const [method, key] of [
    ['PUT', query.key],
    ['PATCH', query.key],
    ['DELETE', query.key],
    ['GET', modify.key],
    ['HEAD', modify.key],
  ] as const) {
    const answer = await account(method, identifier, { key });
    assert.equal(answer.status, 403, method);
    if (method === 'HEAD') continue;
    assert.deepEqual(errorOf(answer), [403, '#InsufficientScope', 'The credentials do not permit this']);
  }
  assert.equal((await account('GET', identifier, { key: query.key })).status, 200);
  assert.equal((await account('PATCH', identifier, { key: modify.key, body: {} })).status, 200);
});

test('404 for a path that is none, 405 with Allow for a method that is none', async () => {
  for (const url of ['/openactive', '/openactive/', '/openactive/accounts', `${pathOf(identifier)}/more`]) {
    assert.deepEqual(
      errorOf(await send('GET', url)),
      [404, 'UnknownOrIncorrectEndpointError', 'There is no such endpoint'],
      url,
    );
  }
  for (const method of ['POST', 'OPTIONS']) {
    const answer = await account(method, identifier);
    assert.deepEqual(errorOf(answer), [405, 'MethodNotAllowedError', 'The method is not allowed']);
    assert.equal(answer.headers.allow, 'GET, HEAD, PUT, PATCH, DELETE');
    assert.equal(answer.body.description, 'Allowed: GET, HEAD, PUT, PATCH, DELETE.');
  }
});

test('413 for a body of more than 64 KiB', async () => {
  const body = JSON.stringify(accountOf(person())).padEnd(64 * 1024 + 1);
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const answer = await account(method, identifier, { body });
    assert.deepEqual(errorOf(answer), [413, '#PayloadTooLarge', 'The body of the request is too large'], method);
  }
});

test('414 for a URL of more than 8000 characters', async () => {
  const answer = await send('GET', `/openactive/customer-accounts?accountNumber=${'x'.repeat(8000)}`);
  assert.deepEqual(errorOf(answer), [414, '#UriTooLong', 'The URL of the request is too long']);
});

test('415 for other media types, a merge patch on PUT among them, and other charsets', async () => {
  const types = [
    ['PUT', 'application/merge-patch+json'],
    ['PUT', 'text/plain'],
    ['PATCH', 'application/vnd.openactive.booking+json'],
    ['PATCH', 'application/json; charset=latin1'],
    ['PATCH', ''],
    ['PUT', 'garbage'],
  ] as const;
  for (const [method, type] of types) {
    const answer = await account(method, identifier, { body: '{}', headers: { 'content-type': type } });
    assert.deepEqual(
      errorOf(answer),
      [415, '#UnsupportedMediaType', 'The media type of the request is not supported'],
      type,
    );
    const patch = 'application/merge-patch+json, application/ld+json';
    const offered = method === 'PATCH' ? patch : 'application/ld+json';
    assert.equal(answer.body.description, `Send ${offered} or application/json.`);
    assert.equal(answer.headers['accept-patch'], method === 'PATCH' ? `${patch}, application/json` : undefined);
  }
});

test(
  ...alone('429 with Retry-After when the key has used up its share, with the fields of the limit before that'),
  async () => {
    const { key } = await createKey(store, {
      organisationId: organisation.id,
      name: 'slow',
      rateLimits: { perSecond: 1 },
    });
    const first = await account('GET', identifier, { key });
    assert.equal(first.status, 200);
    assert.equal(first.headers['ratelimit-policy'], '"client-second";q=1;w=1');
    const second = await account('GET', identifier, { key });
    assert.deepEqual(errorOf(second), [429, 'TooManyRequestsError', 'Too many requests']);
    assert.equal(second.headers['retry-after'], '1');
    assert.equal(second.body.description, 'Repeat the request after 1 seconds.');
  },
);

test(...alone('500 without details for a defect, 503 with Retry-After while the database is away'), async () => {
  const failing = async (error: Error) => {
    const find = mock.method(store.accounts, 'find', () => Promise.reject(error));
    const answer = await account('GET', identifier);
    find.mock.restore();
    return answer;
  };
  const defect = await failing(new TypeError('secret of the inside'));
  assert.deepEqual(errorOf(defect), [500, 'InternalApplicationError', 'An unexpected error occurred']);
  assert.equal(defect.body.description, 'Quote the request id to support.');
  const away = await failing(new Unavailable(new Error('no connection')));
  assert.deepEqual(errorOf(away), [503, '#TemporarilyUnavailable', 'The service is temporarily unavailable']);
  assert.match(away.headers['retry-after'] as string, /^\d+$/);
  assert.match(away.body.description, /^Repeat the same request after \d+ seconds\.$/);
});

test('errors come as application/json when that is preferred, and as ld+json when nothing acceptable is asked for', async () => {
  const type = async (accept: string) =>
    (await account('GET', 'UNKNOWN-1', { headers: { accept } })).headers['content-type'];
  assert.match((await type('application/json')) as string, /^application\/json/);
  assert.match((await type('text/html')) as string, /^application\/ld\+json/);
});

test('200 with and without the prefix of the own organisation, 404 under the prefix of another one', async () => {
  const own = await organisationWithKey('Northmoor');
  await organisationWithKey('Southmoor');
  const created = await born({ details: { email: 'ida@example.com' } }, { identifier: 'PREFIX-1' }, own.organisation);
  const status = async (prefix: string) => (await send('GET', `${prefix}${pathOf(created)}`, { key: own.key })).status;
  assert.deepEqual(
    [await status(''), await status('/o/northmoor'), await status('/o/southmoor'), await status('/o/none')],
    [200, 200, 404, 404],
  );
  const { body } = await send('GET', pathOf(created), { key: own.key });
  assert.equal(body['@id'], `${base}/o/northmoor/openactive/customer-accounts/PREFIX-1`);
  const patched = await send('PATCH', `/o/northmoor${pathOf(created)}`, { key: own.key, body: { '@id': body['@id'] } });
  assert.equal(patched.status, 200);
});

test('every answer carries the request id and the correlation id', async () => {
  const { headers } = await account('GET', identifier, { headers: { 'x-correlation-id': 'trace-1' } });
  assert.equal(headers['x-correlation-id'], 'trace-1');
  assert.match(headers['x-request-id'] as string, /^[0-9a-f-]{36}$/);
});
