import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { endTombstones } from '#operations/retention/end-tombstones.ts';
import { dialects } from '#server';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer, type TestResponse } from '../../support/server.ts';

/*
 * When a tombstone ends, nobody notices: whatever is asked of a deleted or an erased account, in any dialect, is answered as before.
 */

const { store, send, organisation } = await startTestServer();
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const states = ['deleted', 'erased'] as const;
const later = new Date(Date.now() + 31 * 86_400_000);

async function gone(state: (typeof states)[number], identifier: string): Promise<number> {
  const actor = actorOf(organisation);
  const { aggregate } = await createAccount(store, actor, owner, { identifier });
  if (state === 'deleted') await deleteAccount(store, actor, { identifier });
  else await eraseCustomer(store, actor, { identifier });
  return aggregate.customer.number;
}

type Request = { method: string; path: string; body?: unknown };

const accountParams = { native: 'identifier', openactive: 'identifier', imin: 'id', entur: 'accountId', pages: '' };
const id = '01a1fd11-008a-7000-8000-000000000001';

/** Every route that names an account and takes no body, and one request for each way of writing. */
function requestsFor(identifier: string, customerNumber: number): Request[] {
  const plain = dialects.flatMap(({ name, prefix, routes }) =>
    routes
      .filter(({ path, method, body, upload }) => {
        const named = path.split('/').includes(`:${accountParams[name as keyof typeof accountParams]}`);
        return named && ['GET', 'DELETE', 'POST'].includes(method) && !body && !upload && !path.includes('customers/:');
      })
      .map(({ method, path }) => {
        const given = path
          .replace(`:${accountParams[name as keyof typeof accountParams]}`, identifier)
          .replace(':customerNumber', String(customerNumber))
          .replaceAll(/:\w+/g, id);
        return { method, path: `${prefix}${given}` };
      }),
  );
  const action = { '@type': 'CustomerUpdateAction', object: { '@type': 'Person', telephone: '020 811 8055' } };
  return [
    ...plain,
    { method: 'PATCH', path: `/v1/accounts/${identifier}`, body: { alias: 'x' } },
    { method: 'POST', path: `/v1/accounts/${identifier}/outstanding-actions`, body: { kind: 'debt', name: 'Pay' } },
    { method: 'POST', path: `/v1/accounts/${identifier}/access-passes`, body: { text: '1' } },
    { method: 'POST', path: '/v1/accounts/batch-get', body: { identifiers: [identifier] } },
    { method: 'PATCH', path: `/openactive/customer-accounts/${identifier}`, body: { accountNumber: '1' } },
    { method: 'PATCH', path: `/api/v2/customer-accounts/${identifier}`, body: { gender: 'x' } },
    { method: 'POST', path: `/api/v2/customer-accounts/${identifier}/actions`, body: action },
    {
      method: 'PATCH',
      path: `/customers/v2/profiles/${customerNumber}/customer-accounts/${identifier}`,
      body: { alias: 'x' },
    },
  ];
}

/** An answer without the ids of its request. */
function answerOf({ status, text, headers }: TestResponse): [number, string] {
  return [status, text.replaceAll(headers['x-request-id'] as string, 'request')];
}

for (const state of states) {
  test(`every route answers for a forgotten ${state} account as for its tombstone`, async () => {
    const identifier = `forgotten-${state}`;
    const requests = requestsFor(identifier, await gone(state, identifier));
    assert.ok(requests.length > 25, `${requests.length} requests`);
    const answers = () =>
      Promise.all(
        requests.map(async ({ method, path, body }) => {
          const response = await send(method, path, { body, headers: { 'ET-Client-Name': 'test' } });
          return [`${method} ${path}`, ...answerOf(response)];
        }),
      );
    const before = await answers();
    assert.equal(await endTombstones(store, later), 1);
    const after = await answers();
    // A history is no answer about what is there; of what it tells the identifier is gone.
    const isHistory = ([request]: (string | number)[]) => /\/history$/.test(request as string);
    assert.deepEqual(
      after.filter((answer) => !isHistory(answer)),
      before.filter((answer) => !isHistory(answer)),
    );
    assert.deepEqual(
      after.map(([request, status]) => [request, status]),
      before.map(([request, status]) => [request, status]),
    );
    const statuses = new Map(after.map(([request, status]) => [request, status]));
    for (const path of ['/v1/accounts', '/openactive/customer-accounts', '/api/v2/customer-accounts'])
      assert.equal(statuses.get(`GET ${path}/${identifier}`), 410, path);
    assert.equal(statuses.get(`GET /customers/v2/profiles/customer-accounts/${identifier}`), 404);
    const erased = state === 'erased' ? 202 : 410;
    assert.equal(statuses.get(`DELETE /openactive/customer-accounts/${identifier}`), erased);
    assert.equal(statuses.get(`DELETE /api/v2/customer-accounts/${identifier}`), erased);
  });
}

const person = {
  '@type': 'Person',
  givenName: 'Ida',
  familyName: 'Moss',
  email: 'ida@example.com',
  'imin:is13OrOver': true,
};
const account = { '@context': 'https://openactive.io/', '@type': 'CustomerAccount' };
const { 'imin:is13OrOver': _, ...plainPerson } = person;

test('a forgotten erased identifier is never used again: 410, and 400 in Entur', async () => {
  await gone('erased', 'never-again');
  assert.equal(await endTombstones(store, later), 1);
  const { aggregate } = await createAccount(store, actorOf(organisation), owner, {});
  const { number } = aggregate.customer;
  const creations: [number, string, string, object][] = [
    [410, 'PUT', '/openactive/customer-accounts/never-again', { ...account, customer: plainPerson }],
    [410, 'POST', '/api/v2/customer-accounts', { ...account, identifier: 'never-again', customer: person }],
    [410, 'PUT', '/v1/accounts/never-again', { customer: { familyName: 'Moss' } }],
    [410, 'POST', '/v1/accounts', { identifier: 'never-again', customerNumber: number }],
    [400, 'POST', `/customers/v2/profiles/${number}/customer-accounts`, { accountId: 'never-again' }],
  ];
  for (const [status, method, path, body] of creations) {
    const response = await send(method, path, { body, headers: { 'ET-Client-Name': 'test' } });
    assert.equal(response.status, status, `${method} ${path}: ${response.text}`);
  }
});

test('a forgotten deleted identifier may be created anew, and goes on with its versions', async () => {
  await gone('deleted', 'once-more');
  assert.equal(await endTombstones(store, later), 1);
  const body = { ...account, customer: plainPerson };
  const created = await send('PUT', '/openactive/customer-accounts/once-more', { body });
  assert.deepEqual([created.status, created.headers.etag], [201, '"3.0"']);
  assert.equal((await send('GET', '/v1/accounts/once-more')).headers.etag, '"v3.0"');
  assert.equal((await send('PUT', '/openactive/customer-accounts/once-more', { body })).status, 200);
});
