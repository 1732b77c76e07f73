import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { accountOf, person, startTester } from './support.ts';

const { account, put, stored, send, store, organisation, database, keyWith } = await startTester();

test('202 without a body erases the customer and all accounts: 410 for each, nothing is found, personal data is gone', async () => {
  const customer = person({ email: 'forget.me@example.com', familyName: 'Forgettable', identifier: 'FORGET-1' });
  const first = await put(customer, { accountNumber: 'FORGET-2' });
  const { customerNumber } = (await stored(first)).account;
  const second = (await createAccount(store, actorOf(organisation), { customerNumber }, {})).account.identifier;

  const erased = await account('DELETE', first);
  assert.equal(erased.status, 202);
  assert.equal(erased.text, '');
  assert.equal(erased.headers['content-type'], undefined);
  for (const identifier of [first, second]) {
    assert.equal((await account('GET', identifier)).status, 410);
    assert.equal((await account('HEAD', identifier)).status, 410);
    assert.equal((await account('PATCH', identifier, { body: {} })).status, 410);
    assert.equal((await account('PUT', identifier, { body: accountOf(customer) })).status, 410);
  }
  for (const query of ['accountNumber=FORGET-2', 'customer.email=forget.me@example.com']) {
    const { body } = await send('GET', `/openactive/customer-accounts?${query}`);
    assert.equal(body.numberOfItems, 0);
  }
  for (const table of ['customer', 'account', 'change_detail']) {
    const rows = await database.query(`select to_jsonb(t)::text as row from ${table} t where t::text ~* 'forget'`);
    assert.deepEqual(rows, [], table);
  }
});

test('202 for a repeat, whatever the precondition', async () => {
  const identifier = await put();
  for (const headers of [{}, {}, { 'if-match': '"9.9"' }]) {
    assert.equal((await account('DELETE', identifier, { headers })).status, 202);
  }
});

test('202 with the current If-Match, 412 with another one', async () => {
  const identifier = await put();
  const stale = await account('DELETE', identifier, { headers: { 'if-match': '"9.9"' } });
  assert.equal(stale.status, 412);
  assert.equal((await account('GET', identifier)).status, 200);
  assert.equal((await account('DELETE', identifier, { headers: { 'if-match': '"1.0-x"' } })).status, 202);
});

test('202 for a deactivated customer: erasure is never refused', async () => {
  const identifier = await put();
  const { number } = (await stored(identifier)).customer;
  await deactivateCustomer(store, actorOf(organisation), number, new Date('2099-01-01'), 'test');
  assert.equal((await account('DELETE', identifier)).status, 202);
  assert.equal((await account('GET', identifier)).status, 410);
});

test('404 for an unknown account, 410 for one that was taken off its customer', async () => {
  assert.equal((await account('DELETE', 'UNKNOWN-1')).status, 404);
  const identifier = await put();
  await deleteAccount(store, actorOf(organisation), { identifier });
  assert.equal((await account('DELETE', identifier)).status, 410);
});

test('403 without the scope, and nothing is erased', async () => {
  const identifier = await put();
  const { key } = await keyWith(['openactive-customeraccount-query']);
  assert.equal((await account('DELETE', identifier, { key })).status, 403);
  assert.equal((await account('GET', identifier, { key })).status, 200);
});

test('400 for a query parameter', async () => {
  const identifier = await put();
  const { status } = await send('DELETE', `/openactive/customer-accounts/${identifier}?profile=extended`);
  assert.equal(status, 400);
});
