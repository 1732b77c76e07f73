import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf, inParallel } from '../../support/fixtures.ts';
import { base, context, person, startTester } from './support.ts';

const { account, put, born, stored, send, store, organisation, organisationWithKey, keyWith } = await startTester();

const find = (query: string, options = {}) => send('GET', `/openactive/customer-accounts?${query}`, options);

test('200 by account number and by e-mail address: an ItemList, never cached, elements without context', async () => {
  const identifier = await put(person({ email: 'Find.Me@example.com' }), { accountNumber: 'F 1' });
  const { '@context': _, ...element } = (await account('GET', identifier)).body;
  for (const query of [
    'accountNumber=F%201',
    'accountNumber=F+1',
    'customer.email=find.me%40EXAMPLE.com',
    'customer.email=%20Find.Me@example.com',
  ]) {
    const found = await find(query);
    assert.equal(found.status, 200, found.text);
    assert.equal(found.headers['cache-control'], 'private, no-store');
    assert.equal(found.headers.etag, undefined);
    assert.deepEqual(found.body, {
      '@context': context,
      '@type': 'ItemList',
      numberOfItems: 1,
      itemListElement: [element],
    });
  }
});

test('200 without elements when nothing matches: no prefix, no wildcard, no other case', async () => {
  await put(person({ email: 'exact@example.com' }), { accountNumber: 'Exact-1' });
  for (const query of [
    'accountNumber=exact-1',
    'accountNumber=Exact',
    'accountNumber=Exact-%25',
    'accountNumber=%20Exact-1',
    'customer.email=exact@example',
    'customer.email=none',
  ]) {
    assert.deepEqual((await find(query)).body, { '@context': context, '@type': 'ItemList', numberOfItems: 0 }, query);
  }
});

test('200 in the extended profile', async () => {
  const identifier = await born({ details: { email: 'list@example.com' } }, { alias: 'My card' });
  const found = await find('customer.email=list@example.com', { headers: { prefer: 'profile=extended' } });
  assert.equal(found.headers['preference-applied'], 'profile=extended');
  assert.deepEqual(found.body['@context'], [context, 'https://openactive.io/ns-beta', `${base}/openactive/ns`]);
  assert.equal(found.body.itemListElement[0].identifier, identifier);
  assert.equal(found.body.itemListElement[0].name, 'My card');
  assert.equal((await find('profile=extended&customer.email=list@example.com')).text, found.text);
});

test('200 with all accounts of the customer, up to 50; 400 for more', async () => {
  const first = await born({ details: { email: 'many@example.com' } });
  const { customerNumber } = (await stored(first)).account;
  const create = () => createAccount(store, actorOf(organisation), { customerNumber }, {});
  await inParallel(49, 8, create);
  const found = await find('customer.email=many@example.com');
  assert.equal(found.body.numberOfItems, 50);
  assert.equal(
    new Set(found.body.itemListElement.map((element: { identifier: string }) => element.identifier)).size,
    50,
  );
  await create();
  const more = await find('customer.email=many@example.com');
  assert.equal(more.status, 400);
  assert.equal(more.body.description, '?customer.email: more than 50 accounts match; look for them by accountNumber');
});

test('200 for a deactivated customer; nothing of another organisation', async () => {
  const identifier = await put(person({ email: 'passive@example.com' }));
  const { number } = (await stored(identifier)).customer;
  await deactivateCustomer(store, actorOf(organisation), number, new Date('2099-01-01'), 'test');
  assert.equal((await find('customer.email=passive@example.com')).body.numberOfItems, 1);
  const other = await organisationWithKey('Elsewhere');
  assert.equal((await find('customer.email=passive@example.com', { key: other.key })).body.numberOfItems, 0);
});

const refused: [string, string][] = [
  ['', '?accessPass.text: this, accountNumber or customer.email is required'],
  ['profile=extended', '?accessPass.text: this, accountNumber or customer.email is required'],
  ['accessPass.namespace=card', '?accessPass.text: this, accountNumber or customer.email is required'],
  [
    'accountNumber=1&customer.email=a@example.com',
    '?customer.email: only one of accessPass.text, accountNumber, customer.email may be given',
  ],
  [
    'accountNumber=1&customer.email=a@example.com&accessPass.text=1',
    '?accountNumber: only one of accessPass.text, accountNumber, customer.email may be given',
  ],
  ['accountNumber=1&accessPass.namespace=card', '?accessPass.namespace: goes with accessPass.text only'],
  ['accessPass.text=', '?accessPass.text: must not be empty'],
  ['accessPass.text=1&accessPass.namespace=', '?accessPass.namespace: must not be empty'],
  ['accountNumber=', '?accountNumber: must not be empty'],
  ['customer.email=%20', '?customer.email: must not be empty'],
  ['accountNumber=1&accountNumber=1', '?accountNumber: may be given once only'],
  ['accountNumber=1&limit=5', '?limit: unknown parameter'],
  ['accessPass.text=1&accessPass.url=1', '?accessPass.url: unknown parameter'],
  ['accountNumber=%00', '?accountNumber: contains a control character'],
  ['accountNumber=%zz', 'The request has a malformed percent-escape in its query.'],
];

for (const [query, description] of refused) {
  test(`400 for the query "${query}"`, async () => {
    const { status, body } = await find(query);
    assert.equal(status, 400);
    assert.equal(body.additionalType, `${base}/openactive/ns#InvalidRequest`);
    assert.equal(body.description, description);
  });
}

test('403 without the scope: modify does not imply query', async () => {
  const { key } = await keyWith(['openactive-customeraccount-modify']);
  const { status, body } = await find('accountNumber=1', { key });
  assert.equal(status, 403);
  assert.equal(body.description, 'The scope openactive-customeraccount-query is required.');
});

test('405 for any other method on the collection', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const { status, headers } = await send(method, '/openactive/customer-accounts', { body: {} });
    assert.equal(status, 405);
    assert.equal(headers.allow, 'GET, HEAD');
  }
});
