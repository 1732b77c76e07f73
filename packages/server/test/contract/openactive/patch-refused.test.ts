import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, context, faultsOf, person, startTester } from './support.ts';

const { account, put, born, stored } = await startTester();
const identifier = await put(person({ identifier: 'R-1' }), { accountNumber: 'A-1' });
const organization = await put({ '@type': 'Organization', name: 'Northmoor' });

/** Patches, and looks that nothing was stored. */
async function refused(body: unknown, of = identifier) {
  const before = await stored(of);
  const answer = await account('PATCH', of, { body });
  assert.equal(answer.status, 400, answer.text);
  assert.deepEqual(await stored(of), before);
  return answer;
}

const excessive: [string, object, string[]][] = [
  [
    'members that are not known',
    { customer: { nickname: 'Gigi' }, 'acme:vip': true },
    ['/customer/nickname: unknown property', '/acme:vip: unknown extension property'],
  ],
  [
    'members that are not known, to be removed',
    { customer: { nickname: null } },
    ['/customer/nickname: unknown property'],
  ],
  ['the aliases type and id', { id: base }, ['/id: unknown property, write @id']],
  [
    'an unknown member of the address',
    { customer: { address: { country: 'GB' } } },
    ['/customer/address/country: unknown property'],
  ],
  [
    "an Organization's member of a Person",
    { customer: { vatID: '1' } },
    ['/customer/vatID: is a member of an organisation'],
  ],
];

for (const [what, body, faults] of excessive) {
  test(`400 PatchContainsExcessivePropertiesError for ${what}`, async () => {
    const answer = await refused(body);
    assert.equal(answer.body['@type'], 'PatchContainsExcessivePropertiesError');
    assert.equal(answer.body.additionalType, undefined);
    assert.equal(answer.body.name, 'The request contains properties that cannot be changed');
    assert.deepEqual(faultsOf(answer), faults);
  });
}

const fixed: [string, object, string[]][] = [
  [
    'members that the server computes',
    { hasHiddenEntitlements: false, outstandingAction: [] },
    ['/hasHiddenEntitlements: is computed by the server', '/outstandingAction: is computed by the server'],
  ],
  [
    'a request for proof',
    { entitlement: [{ entitlementType: base, evidenceRequestAction: { '@type': 'Action' } }] },
    ['/entitlement/0/evidenceRequestAction: is computed by the server'],
  ],
  ['the alias', { name: 'My card' }, ['/name: is the alias of the account, which cannot be written here']],
  [
    'another account',
    { '@id': `${base}/openactive/customer-accounts/other`, identifier: 'other', '@type': 'Account' },
    [
      '/@id: must be the URL of the account',
      '/identifier: must be the identifier in the path',
      '/@type: must be "CustomerAccount"',
    ],
  ],
  [
    'the removal of what identifies the account',
    { '@id': null, identifier: null, '@type': null },
    [
      '/@id: must be the URL of the account',
      '/identifier: must be the identifier in the path',
      '/@type: must be "CustomerAccount"',
    ],
  ],
  ['the removal of the customer', { customer: null }, ['/customer: cannot be removed']],
  ['another type of customer', { customer: { '@type': 'Organization' } }, ['/customer/@type: cannot change']],
  ['the removal of the type of customer', { customer: { '@type': null } }, ['/customer/@type: cannot change']],
];

for (const [what, body, faults] of fixed) {
  test(`400 PatchNotAllowedOnPropertyError for ${what}`, async () => {
    const answer = await refused(body);
    assert.equal(answer.body['@type'], 'PatchNotAllowedOnPropertyError');
    assert.equal(answer.body.name, 'The property cannot be set to this value');
    assert.deepEqual(faultsOf(answer), faults);
  });
}

test('400 IncompleteCustomerDetailsError when too little would be left', async () => {
  const person = await refused({ customer: { email: null, familyName: null } });
  assert.equal(person.body['@type'], 'IncompleteCustomerDetailsError');
  assert.deepEqual(faultsOf(person), ['/customer: needs at least one of email, telephone, familyName, name']);
  const nameless = await refused({ customer: { name: null, email: 'desk@example.com' } }, organization);
  assert.equal(nameless.body['@type'], 'IncompleteCustomerDetailsError');
  assert.deepEqual(faultsOf(nameless), ['/customer/name: is required of an Organization']);
});

test('200 for a customer of another dialect who has too little, as long as the customer stays the same', async () => {
  const nameless = await born({ details: { givenName: 'Ida' } });
  assert.equal(
    (await account('PATCH', nameless, { body: { accountNumber: 'B-1', customer: { givenName: 'Ida' } } })).status,
    200,
  );
  await refused({ customer: { jobTitle: 'Coach' } }, nameless);
});

const invalid: [string, unknown, string[]][] = [
  ['a body that is no object', null, ['The body must be an object']],
  [
    'another context',
    { '@context': 'https://schema.org/' },
    [
      `/@context: must be "${context}", or an array that begins with it and holds nothing besides but https://openactive.io/ns-beta and ${base}/openactive/ns`,
    ],
  ],
  [
    'values of another type',
    { accountNumber: 5, customer: { givenName: {}, address: 'x', sameAs: {} } },
    [
      '/accountNumber: must be a text or null',
      '/customer/givenName: must be a text or null',
      '/customer/address: must be an object or null',
      '/customer/sameAs: must be an array or null',
    ],
  ],
  [
    'empty texts',
    { accountNumber: ' ', customer: { givenName: '' } },
    ['/accountNumber: must not be empty', '/customer/givenName: must not be empty'],
  ],
  [
    'values beyond the limits',
    { accountNumber: 'A<B', customer: { givenName: 'x'.repeat(101), emergencyContact: { telephone: 'x'.repeat(41) } } },
    [
      '/accountNumber: must not contain angle brackets or ampersands',
      '/customer/givenName: must have at most 100 characters',
      '/customer/emergencyContact/telephone: must have at most 40 characters',
    ],
  ],
  [
    'dates and addresses that are none',
    { customer: { email: 'a b@example.com', address: { addressCountry: 'XK' } } },
    [
      '/customer/email: must be an e-mail address of at most 254 characters: one @, no spaces',
      '/customer/address/addressCountry: must be an assigned ISO 3166-1 alpha-2 code such as GB',
    ],
  ],
  [
    'a date that is none',
    { customer: { birthDate: '2026-02-30' } },
    ['/customer/birthDate: must be a real date in the form YYYY-MM-DD'],
  ],
  [
    'an address of another type',
    { customer: { address: { '@type': 'Place', streetAddress: 'a' } } },
    ['/customer/address/@type: must be one of "PostalAddress"'],
  ],
  ['half a reference', { customer: { identifier: { value: null } } }, ['/customer/identifier/value: is required']],
  [
    'a reference of digits',
    { customer: { identifier: '4711' } },
    ['/customer/identifier: must not consist of digits only, other than the own customer number'],
  ],
];

for (const [what, body, faults] of invalid) {
  test(`400 InvalidRequest for ${what}`, async () => {
    const answer = await refused(body);
    assert.equal(answer.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
    assert.deepEqual(faultsOf(answer), faults);
  });
}

test('400 names all faults, of whatever kind', async () => {
  const answer = await refused({ 'acme:vip': 1, hasHiddenEntitlements: true, customer: { givenName: 5 } });
  assert.equal(answer.body['@type'], 'PatchContainsExcessivePropertiesError');
  assert.deepEqual(faultsOf(answer), [
    '/acme:vip: unknown extension property',
    '/hasHiddenEntitlements: is computed by the server',
    '/customer/givenName: must be a text or null',
  ]);
});
