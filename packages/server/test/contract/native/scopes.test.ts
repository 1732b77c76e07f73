import assert from 'node:assert/strict';
import { test } from 'node:test';
import { native } from '#dialects/native/dialect.ts';
import { allScopes } from '#operations/clients/scopes.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem } from './support.ts';

const server = await startTestServer();

/** What each route asks for, written down a second time: a changed scope is a changed contract. */
const expected: Record<string, string> = {
  'GET /customers': 'customers:list',
  'POST /customers': 'customers:write',
  'GET /customers/:customerNumber': 'customers:read',
  'PATCH /customers/:customerNumber': 'customers:write',
  'DELETE /customers/:customerNumber': 'customers:erase',
  'GET /customers/:customerNumber/accounts': 'accounts:list',
  'POST /customers/:customerNumber/accounts': 'accounts:write',
  'GET /accounts': 'accounts:list',
  'POST /accounts': 'accounts:write',
  'POST /accounts/batch-get': 'accounts:read',
  'GET /accounts/:identifier': 'accounts:read',
  'PUT /accounts/:identifier': 'accounts:write',
  'PATCH /accounts/:identifier': 'accounts:write',
  'DELETE /accounts/:identifier': 'accounts:delete',
  'POST /accounts/:identifier/make-default': 'accounts:write',
};

test('every route is in the table, with its scope', () => {
  const declared = native.routes.map(({ method, path, scope }) => [`${method} ${path}`, scope]);
  assert.deepEqual(Object.fromEntries(declared), expected);
});

for (const scope of allScopes) {
  const own = Object.values(expected).filter((needed) => needed === scope).length;
  test(`403 with ${scope} on all routes but its ${own}`, async () => {
    const { key } = await server.keyWith([scope]);
    for (const [route, needed] of Object.entries(expected)) {
      const [method = '', path = ''] = route.split(' ');
      const url = `/v1${path.replace(':customerNumber', '1').replace(':identifier', 'nobody')}`;
      const response = await server.send(method, url, { key, ...(method === 'GET' ? {} : { body: {} }) });
      if (needed === scope) {
        assert.ok([200, 400, 404].includes(response.status), `${route}: ${response.text}`);
      } else {
        assertProblem(response, 403, 'insufficient-scope');
        assert.match(response.body.detail, new RegExp(needed));
      }
    }
  });
}

test('200 with a key of several scopes on the routes of each', async () => {
  const { key } = await server.keyWith(['customers:list', 'accounts:list']);
  assert.equal((await server.send('GET', '/v1/customers', { key })).status, 200);
  assert.equal((await server.send('GET', '/v1/accounts?identifier=x', { key })).status, 200);
  assertProblem(await server.send('GET', '/v1/accounts/x', { key }), 403, 'insufficient-scope');
});

test('403 comes before anything is said of the resource or the body', async () => {
  const { key } = await server.keyWith(['customers:read']);
  assertProblem(await server.send('POST', '/v1/customers', { key, body: '{broken' }), 403, 'insufficient-scope');
  assertProblem(await server.send('DELETE', '/v1/customers/1', { key }), 403, 'insufficient-scope');
});
