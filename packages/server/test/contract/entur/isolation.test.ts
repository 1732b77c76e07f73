import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putProfile, startEntur, succeeded } from './support.ts';

// Another organisation's customer and account are answered exactly as unknown ones (entur.md 1.3).
const server = await startEntur();
const { call } = server;
const { organisation: other, key } = await server.organisationWithKey('Fjordbuss');

const foreign = await server.profile(
  { organisationId: other.id, email: 'kari@example.com', customerRef: 'REF-1', surname: 'Fremmed' },
  { key },
);
const created = await call(
  'POST',
  `/profiles/${foreign.customerNumber}/customer-accounts`,
  { accountId: 'FJO:1' },
  { key },
);
const { customerAccountId } = succeeded(created);

test('404/617 the same answer for a foreign customer number and an unknown one', async () => {
  const requests: [string, string, unknown?][] = [
    ['GET', ''],
    ['PUT', '', putProfile],
    ['DELETE', ''],
    ['GET', '/customer-accounts'],
    ['POST', '/customer-accounts', {}],
    ['GET', `/customer-accounts/${customerAccountId}`],
    ['PATCH', `/customer-accounts/${customerAccountId}`, { alias: 'A' }],
    ['DELETE', `/customer-accounts/${customerAccountId}`],
  ];
  for (const [method, path, body] of requests) {
    const theirs = await call(method, `/profiles/${foreign.customerNumber}${path}`, body);
    const unknown = await call(method, `/profiles/999999999${path}`, body);
    assert.deepEqual([theirs.status, theirs.body], [404, unknown.body], `${method} ${path}`);
  }
});

test('404/617 the same answer for a foreign account id and an unknown one', async () => {
  const { customerNumber } = await server.profile();
  for (const [method, body] of [['GET'], ['PATCH', {}], ['DELETE']] as [string, unknown?][]) {
    const theirs = await call(method, `/profiles/${customerNumber}/customer-accounts/${customerAccountId}`, body);
    const unknown = await call(method, `/profiles/${customerNumber}/customer-accounts/none`, body);
    assert.deepEqual([theirs.status, theirs.body], [404, unknown.body], method);
  }
  const theirs = await call('GET', `/profiles/customer-accounts/${customerAccountId}`);
  const unknown = await call('GET', '/profiles/customer-accounts/none');
  assert.deepEqual([theirs.status, theirs.body], [404, unknown.body]);
});

test('200 what is unique in one organisation is free in another, and searches stay inside', async () => {
  const own = await server.profile({ email: 'kari@example.com', customerRef: 'REF-1', password: 'abcD123' });
  await server.account(own.customerNumber, { accountId: 'FJO:1' });
  assert.deepEqual(
    succeeded(await call('GET', '/profiles?email=kari@example.com')).map(
      (one: { customerNumber: number }) => one.customerNumber,
    ),
    [own.customerNumber],
  );
  assert.deepEqual(succeeded(await call('GET', '/profiles?surname=Fremmed')), []);
  const parent = { ...putProfile, parentId: foreign.customerNumber };
  const refusal = await call('PUT', `/profiles/${own.customerNumber}`, parent);
  const unknown = await call('PUT', `/profiles/${own.customerNumber}`, { ...parent, parentId: 999999999 });
  assert.deepEqual([refusal.status, refusal.body], [400, unknown.body]);
});
