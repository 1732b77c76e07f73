import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newProfile, refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call, organisation } = server;

describe('headers', () => {
  test('200 the caller gets its correlation id back, and no-store', async () => {
    const response = await call('GET', '/profiles?surname=Ingen', undefined, {
      headers: { 'X-Correlation-Id': 'reise-7f31' },
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers['x-correlation-id'], 'reise-7f31');
    assert.equal(response.headers['cache-control'], 'no-store');
    assert.equal(response.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(response.headers['access-control-allow-origin'], undefined);
  });

  test('200 an unusable correlation id is replaced by a UUIDv7', async () => {
    for (const given of ['', 'two words', 'æ', 'x'.repeat(129)]) {
      const { headers } = await call('GET', '/profiles?surname=Ingen', undefined, {
        headers: { 'X-Correlation-Id': given },
      });
      assert.match(String(headers['x-correlation-id']), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    }
  });

  test('200 a well-formed ET-Client-Name is the author of accounts, else the API client is', async () => {
    const { customerNumber } = await server.profile();
    const by = async (name: string | undefined) => {
      const headers: Record<string, string> = name === undefined ? {} : { 'ET-Client-Name': name };
      const path = `/customers/v2/profiles/${customerNumber}/customer-accounts`;
      return succeeded(await server.send('POST', path, { body: {}, headers })).createdBy;
    };
    for (const name of ['a-b', 'fosen_utvikling-infoplakat', 'Brakar.no-Reise-2', `a-${'x'.repeat(98)}`]) {
      assert.equal(await by(name), name);
    }
    for (const name of [
      undefined,
      'ab',
      'brakar',
      'brakar-',
      '-brakar',
      'bra kar-app',
      'brakar-åpp',
      `a-${'x'.repeat(99)}`,
    ]) {
      assert.equal(await by(name), 'test client');
    }
  });

  test('200 X-API-KEY serves instead of a bearer token', async () => {
    const headers = { 'X-API-KEY': server.key };
    succeeded(await call('GET', '/profiles?surname=Ingen', undefined, { key: null, headers }));
    succeeded(await call('GET', '/profiles?surname=Ingen', undefined, { headers }));
  });
});

describe('credentials', () => {
  test('401/611 none', async () => {
    const response = await call('GET', '/profiles/1', undefined, { key: null });
    refused(response, 401, 611);
    assert.equal(response.headers['www-authenticate'], 'Bearer');
  });

  test('401/401 unknown keys, other schemes, tokens of others, two different clients', async () => {
    const jwt = 'eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.e30.c2ln';
    const { key: another } = await server.keyWith(undefined);
    const attempts: [string | null, Record<string, string>][] = [
      ['tsk_1_1_abc', {}],
      [jwt, {}],
      [null, { authorization: 'Basic b2xhOm9sYQ==' }],
      [server.key, { 'X-API-KEY': another }],
    ];
    for (const [key, headers] of attempts) {
      const response = await call('GET', '/profiles/1', undefined, { key, headers });
      refused(response, 401, 401);
      assert.equal(response.headers['www-authenticate'], 'Bearer');
    }
  });

  test('403/403 every route asks for its permission', async () => {
    const routes: [string, string, string][] = [
      ['GET', '/profiles?surname=A', 'customers-profile:les'],
      ['GET', '/profiles-search?surname=A', 'customers-profile:les'],
      ['POST', '/profiles', 'customers-profile:opprett'],
      ['GET', '/profiles/1', 'customers-profile:les'],
      ['PUT', '/profiles/1', 'customers-profile:endre'],
      ['DELETE', '/profiles/1', 'customers-profile:slett'],
      ['GET', '/profiles/1/customer-accounts', 'customers-profile:les'],
      ['POST', '/profiles/1/customer-accounts', 'customers-profile:opprett'],
      ['GET', '/profiles/1/customer-accounts/a', 'customers-profile:les'],
      ['PATCH', '/profiles/1/customer-accounts/a', 'customers-profile:endre'],
      ['DELETE', '/profiles/1/customer-accounts/a', 'customers-profile:slett'],
      ['GET', '/profiles/customer-accounts/a', 'customers-profile:les'],
    ];
    const { key } = await server.keyWith(['openactive-customeraccount-query', 'customers:read', 'consents:les']);
    for (const [method, path, permission] of routes) {
      refused(await call(method, path, undefined, { key }), 403, 403, permission);
      const { key: holder } = await server.keyWith([permission]);
      const { status } = await call(method, path, undefined, { key: holder });
      assert.ok([200, 400, 404].includes(status), `${method} ${path} with ${permission}: ${status}`);
    }
  });
});

describe('addresses', () => {
  test('404/404 ErrorMessage below /profiles and /consents', async () => {
    for (const path of [
      '/profiles/1/nothing',
      '/profiles/1/restore',
      '/profiles-search/1',
      '/consents',
      '/consents/client/consents',
    ]) {
      refused(await call('POST', path, {}), 404, 404);
    }
  });

  test('404/404 ErrorResponse elsewhere', async () => {
    server.clock.now = new Date('2026-03-02T12:01:00.000Z');
    const headers = { 'X-Correlation-Id': 'reise-7f31' };
    for (const path of ['/preferences/31', '/profile-connections/1/profiles', '/nothing', '']) {
      const response = await call('GET', `${path}?email=kari@example.com`, undefined, { headers });
      assert.equal(response.status, 404);
      assert.deepEqual(response.body, {
        timestamp: '2026-03-02T12:01:00.000Z',
        status: 404,
        error: 'Not Found',
        path: `/customers/v2${path}`,
        message: 'There is nothing at this address.',
        correlationId: 'reise-7f31',
        errorCode: 404,
      });
      assert.equal(response.headers['cache-control'], 'no-store');
    }
    server.clock.now = undefined;
  });

  test('405/405 with Allow; there is no PATCH of profiles', async () => {
    const expected: [string, string, string][] = [
      ['PATCH', '/profiles/4100001', 'GET, HEAD, PUT, DELETE'],
      ['PUT', '/profiles', 'GET, HEAD, POST'],
      ['DELETE', '/profiles/4100001/customer-accounts', 'GET, HEAD, POST'],
      ['PUT', '/profiles/4100001/customer-accounts/a', 'GET, HEAD, PATCH, DELETE'],
    ];
    for (const [method, path, allow] of expected) {
      const response = await call(method, path, {});
      refused(response, 405, 405, allow);
      assert.equal(response.headers.allow, allow);
    }
  });

  test('200 with the organisation before the path, 404/404 with another one', async () => {
    const { customerNumber } = await server.profile();
    const { organisation: other } = await server.organisationWithKey('Fjordbuss');
    const own = await server.send('GET', `/o/${organisation.slug}/customers/v2/profiles/${customerNumber}`);
    assert.equal(own.status, 200);
    refused(await server.send('GET', `/o/${other.slug}/customers/v2/profiles/${customerNumber}`), 404, 404);
  });
});

describe('bodies', () => {
  const body = newProfile(organisation.id);

  test('415/415 other media types, Accept-Patch on PATCH', async () => {
    const { customerNumber } = await server.profile();
    const { customerAccountId } = await server.account(customerNumber);
    const account = `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`;
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'application/ld+json',
    ];
    for (const type of types) {
      const headers = { 'content-type': type };
      refused(await call('POST', '/profiles', JSON.stringify(body), { headers }), 415, 415, 'application/json');
      refused(await call('PUT', `/profiles/${customerNumber}`, JSON.stringify(body), { headers }), 415, 415);
      refused(await call('POST', `/profiles/${customerNumber}/customer-accounts`, '{}', { headers }), 415, 415);
      const patch = await call('PATCH', account, '{}', { headers });
      refused(patch, 415, 415);
      assert.equal(patch.headers['accept-patch'], 'application/merge-patch+json, application/json');
    }
    const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
    refused(await call('POST', '/profiles', JSON.stringify(body), merge), 415, 415);
    refused(await call('PUT', `/profiles/${customerNumber}`, JSON.stringify(body), merge), 415, 415);
  });

  test('413/413 more than 1 MiB', async () => {
    const { customerNumber } = await server.profile();
    const large = JSON.stringify({ ...body, note: 'x'.repeat(1024 * 1024) });
    for (const [method, path] of [
      ['POST', '/profiles'],
      ['PUT', `/profiles/${customerNumber}`],
      ['POST', `/profiles/${customerNumber}/customer-accounts`],
      ['PATCH', `/profiles/${customerNumber}/customer-accounts/a`],
      ['DELETE', `/profiles/${customerNumber}`],
    ] as const) {
      refused(await call(method, path, large), 413, 413);
    }
    const fits = JSON.stringify({ ...body, note: 'x'.repeat(1024 * 1024 - 200) });
    succeeded(await call('POST', '/profiles', fits));
  });

  test('400/400 what is not strict JSON', async () => {
    const given: [string | Buffer, string?][] = [
      ['{'],
      [''],
      ['{"firstName": "Ola",}'],
      ['{"firstName": "A", "firstName": "B"}', 'firstName'],
      ['{"__proto__": {}}', '__proto__'],
      ['{"firstName": "A\\u0000"}', 'firstName'],
      ['{"firstName": "A\\u0085"}', 'firstName'],
      ['{"firstName": "\\ud800"}', 'firstName'],
      [Buffer.from([0x22, 0xff, 0x22])],
      [`${'['.repeat(40)}${']'.repeat(40)}`],
    ];
    const headers = { 'content-type': 'application/json' };
    for (const [text, name] of given) {
      const response = await call('POST', '/profiles', text, { headers });
      refused(response, 400, 400, ...(name ? [name] : []));
    }
    refused(await call('POST', '/profiles'), 400, 400);
  });

  test('200 texts become NFC', async () => {
    const { firstName } = await server.profile({ firstName: 'A\u030ase' });
    assert.equal(firstName, '\u00c5se');
  });
});
