import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { createKey } from '#operations/clients/create-key.ts';
import { Unavailable } from '#store/unavailable.ts';
import { alone } from '../../support/one-server.ts';
import { errorBody, startBroker, updateAction, wrapped } from './support.ts';

const broker = await startBroker();

describe('errors of the dialect', () => {
  it('404 for an address that does not exist', async () => {
    for (const path of ['', '/', '/customer-account', '/entitlements/x/y', '/customer-accounts/a/b/c/d']) {
      const response = await broker.call('GET', path);
      assert.equal(response.status, 404, path);
      assert.equal(response.body['@type'], 'UnknownOrIncorrectEndpointError');
    }
  });

  it('405 with Allow: there is no list of accounts', async () => {
    const cases: [string, string, string][] = [
      ['GET', '/customer-accounts', 'POST'],
      ['GET', '/customers', 'POST'],
      ['PUT', '/customer-accounts/x', 'GET, HEAD, PATCH, DELETE'],
      ['POST', '/customers/x', 'GET, HEAD, PATCH, DELETE'],
      ['GET', '/customer-accounts/x/actions', 'POST'],
      ['POST', '/customer-accounts/x/linked-accounts', 'GET, HEAD'],
      ['PATCH', '/customer-accounts/x/linked-accounts/y', 'GET, HEAD, DELETE'],
    ];
    for (const [method, path, allow] of cases) {
      const response = await broker.call(method, path);
      assert.equal(response.status, 405, `${method} ${path}`);
      assert.equal(response.headers.allow, allow);
      const expected = errorBody(response, 'MethodNotAllowedError', 'The method is not allowed', `Allowed: ${allow}.`);
      assert.deepEqual(response.body, expected);
    }
  });

  it('429 with Retry-After and the RateLimit fields', async () => {
    const rateLimits = { perSecond: 1 };
    const { key } = await createKey(broker.store, { organisationId: broker.organisation.id, name: 'slow', rateLimits });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => broker.call('GET', '/customer-accounts/x', { key })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 3);
    for (const response of refused) {
      assert.equal(response.body['@type'], 'TooManyRequestsError');
      assert.match(String(response.headers['retry-after']), /^[1-9]\d*$/);
      assert.match(String(response.headers['ratelimit-policy']), /^"client-second";q=1;w=1$/);
      assert.match(String(response.headers.ratelimit), /^"client-second";r=0;t=1$/);
    }
  });

  it(...alone('500 tells nothing of a defect'), async (t) => {
    t.mock.method(broker.store.accounts, 'find', async () => {
      throw new Error('secret detail');
    });
    const response = await broker.call('GET', '/customer-accounts/x');
    assert.equal(response.status, 500);
    assert.equal(response.body['@type'], 'InternalApplicationError');
    assert.doesNotMatch(response.text, /secret/);
  });

  it(...alone('503 with Retry-After when the database is not available'), async (t) => {
    t.mock.method(broker.store.accounts, 'find', async () => {
      throw new Unavailable(new Error('secret detail'));
    });
    const response = await broker.call('GET', '/customer-accounts/x');
    assert.equal(response.status, 503);
    assert.match(String(response.headers['retry-after']), /^[1-9]\d*$/);
    assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#TemporarilyUnavailable');
    assert.doesNotMatch(response.text, /secret/);
  });

  it('every error has the request id of the header, and is never cached', async () => {
    const headers = { 'x-correlation-id': 'case-1' };
    const response = await broker.call('GET', '/customer-accounts/x', { headers });
    assert.equal(response.body.requestId, response.headers['x-request-id']);
    assert.equal(response.headers['x-correlation-id'], 'case-1');
    assert.equal(response.headers['cache-control'], 'private, no-store');
  });

  it('is answered as JSON-LD where the caller prefers that', async () => {
    const headers = { accept: 'application/json;q=0.5, application/ld+json' };
    const response = await broker.call('GET', '/customer-accounts/x', { headers });
    assert.match(String(response.headers['content-type']), /^application\/ld\+json\b/);
  });
});

describe('the OpenActive validator', () => {
  it('finds no failures in errors of OpenActive classes without tessera: members (imin.md C3)', async () => {
    const { validate } = createRequire(import.meta.url)('@openactive/data-model-validator');
    const erased = await broker.account();
    await broker.call('DELETE', `/customer-accounts/${erased}`);
    const kept = await broker.account({ email: 'kept@example.com' });
    const stale = { 'if-match': '"9.9"' };
    const responses = await Promise.all([
      broker.call('POST', '/customer-accounts', { body: wrapped({ '@type': 'Person' }) }),
      broker.call('POST', '/customer-accounts', { body: '{' }),
      broker.call('POST', '/customer-accounts', {
        body: wrapped({ '@type': 'Person', email: 'kept@example.com', givenName: 'A', familyName: 'B' }),
      }),
      broker.call('GET', '/customer-accounts/x', { key: 'x' }),
      broker.send('GET', '/api/v2/customer-accounts/x', { key: null }),
      broker.call('GET', '/customer-accounts/x'),
      broker.call('GET', '/nothing'),
      broker.call('GET', '/customer-accounts'),
      broker.call('GET', '/customer-accounts/x', { headers: { accept: 'text/html' } }),
      broker.call('GET', `/customer-accounts/${erased}`),
      broker.call('POST', `/customer-accounts/${kept}/actions`, {
        body: updateAction({ gender: 'x' }),
        headers: stale,
      }),
      broker.call('POST', '/customer-accounts', { body: '{}', headers: { 'content-type': 'text/plain' } }),
    ]);
    assert.deepEqual(
      responses.map(({ status }) => status),
      [400, 400, 409, 401, 403, 404, 404, 405, 406, 410, 412, 415],
    );
    for (const { body } of responses) {
      const { 'tessera:invalid': _, ...error } = body;
      const findings: { severity: string; message: string }[] = await validate(error, {
        validationMode: 'OpenBookingError',
      });
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'failure'),
        [],
        body['@type'],
      );
    }
  });
});
