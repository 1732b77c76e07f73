import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withAction } from '#domain/action-changes.ts';
import { changePassNamespace } from '#operations/pass-namespaces/change.ts';
import { actorOf } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import type { TestResponse } from '../../support/server.ts';
import { startTester, withoutPictures } from './support.ts';

/*
 * The worked examples of openactive.md 5.1 to 5.7, with whole bodies, members in order. All data is fictional. Two things cannot be as
 * they stand there: passes have the picture that Tessera draws as `url` (architecture.md, Settled 19, which 2.5 yields to), and ids
 * and upload links are those of the test.
 */

const { account, put, send, hold, clock, store, organisation } = await startTester();
const london = (instant: string) => new Date(instant);
clock.now = london('2026-11-21T12:00:00Z');

const operator = actorOf(organisation, london('2026-01-01T09:00:00Z'));
await typeOf(store, operator, { id: '3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10', label: 'Adult Resident' });
const study = {
  evidenceDeadlineDays: 14,
  evidenceName: 'Send proof of study',
  evidenceDescription: 'Upload a student card or a letter of enrolment by the end of 3 December 2026.',
} as const;
await typeOf(store, operator, {
  id: 'b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66',
  label: 'Student',
  defaultDuration: 'P1Y',
  evidence: 'after',
  ...study,
});
await typeOf(store, operator, { id: 'student-before', label: 'Student', evidence: 'before', ...study });
await changePassNamespace(store, operator, 'card', { edit: { minLength: 7, codeType: 'code128' } });

const identifier = '019d432a-149f-7c11-8a52-6f0d3b9e21c7';
const url = `https://accounts.example.com/openactive/customer-accounts/${identifier}`;
const residents = 'https://accounts.example.com/openactive/entitlement-lists/residents';

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
  accessPass: [{ '@type': 'Barcode', text: 'NM0042170', 'tessera:passNamespace': 'card' }],
  entitlement: [
    {
      '@type': 'Entitlement',
      validFrom: '2026-04-01',
      validUntil: '2027-04-01',
      entitlementType: `${residents}#3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10`,
    },
  ],
};

const adult = {
  '@type': 'Entitlement',
  validFrom: '2026-04-01',
  validUntil: '2027-04-01',
  entitlementType: {
    '@type': 'Concept',
    '@id': `${residents}#3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10`,
    prefLabel: 'Adult Resident',
    inScheme: residents,
  },
};

/** 5.2, the answer. */
const shown = {
  '@context': 'https://openactive.io/',
  '@type': 'CustomerAccount',
  '@id': url,
  identifier,
  accountNumber: 'NM-004217',
  customer: greta,
  accessPass: [{ '@type': 'Barcode', text: 'NM0042170' }],
  hasHiddenEntitlements: false,
  entitlement: [adult],
};

/** Asserts a whole body, with its members in order. */
function assertBody(actual: object, expected: object): void {
  assert.deepEqual(withoutPictures(actual), expected);
  assert.equal(JSON.stringify(withoutPictures(actual)), JSON.stringify(expected));
}

/** Asserts status and whole body of an error, but for what is of this request alone. */
function assertError(answer: TestResponse, expected: { statusCode: number } & Record<string, unknown>): void {
  const requestId = answer.headers['x-request-id'];
  const { statusCode, ...rest } = expected;
  const instance = `https://accounts.example.com/openactive/errors/${requestId}`;
  assertBody(answer.body, { '@context': 'https://openactive.io/', ...rest, instance, statusCode, requestId });
  assert.equal(answer.status, statusCode);
}

const invalid = {
  '@type': 'OpenBookingError',
  additionalType: 'https://accounts.example.com/openactive/ns#InvalidRequest',
  name: 'The request is not valid',
};

const conflict = {
  '@type': 'OpenBookingError',
  additionalType: 'https://accounts.example.com/openactive/ns#Conflict',
  name: 'The request conflicts with existing data',
};

test('5.1 and 5.2: 201, the same again 200, another family name 409 (E1), what another holds 409 (E14)', async () => {
  const created = await account('PUT', identifier, { body: request });
  assert.equal(created.status, 201, created.text);
  assert.equal(created.headers.location, url);
  assert.equal(created.headers.etag, '"1.1"');
  assertBody(created.body, shown);

  const again = await account('PUT', identifier, { body: request });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, created.body);
  assert.equal(again.headers.etag, '"1.1"');

  const other = await account('PUT', identifier, {
    body: { ...request, customer: { ...greta, familyName: 'Cappella' } },
  });
  assertError(other, {
    ...conflict,
    description: 'An account with this identifier already exists with different content. Use PATCH to change it.',
    statusCode: 409,
  });
  const ida = { '@type': 'Person', name: 'Ida' };
  const { accountNumber: _, ...rest } = request;
  assertError(await account('PUT', 'NM:1', { body: { ...rest, customer: ida } }), {
    ...conflict,
    description: '/accessPass/0/text: is already in use in namespace card',
    statusCode: 409,
  });
  assertError(await account('PUT', 'NM:1', { body: { ...request, accessPass: [], customer: ida } }), {
    ...conflict,
    description: '/accountNumber: is already in use',
    statusCode: 409,
  });
  assert.equal((await account('GET', 'NM:1')).status, 404);
});

test('5.2: 200, 304 with its entity tag, unknown 404 (E2); without the entitlement and with another tag from its end on', async () => {
  const read = await account('GET', identifier);
  assert.equal(read.status, 200);
  assertBody(read.body, shown);
  assert.equal((await account('GET', identifier, { headers: { 'if-none-match': '"1.1"' } })).status, 304);
  assertError(await account('GET', '019d432a-149f-7c11-8a52-6f0d3b9e21c8'), {
    '@type': 'NotFoundError',
    name: 'The requested resource was not found',
    description: 'No customer account with this identifier is available to you.',
    statusCode: 404,
  });
  const { entitlement: _, ...without } = shown;
  clock.now = london('2027-03-31T22:59:59.999Z');
  assertBody((await account('GET', identifier)).body, shown);
  clock.now = london('2027-03-31T23:00:00Z');
  const over = await account('GET', identifier, { headers: { 'if-none-match': '"1.1"' } });
  assert.equal(over.status, 200);
  assert.equal(over.headers.etag, '"1.2"');
  assertBody(over.body, without);
  clock.now = london('2026-11-21T12:00:00Z');
});

test('5.3: the extended profile with a provisional entitlement and a debt, and the core profile of the same account', async () => {
  clock.now = london('2026-11-01T12:00:00Z');
  await account('PUT', 'NM:7731', {
    body: {
      '@context': ['https://openactive.io/', 'https://openactive.io/ns-beta'],
      '@type': 'CustomerAccount',
      customer: { '@type': 'Person', givenName: 'Tomas', familyName: 'Vale', email: 'tomas.vale@example.com' },
      accessPass: [{ '@type': 'Barcode', text: '0077310', 'beta:codeType': 'Code 128' }],
    },
  });
  clock.now = london('2026-11-02T10:00:00Z');
  const debt = {
    kind: 'debt',
    name: 'Pay the open balance',
    description: '12.50 GBP are due for a court booking.',
    target: 'https://www.example.com/my/balance',
    blocksBooking: true,
  } as const;
  await hold('NM:7731', (held, actor) => ({ ...withAction(held, debt, actor), hiddenDiscount: true }));
  clock.now = london('2026-11-20T16:05:41.123Z');
  const entitlementType = `${residents}#b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66`;
  const granted = await account('PATCH', 'NM:7731', { body: { entitlement: [{ entitlementType }] } });
  assert.equal(granted.status, 200, granted.text);
  clock.now = london('2026-11-21T12:00:00Z');

  const { body } = await account('GET', 'NM:7731', { headers: { prefer: 'profile=extended' } });
  const [action, request] = [body.outstandingAction[0], body.entitlement[0].evidenceRequestAction];
  assert.match(request.target.urlTemplate, /^https:\/\/accounts\.example\.com\/evidence\/u\/[\w-]{54}$/);
  const concept = {
    '@type': 'Concept',
    '@id': entitlementType,
    prefLabel: 'Student',
    inScheme: residents,
  };
  assertBody(body, {
    '@context': [
      'https://openactive.io/',
      'https://openactive.io/ns-beta',
      'https://accounts.example.com/openactive/ns',
    ],
    '@type': 'CustomerAccount',
    '@id': 'https://accounts.example.com/openactive/customer-accounts/NM:7731',
    identifier: 'NM:7731',
    customer: { '@type': 'Person', givenName: 'Tomas', familyName: 'Vale', email: 'tomas.vale@example.com' },
    accessPass: [{ '@type': 'Barcode', text: '0077310', 'beta:codeType': 'code128', 'tessera:passNamespace': 'card' }],
    hasHiddenEntitlements: true,
    outstandingAction: [
      {
        '@type': 'Action',
        additionalType: 'https://schema.org/PayAction',
        identifier: action.identifier,
        name: 'Pay the open balance',
        description: '12.50 GBP are due for a court booking.',
        actionStatus: 'https://schema.org/PotentialActionStatus',
        startTime: '2026-11-02T10:00:00Z',
        'tessera:blocksBooking': true,
        target: {
          '@type': 'EntryPoint',
          urlTemplate: 'https://www.example.com/my/balance',
          httpMethod: 'GET',
          contentType: 'text/html',
        },
      },
    ],
    entitlement: [
      {
        '@type': 'Entitlement',
        validFrom: '2026-11-20',
        validUntil: '2027-11-20',
        'tessera:grantState': 'provisional',
        entitlementType: concept,
        evidenceRequestAction: {
          '@type': 'Action',
          additionalType: 'https://schema.org/SendAction',
          identifier: request.identifier,
          name: 'Send proof of study',
          description: 'Upload a student card or a letter of enrolment by the end of 3 December 2026.',
          actionStatus: 'https://schema.org/PotentialActionStatus',
          'tessera:evidenceState': 'requested',
          startTime: '2026-11-20T16:05:41Z',
          endTime: '2026-12-04T00:00:00Z',
          target: {
            '@type': 'EntryPoint',
            urlTemplate: request.target.urlTemplate,
            httpMethod: 'GET',
            contentType: 'text/html',
          },
        },
      },
    ],
  });

  const core = (await account('GET', 'NM:7731')).body;
  const unprefixed = JSON.stringify(body, (name, value) => (name.includes(':') ? undefined : value));
  assert.equal(
    JSON.stringify(core),
    JSON.stringify({ ...JSON.parse(unprefixed), '@context': 'https://openactive.io/' }),
  );
});

test('5.3: with the policy before, the entitlement is missing and its SendAction an outstanding action', async () => {
  const entitlement = [{ entitlementType: `${residents}#student-before` }];
  const waiting = await put({ '@type': 'Person', name: 'Ida Moss' }, { entitlement });
  const { body } = await account('GET', waiting);
  assert.equal(body.entitlement, undefined);
  assert.equal(body.outstandingAction.length, 1);
  assert.equal(body.outstandingAction[0].additionalType, 'https://schema.org/SendAction');
  assert.equal(body.outstandingAction[0].name, 'Send proof of study');
  assert.equal(body.outstandingAction[0].endTime, '2026-12-05T00:00:00Z');
});

test('5.4: 200 and a new tag, stale 412 (E3), a computed member 400 (E4), another media type 415 (E15)', async () => {
  const body = {
    customer: { telephone: null, address: { streetAddress: 'Flat 3, 9 Example Road' } },
    accountNumber: 'NM-004217',
  };
  const headers = { 'content-type': 'application/merge-patch+json', 'if-match': '"1.1"' };
  const changed = await account('PATCH', identifier, { body, headers });
  const { telephone: _, ...customer } = greta;
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.headers.etag, '"2.1"');
  assertBody(changed.body, {
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

test('5.5: faulty grants 400 (E5), unknown members 400 (E6), a PUT without customer 400 (E7)', async () => {
  const faulty = {
    entitlement: [{ '@type': 'Entitlement', validUntil: '2026-11-21', entitlementType: `${residents}#no-such` }],
    accessPass: [{ '@type': 'Barcode', text: 'XX1' }],
  };
  const e5 = {
    ...invalid,
    description:
      '/entitlement/0/validUntil: must be after today, the end date is exclusive\n/entitlement/0/entitlementType: is not a concept that can be granted\n/accessPass/0/text: does not have the length required in namespace card',
    statusCode: 400,
  };
  const before = await account('GET', identifier);
  assertError(await account('PATCH', identifier, { body: faulty }), e5);
  assertError(
    await account('PUT', 'NM:2', {
      body: { '@context': 'https://openactive.io/', '@type': 'CustomerAccount', customer: greta, ...faulty },
    }),
    e5,
  );
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
  const after = await account('GET', identifier);
  assert.equal(after.text, before.text);
  assert.equal(after.headers.etag, before.headers.etag);
});

test('5.7: found 200, not found 200, two selectors 400 (E9)', async () => {
  const ida = { '@type': 'Person', givenName: 'Ida', familyName: 'Moss', email: 'ida.moss@example.com' };
  await account('PUT', 'NM:6120', {
    body: {
      '@context': 'https://openactive.io/',
      '@type': 'CustomerAccount',
      customer: ida,
      accessPass: [{ text: '0061200' }],
    },
  });
  const query = (text: string) => send('GET', `/openactive/customer-accounts?${text}`);
  const { body } = await query('accessPass.text=0061200&accessPass.namespace=card');
  assertBody(
    { ...body, itemListElement: body.itemListElement.map(withoutPictures) },
    {
      '@context': 'https://openactive.io/',
      '@type': 'ItemList',
      numberOfItems: 1,
      itemListElement: [
        {
          '@type': 'CustomerAccount',
          '@id': 'https://accounts.example.com/openactive/customer-accounts/NM:6120',
          identifier: 'NM:6120',
          customer: ida,
          accessPass: [{ '@type': 'Barcode', text: '0061200' }],
          hasHiddenEntitlements: false,
        },
      ],
    },
  );
  assertBody((await query('accessPass.text=61200&accessPass.namespace=card')).body, {
    '@context': 'https://openactive.io/',
    '@type': 'ItemList',
    numberOfItems: 0,
  });
  assertError(await query('accessPass.text=0061200&accountNumber=NM-004217'), {
    ...invalid,
    description: '?accountNumber: only one of accessPass.text, accountNumber, customer.email may be given',
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
