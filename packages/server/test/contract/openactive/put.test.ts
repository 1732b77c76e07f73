import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf, inParallel } from '../../support/fixtures.ts';
import { accountOf, base, context, newIdentifier, person, startTester } from './support.ts';

const tester = await startTester();
const { account, put, born, stored, store, organisation } = tester;

test('201 creates the account: Location, entity tag, whole body', async () => {
  const identifier = newIdentifier();
  const customer = person({ email: 'Kept.As.Given@example.com' });
  const created = await account('PUT', identifier, { body: accountOf(customer, { accountNumber: 'N-1' }) });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers.location, `${base}/openactive/customer-accounts/${identifier}`);
  assert.equal(created.headers.etag, '"1.0"');
  assert.deepEqual(created.body, {
    '@context': context,
    '@type': 'CustomerAccount',
    '@id': `${base}/openactive/customer-accounts/${identifier}`,
    identifier,
    accountNumber: 'N-1',
    customer,
    hasHiddenEntitlements: false,
  });
  assert.deepEqual((await account('GET', identifier)).body, created.body);
});

test('201 stores every member of a Person, trimmed, and null members as absent', async () => {
  const address = { '@type': 'PostalAddress', streetAddress: '1 Example Lane', addressCountry: 'gb' };
  const identifier = await put(
    {
      ...person({
        givenName: '  Ida ',
        name: 'Ida Moss',
        telephone: '020 7946 0123',
        jobTitle: 'Coach',
        gender: 'other',
      }),
      birthDate: '2004-02-29',
      identifier: 'REF-1',
      address,
      emergencyContact: { name: 'Ralf', telephone: null },
    },
    { accountNumber: null, identifier: null, '@id': null },
  );
  const { account: own, customer } = await stored(identifier);
  assert.equal(own.accountNumber, undefined);
  assert.equal(customer.customerRef, 'REF-1');
  const { addresses, email, ...details } = customer.details;
  assert.deepEqual(details, {
    givenName: 'Ida',
    familyName: 'Moss',
    name: 'Ida Moss',
    telephone: '020 7946 0123',
    jobTitle: 'Coach',
    gender: 'other',
    birthDate: '2004-02-29',
    emergencyContact: { name: 'Ralf' },
  });
  assert.ok(email);
  assert.deepEqual(
    addresses?.map(({ id: _, ...parts }) => parts),
    [{ streetAddress: '1 Example Lane', addressCountry: 'GB' }],
  );
});

test('201 creates an Organization with all its members', async () => {
  const customer = {
    '@type': 'Organization',
    identifier: { '@type': 'PropertyValue', propertyID: 'customerRef', value: 'ORG-1' },
    name: 'Northmoor Leisure',
    legalName: 'Northmoor Leisure Ltd',
    email: 'desk@northmoor.example.com',
    telephone: '020 7946 0999',
    url: 'https://www.northmoor.example.com/',
    sameAs: ['https://social.example.com/northmoor'],
    vatID: 'GB999999973',
    address: {
      '@type': 'PostalAddress',
      streetAddress: '9 Example Road',
      addressLocality: 'New Brightsea',
      addressRegion: 'London',
      postalCode: 'NB1 2ZZ',
      addressCountry: 'GB',
    },
  };
  const identifier = await put(customer);
  assert.deepEqual((await account('GET', identifier)).body.customer, customer);
});

test('200 for the same content, whatever the order, context and null members, with the account as it is now', async () => {
  const identifier = newIdentifier();
  const customer = person({ telephone: '1' });
  const first = await account('PUT', identifier, { body: accountOf(customer) });
  assert.equal(first.status, 201);
  const reordered = Object.fromEntries([...Object.entries(customer).reverse(), ['jobTitle', null]]);
  const body = { ...accountOf(reordered), '@context': [context, `${base}/openactive/ns`], accountNumber: null };
  const again = await account('PUT', identifier, { body });
  assert.equal(again.status, 200, again.text);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.location, undefined);

  await account('PATCH', identifier, { body: { customer: { telephone: '2' } } });
  const later = await account('PUT', identifier, { body });
  assert.equal(later.status, 200);
  assert.equal(later.body.customer.telephone, '2');
  assert.equal(later.headers.etag, '"2.0"');
});

test('201 and 200 in the extended profile', async () => {
  const identifier = newIdentifier();
  const body = accountOf();
  for (const status of [201, 200]) {
    const answer = await account('PUT', identifier, { body, headers: { prefer: 'profile=extended' } });
    assert.equal(answer.status, status);
    assert.equal(answer.headers.etag, '"1.0-x"');
    assert.equal(answer.headers['preference-applied'], 'profile=extended');
    assert.equal(answer.body['@context'].length, 3);
  }
});

test('201 keeps a keyed digest of the content, never the content: HMAC-SHA-256 of its canonical JSON', async () => {
  const identifier = await put(
    { '@type': 'Person', name: 'Ida', telephone: ' 1 ', email: null },
    { accountNumber: 'D-1' },
  );
  const canonical =
    '{"@type":"CustomerAccount","accountNumber":"D-1","customer":{"@type":"Person","name":"Ida","telephone":"1"}}';
  const digest = createHmac('sha256', organisation.digestKey).update(canonical).digest('hex');
  assert.equal((await stored(identifier)).account.putDigest, digest);
});

test('201 once and 200 for the rest when the same PUT arrives many times at once; 409 for the rest when they differ', async () => {
  const statuses = async (bodyOf: (index: number) => object) => {
    const identifier = newIdentifier();
    const results = await inParallel(20, 20, (index) => account('PUT', identifier, { body: bodyOf(index) }));
    return results.map((result) => (result.status === 'fulfilled' ? result.value.status : 0)).sort();
  };
  const same = accountOf(person(), { accountNumber: 'N-20' });
  assert.deepEqual(await statuses(() => same), [...Array(19).fill(200), 201]);
  const others = await statuses(() => accountOf(person()));
  assert.deepEqual(others, [201, ...Array(19).fill(409)]);
});

test('409 for other content, and for an account that another dialect created', async () => {
  const description = 'An account with this identifier already exists with different content. Use PATCH to change it.';
  const customer = person();
  const identifier = await put(customer);
  const other = await account('PUT', identifier, { body: accountOf({ ...customer, familyName: 'Vale' }) });
  assert.equal(other.status, 409);
  assert.equal(other.body.description, description);
  assert.equal((await account('GET', identifier)).body.customer.familyName, 'Moss');

  const elsewhere = await born({ details: { email: 'native@example.com' } });
  const { status, body } = await account('PUT', elsewhere, {
    body: accountOf({ '@type': 'Person', email: 'native@example.com' }),
  });
  assert.equal(status, 409);
  assert.equal(body.description, description);
});

test('409 for an e-mail address, account number or reference in use, without telling whose; nothing is stored', async () => {
  const customer = person({ email: 'taken@example.com', identifier: 'TAKEN-1' });
  await put(customer, { accountNumber: 'TAKEN-2' });
  const cases = [
    [person({ email: ' Taken@EXAMPLE.com ' }), {}, '/customer/email: is already in use'],
    [person({ identifier: 'TAKEN-1' }), {}, '/customer/identifier: is already in use'],
    [person(), { accountNumber: 'TAKEN-2' }, '/accountNumber: is already in use'],
  ] as const;
  for (const [taken, members, description] of cases) {
    const identifier = newIdentifier();
    const { status, body } = await account('PUT', identifier, { body: accountOf(taken, members) });
    assert.equal(status, 409);
    assert.equal(body.name, 'The request conflicts with existing data');
    assert.equal(body.description, description);
    assert.equal((await account('GET', identifier)).status, 404);
  }
});

test('409 for a deactivated customer, also for the same content', async () => {
  const customer = person();
  const identifier = await put(customer);
  const { number } = (await stored(identifier)).customer;
  await deactivateCustomer(store, actorOf(organisation), number, new Date('2099-01-01'), 'test');
  const { status, body } = await account('PUT', identifier, { body: accountOf(customer) });
  assert.equal(status, 409);
  assert.match(body.description, /deactivated/);
});

test('410 for an erased account, for ever', async () => {
  const customer = person();
  const identifier = await put(customer);
  await account('DELETE', identifier);
  for (const headers of [{}, { 'if-none-match': '*' }, { 'if-match': '"1.0"' }]) {
    const { status, body } = await account('PUT', identifier, { body: accountOf(customer), headers });
    assert.equal(status, 410);
    assert.equal(body.description, 'This customer account was erased.');
  }
});

test('201 where an account was only deleted, with a version that was never used before', async () => {
  const customer = person();
  const identifier = await put(customer);
  await account('PATCH', identifier, { body: { customer: { jobTitle: 'Coach' } } });
  await deleteAccount(store, actorOf(organisation), { identifier });
  assert.equal((await account('GET', identifier)).status, 410);
  const created = await account('PUT', identifier, { body: accountOf(person()) });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers.etag, '"4.0"');
});

test('412 with If-None-Match: * when the account exists, 201 when it does not', async () => {
  const customer = person();
  const identifier = newIdentifier();
  const headers = { 'if-none-match': '*' };
  assert.equal((await account('PUT', identifier, { body: accountOf(customer), headers })).status, 201);
  const again = await account('PUT', identifier, { body: accountOf(customer), headers });
  assert.equal(again.status, 412);
  assert.equal(again.body.description, 'The account is in a state that If-None-Match excludes.');
  const known = { 'if-none-match': '"1.0"' };
  assert.equal((await account('PUT', identifier, { body: accountOf(customer), headers: known })).status, 412);
  const unknown = { 'if-none-match': '"9.9"' };
  assert.equal((await account('PUT', identifier, { body: accountOf(customer), headers: unknown })).status, 200);
});

test('412 with If-Match when there is no account or another state, and then none is created; 200 in that state', async () => {
  const identifier = newIdentifier();
  const customer = person();
  const none = await account('PUT', identifier, { body: accountOf(customer), headers: { 'if-match': '*' } });
  assert.equal(none.status, 412);
  assert.equal(none.body.description, 'There is no account with this identifier in the state that If-Match names.');
  assert.equal((await account('GET', identifier)).status, 404);
  await account('PUT', identifier, { body: accountOf(customer) });
  for (const [tag, status] of [
    ['"9.9"', 412],
    ['"1.0"', 200],
    ['"1.0-x"', 200],
    ['*', 200],
  ] as const) {
    const { status: answered } = await account('PUT', identifier, {
      body: accountOf(customer),
      headers: { 'if-match': tag },
    });
    assert.equal(answered, status, tag);
  }
});
