import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestResponse } from '../../support/server.ts';
import { startTester } from './support.ts';

/*
 * The worked examples of openactive.md 5 that need neither passes nor entitlements, with whole bodies. All data is fictional.
 */

const { account, put, send, clock } = await startTester();
clock.now = new Date('2026-11-21T12:00:00Z');

const identifier = '019d432a-149f-7c11-8a52-6f0d3b9e21c7';
const url = `https://accounts.example.com/openactive/customer-accounts/${identifier}`;

const greta = {
  '@type': 'Person',
  givenName: 'Greta',
  familyName: 'Capella',
  email: 'greta.capella@example.com',
  telephone: '020 7946 0123',
  birthDate: '1971-06-14',
  gender: 'https://schema.org/Female',
  address: {
    '@type': 'PostalAddress',
    streetAddress: 'Harbour House, 12 Example Lane',
    addressLocality: 'New Brightsea',
    addressRegion: 'London',
    postalCode: 'NB1 2ZZ',
    addressCountry: 'GB',
  },
  emergencyContact: { '@type': 'Person', name: 'Ralf Capella', telephone: '020 7946 0456' },
};

/** 5.1, the request. */
const request = {
  '@context': ['https://openactive.io/', 'https://accounts.example.com/openactive/ns'],
  '@type': 'CustomerAccount',
  accountNumber: 'NM-004217',
  customer: greta,
};

/** 5.2, the answer. */
const shown = {
  '@context': 'https://openactive.io/',
  '@type': 'CustomerAccount',
  '@id': url,
  identifier,
  accountNumber: 'NM-004217',
  customer: greta,
  hasHiddenEntitlements: false,
};

/** Asserts status and whole body of an error, but for what is of this request alone. */
function assertError(answer: TestResponse, expected: Record<string, unknown>): void {
  const requestId = answer.headers['x-request-id'];
  const common = {
    '@context': 'https://openactive.io/',
    instance: `https://accounts.example.com/openactive/errors/${requestId}`,
    requestId,
  };
  assert.deepEqual(answer.body, { ...common, ...expected });
  assert.equal(answer.status, expected.statusCode);
}

test('5.1 and 5.2: 201, the same again 200, another family name 409 (E1), an account number in use 409 (E14)', async () => {
  const created = await account('PUT', identifier, { body: request });
  assert.equal(created.status, 201);
  assert.equal(created.headers.location, url);
  assert.equal(created.headers.etag, '"1.0"');
  assert.deepEqual(created.body, shown);
  // The members in the order of the example, too.
  assert.equal(JSON.stringify(created.body), JSON.stringify(shown));

  const again = await account('PUT', identifier, { body: request });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, shown);
  assert.equal(again.headers.etag, '"1.0"');

  const other = await account('PUT', identifier, {
    body: { ...request, customer: { ...greta, familyName: 'Cappella' } },
  });
  assertError(other, {
    '@type': 'OpenBookingError',
    additionalType: 'https://accounts.example.com/openactive/ns#Conflict',
    name: 'The request conflicts with existing data',
    description: 'An account with this identifier already exists with different content. Use PATCH to change it.',
    statusCode: 409,
  });
  const clash = await account('PUT', 'NM:1', { body: { ...request, customer: { '@type': 'Person', name: 'Ida' } } });
  assertError(clash, {
    '@type': 'OpenBookingError',
    additionalType: 'https://accounts.example.com/openactive/ns#Conflict',
    name: 'The request conflicts with existing data',
    description: '/accountNumber: is already in use',
    statusCode: 409,
  });
});

test('5.2: 200, 304 with its entity tag, unknown 404 (E2)', async () => {
  const read = await account('GET', identifier);
  assert.equal(read.status, 200);
  assert.deepEqual(read.body, shown);
  assert.equal((await account('GET', identifier, { headers: { 'if-none-match': '"1.0"' } })).status, 304);
  assertError(await account('GET', '019d432a-149f-7c11-8a52-6f0d3b9e21c8'), {
    '@type': 'NotFoundError',
    name: 'The requested resource was not found',
    description: 'No customer account with this identifier is available to you.',
    statusCode: 404,
  });
});

test('5.3: the extended profile', async () => {
  const read = await account('GET', identifier, { headers: { prefer: 'profile=extended' } });
  const context = [
    'https://openactive.io/',
    'https://openactive.io/ns-beta',
    'https://accounts.example.com/openactive/ns',
  ];
  assert.deepEqual(read.body, { ...shown, '@context': context });
});

test('5.4: 200 and a new tag, stale 412 (E3), a computed member 400 (E4), another media type 415 (E15)', async () => {
  const body = {
    customer: { telephone: null, address: { streetAddress: 'Flat 3, 9 Example Road' } },
    accountNumber: 'NM-004217',
  };
  const headers = { 'content-type': 'application/merge-patch+json', 'if-match': '"1.0"' };
  const changed = await account('PATCH', identifier, { body, headers });
  const { telephone: _, ...customer } = greta;
  assert.equal(changed.status, 200);
  assert.equal(changed.headers.etag, '"2.0"');
  assert.deepEqual(changed.body, {
    ...shown,
    customer: { ...customer, address: { ...greta.address, streetAddress: 'Flat 3, 9 Example Road' } },
  });
  assertError(await account('PATCH', identifier, { body, headers }), {
    '@type': 'OpenBookingError',
    additionalType: 'https://accounts.example.com/openactive/ns#PreconditionFailed',
    name: 'The precondition of the request is not met',
    description:
      'The account has changed since the entity tag in If-Match was issued. Read it again and repeat the change.',
    statusCode: 412,
  });
  assertError(await account('PATCH', identifier, { body: { hasHiddenEntitlements: true } }), {
    '@type': 'PatchNotAllowedOnPropertyError',
    name: 'The property cannot be set to this value',
    description: '/hasHiddenEntitlements: is computed by the server',
    statusCode: 400,
  });
  assertError(await account('PATCH', identifier, { body: '{}', headers: { 'content-type': 'text/plain' } }), {
    '@type': 'OpenBookingError',
    additionalType: 'https://accounts.example.com/openactive/ns#UnsupportedMediaType',
    name: 'The media type of the request is not supported',
    description: 'Send application/merge-patch+json, application/ld+json or application/json.',
    statusCode: 415,
  });
});

test('5.5: unknown members 400 (E6), a PUT without customer 400 (E7)', async () => {
  assertError(await account('PATCH', identifier, { body: { customer: { nickname: 'Gigi' }, 'acme:vip': true } }), {
    '@type': 'PatchContainsExcessivePropertiesError',
    name: 'The request contains properties that cannot be changed',
    description: '/customer/nickname: unknown property\n/acme:vip: unknown extension property',
    statusCode: 400,
  });
  assertError(
    await account('PUT', 'NM:2', { body: { '@context': 'https://openactive.io/', '@type': 'CustomerAccount' } }),
    {
      '@type': 'IncompleteCustomerDetailsError',
      name: 'The customer details are incomplete',
      description: '/customer: a Person or Organization is required',
      statusCode: 400,
    },
  );
});

test('5.7: found 200, not found 200, two selectors 400 (E9)', async () => {
  const ida = { '@type': 'Person', givenName: 'Ida', familyName: 'Moss', email: 'ida.moss@example.com' };
  const found = await put(ida, { accountNumber: '0061200' });
  const query = (text: string) => send('GET', `/openactive/customer-accounts?${text}`);
  assert.deepEqual((await query('accountNumber=0061200')).body, {
    '@context': 'https://openactive.io/',
    '@type': 'ItemList',
    numberOfItems: 1,
    itemListElement: [
      {
        '@type': 'CustomerAccount',
        '@id': `https://accounts.example.com/openactive/customer-accounts/${found}`,
        identifier: found,
        accountNumber: '0061200',
        customer: ida,
        hasHiddenEntitlements: false,
      },
    ],
  });
  assert.deepEqual((await query('accountNumber=61200')).body, {
    '@context': 'https://openactive.io/',
    '@type': 'ItemList',
    numberOfItems: 0,
  });
  assertError(await query('accountNumber=0061200&customer.email=ida.moss@example.com'), {
    '@type': 'OpenBookingError',
    additionalType: 'https://accounts.example.com/openactive/ns#InvalidRequest',
    name: 'The request is not valid',
    description: '?customer.email: only one of accountNumber, customer.email may be given',
    statusCode: 400,
  });
});

test('5.6: 202 without a body, again 202, then 410 (E8)', async () => {
  for (const _ of [1, 2]) {
    const erased = await account('DELETE', identifier);
    assert.equal(erased.status, 202);
    assert.equal(erased.text, '');
  }
  const answers = [
    account('GET', identifier),
    account('PUT', identifier, { body: request }),
    account('PATCH', identifier, { body: {} }),
  ];
  for (const answer of await Promise.all(answers)) {
    assertError(answer, {
      '@type': 'GoneError',
      name: 'The resource has been deleted',
      description: 'This customer account was erased.',
      statusCode: 410,
    });
  }
});
