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
  'GET /accounts/:identifier/history': 'history:read',
  'GET /customers/:customerNumber/history': 'history:read',
  'PUT /accounts/:identifier': 'accounts:write',
  'PATCH /accounts/:identifier': 'accounts:write',
  'DELETE /accounts/:identifier': 'accounts:delete',
  'POST /accounts/:identifier/make-default': 'accounts:write',
  'GET /entitlement-lists': 'catalogue:read',
  'POST /entitlement-lists': 'catalogue:write',
  'POST /entitlement-lists/import': 'catalogue:write',
  'GET /entitlement-lists/:list': 'catalogue:read',
  'PATCH /entitlement-lists/:list': 'catalogue:write',
  'GET /entitlement-lists/:list/types': 'catalogue:read',
  'POST /entitlement-lists/:list/types': 'catalogue:write',
  'GET /entitlement-lists/:list/types/:id': 'catalogue:read',
  'PATCH /entitlement-lists/:list/types/:id': 'catalogue:write',
  'GET /pass-namespaces': 'catalogue:read',
  'POST /pass-namespaces': 'catalogue:write',
  'GET /pass-namespaces/:name': 'catalogue:read',
  'PATCH /pass-namespaces/:name': 'catalogue:write',
  'DELETE /pass-namespaces/:name': 'catalogue:write',
  'GET /accounts/:identifier/entitlements': 'entitlements:read',
  'POST /accounts/:identifier/entitlements': 'entitlements:write',
  'GET /accounts/:identifier/entitlements/:id': 'entitlements:read',
  'PATCH /accounts/:identifier/entitlements/:id': 'entitlements:write',
  'POST /accounts/:identifier/entitlements/:id/revoke': 'entitlements:write',
  'GET /accounts/:identifier/access-passes': 'passes:read',
  'POST /accounts/:identifier/access-passes': 'passes:write',
  'GET /accounts/:identifier/access-passes/:id': 'passes:read',
  'PATCH /accounts/:identifier/access-passes/:id': 'passes:write',
  'POST /accounts/:identifier/access-passes/:id/retire': 'passes:write',
  'POST /accounts/:identifier/access-passes/:id/replace': 'passes:write',
  'GET /access-passes/:namespace/:text': 'passes:read',
  'POST /access-passes/:namespace/:text/release': 'passes:write',
  'GET /pass-namespaces/:name/reserved': 'passes:read',
  'POST /pass-namespaces/:name/reserve': 'passes:write',
  'POST /pass-namespaces/:name/generate': 'passes:write',
  'GET /accounts/:identifier/outstanding-actions': 'actions:read',
  'POST /accounts/:identifier/outstanding-actions': 'actions:write',
  'GET /accounts/:identifier/outstanding-actions/:id': 'actions:read',
  'PATCH /accounts/:identifier/outstanding-actions/:id': 'actions:write',
  'POST /accounts/:identifier/outstanding-actions/:id/complete': 'actions:write',
  'POST /accounts/:identifier/outstanding-actions/:id/cancel': 'actions:write',
  'GET /accounts/:identifier/eligibility': 'eligibility:read',
  'POST /eligibility': 'eligibility:read',
  'GET /evidence-requests': 'evidence:read',
  'GET /evidence-requests/:id': 'evidence:read',
  'GET /accounts/:identifier/evidence-requests': 'evidence:read',
  'POST /accounts/:identifier/entitlements/:id/evidence-requests': 'evidence:write',
  'POST /evidence-requests/:id/submissions': 'evidence:write',
  'POST /evidence-requests/:id/withdraw': 'evidence:write',
  'POST /evidence-requests/:id/approve': 'evidence:review',
  'POST /evidence-requests/:id/reject': 'evidence:review',
  'GET /evidence-requests/:id/files/:fileId': 'evidence:review',
  'GET /changes': 'changes:read',
  'GET /customers/:customerNumber/reads': 'reads:read',
  'GET /read-gaps': 'reads:read',
  'GET /change-kinds': 'changes:read',
  'GET /webhook-subscriptions': 'webhooks:read',
  'POST /webhook-subscriptions': 'webhooks:write',
  'GET /webhook-subscriptions/:id': 'webhooks:read',
  'PATCH /webhook-subscriptions/:id': 'webhooks:write',
  'DELETE /webhook-subscriptions/:id': 'webhooks:write',
  'POST /webhook-subscriptions/:id/rotate-secret': 'webhooks:write',
  'POST /webhook-subscriptions/:id/send-example': 'webhooks:write',
  'POST /webhook-subscriptions/:id/recover': 'webhooks:write',
  'GET /webhook-subscriptions/:id/deliveries': 'webhooks:read',
  'GET /webhook-subscriptions/:id/deliveries/:webhookId': 'webhooks:read',
  'POST /webhook-subscriptions/:id/deliveries/:webhookId/resend': 'webhooks:write',
  'GET /organisation': 'catalogue:read',
  'PATCH /organisation': 'catalogue:write',
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
      const url = `/v1${path.replace(':customerNumber', '1').replace(/:\w+/g, 'nobody')}`;
      const response = await server.send(method, url, { key, ...(method === 'GET' ? {} : { body: {} }) });
      if (needed === scope) {
        assert.ok([200, 400, 404, 415].includes(response.status), `${route}: ${response.text}`);
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
