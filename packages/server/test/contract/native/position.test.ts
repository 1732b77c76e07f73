import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';

/* Tessera-Position where there is no replica: clients need not know (with one: test/replica). */

const { send, store, organisation } = await startTestServer();
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const { account } = await createAccount(store, actorOf(organisation), owner, {});
const path = `/v1/accounts/${account.identifier}`;
const at = new Date().toISOString();

for (const url of [
  '/v1/changes',
  '/v1/changes?after=now',
  '/v1/changes?after=1&format=entur',
  '/openactive/feeds/customer-accounts',
  `${path}/history`,
  `/v1/customers/${account.customerNumber}/history`,
  `${path}?at=${at}`,
  `/v1/customers/${account.customerNumber}?at=${at}`,
]) {
  test(`200 GET ${url.replace(account.identifier, ':identifier').replace(at, ':instant')} says how new it is`, async () => {
    for (const headers of [{}, { 'Tessera-Position': '2' }, { 'Tessera-Position': '999' }]) {
      const response = await send('GET', url, { headers });
      assert.deepEqual([response.status, response.headers['tessera-position']], [200, '2']);
    }
  });
}

for (const url of ['/v1/accounts', '/v1/customers']) {
  test(`200 GET ${url} says how new it is where the request says how new it has to be`, async () => {
    const plain = await send('GET', url);
    const positioned = await send('GET', url, { headers: { 'Tessera-Position': '2' } });
    assert.equal(plain.headers['tessera-position'], undefined);
    assert.equal(positioned.headers['tessera-position'], '2');
    assert.deepEqual(positioned.body, plain.body);
  });
}

for (const url of ['/v1/changes', '/v1/accounts', '/v1/customers', `${path}/history`, `${path}?at=${at}`]) {
  test(`400 GET ${url.replace(account.identifier, ':identifier').replace(at, ':instant')} with a position that is no number`, async () => {
    const { status, body } = await send('GET', url, { headers: { 'Tessera-Position': 'now' } });
    assert.equal(status, 400);
    assert.deepEqual(body.errors, [
      { header: 'Tessera-Position', code: 'format', detail: 'must be the number of a change' },
    ]);
  });
}

test('400 GET /openactive/feeds/customer-accounts with a position that is no number', async () => {
  const { status, body } = await send('GET', '/openactive/feeds/customer-accounts', {
    headers: { 'Tessera-Position': '-1' },
  });
  assert.equal(status, 400);
  assert.equal(body.description, 'Tessera-Position: must be the number of a change');
});
