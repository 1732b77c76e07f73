import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCustomer } from '#operations/customers/create.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts } from './support.ts';

/** A deactivated customer can be read and erased, not changed (architecture.md, Settled 14). */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const expiresAt = '2030-01-01T00:00:00.000Z';

/** A deactivated customer with an account, and the addresses of both. */
async function passive(members: object = {}) {
  const account = await api.account({ isDefault: true, ...members });
  const actor = actorOf(server.organisation);
  await deactivateCustomer(server.store, actor, account.customerNumber, new Date(expiresAt), 'test');
  const urls = { customer: `/v1/customers/${account.customerNumber}`, account: `/v1/accounts/${account.identifier}` };
  return { ...account, ...urls };
}

test('200 reads show status and expiry, everywhere', async () => {
  const { customer, account, customerNumber, identifier } = await passive();
  const { body, headers } = await send('GET', customer);
  assert.deepEqual([body.status, body.expiresAt], ['passive', expiresAt]);
  assert.equal(headers.etag, '"v2"');
  const read = await send('GET', account);
  assert.deepEqual([read.body.customer, read.headers.etag], [body, '"v2.0"']);
  assert.deepEqual((await send('GET', `${customer}/accounts`)).body.items, [read.body]);
  assert.deepEqual((await send('GET', `/v1/accounts?identifier=${identifier}`)).body.items, [read.body]);
  const batch = await send('POST', '/v1/accounts/batch-get', { body: { identifiers: [identifier] } });
  assert.deepEqual(batch.body.items, [read.body]);
  assert.deepEqual((await send('GET', `/v1/customers?customerRef=${customerNumber}`)).body.items, [body]);
});

test('409 every write, and nothing is written', async () => {
  const { customer, account, customerNumber } = await passive();
  const counts = await rowCounts(server);
  const answers = [
    await api.patch(customer, { jobTitle: 'Baker' }),
    await api.patch(customer, {}),
    await api.patch(account, { alias: 'x' }),
    await send('POST', `${account}/make-default`),
    await send('POST', `${customer}/accounts`, { body: {} }),
    await send('POST', '/v1/accounts', { body: { customerNumber } }),
    await send('PUT', '/v1/accounts/for-a-passive-one', { body: { customerNumber } }),
  ];
  for (const answer of answers) assertProblem(answer, 409, 'passive-customer');
  assert.deepEqual(await rowCounts(server), counts);
});

test('412 comes before 409', async () => {
  const { customer } = await passive();
  assertProblem(await api.patch(customer, {}, { 'if-match': '"v1"' }), 412, 'precondition-failed');
});

test('409 e-mail, reference and account number stay taken', async () => {
  const { customer, accountNumber } = await passive({ customer: person({ customerRef: 'P-1' }), accountNumber: 'P 1' });
  const { email } = (await send('GET', customer)).body;
  const create = (body: object) => send('POST', '/v1/accounts', { body });
  assertProblem(await create({ customer: { email } }), 409, 'already-in-use', ['/customer/email']);
  const clash = await create({ customer: person({ customerRef: 'P-1' }) });
  assertProblem(clash, 409, 'already-in-use', ['/customer/customerRef']);
  assertProblem(await create({ customer: person(), accountNumber }), 409, 'already-in-use', ['/accountNumber']);
});

test('204 erasing the customer is allowed', async () => {
  const { customer, account } = await passive();
  assert.equal((await send('DELETE', customer)).status, 204);
  assertProblem(await send('GET', customer), 410, 'erased');
  assertProblem(await send('GET', account), 410, 'erased');
});

test('204 deleting an account is allowed: it erases what the account held', async () => {
  const { customer, account } = await passive();
  assert.equal((await send('DELETE', account)).status, 204);
  assert.deepEqual((await send('GET', `${customer}/accounts`)).body, { items: [] });
});

test('an account shows the dialect-neutral profile type', async () => {
  const actor = actorOf(server.organisation);
  const input = { kind: 'person' as const, type: 'personnel' as const, details: { familyName: 'Vale' } };
  const { customer } = await createCustomer(server.store, actor, input);
  const { body } = await send('GET', `/v1/customers/${customer.number}`);
  assert.equal(body.profileType, 'personnel');
});
