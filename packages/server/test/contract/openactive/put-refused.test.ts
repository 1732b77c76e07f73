import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, base, context, faultsOf, newIdentifier, person, startTester } from './support.ts';

const { account } = await startTester();

/** Puts a faulty body under a new identifier and returns the answer, after a look that nothing was stored. */
async function refused(body: unknown, identifier = newIdentifier()) {
  const answer = await account('PUT', identifier, { body });
  assert.equal(answer.status, 400, answer.text);
  assert.equal((await account('GET', identifier)).status, 404);
  return answer;
}

const long = 'x'.repeat(201);
const address = (members: object) => accountOf(person({ address: { '@type': 'PostalAddress', ...members } }));

const invalid: [string, unknown, string[]][] = [
  ['a body that is no object', [], ['The body must be an object']],
  ['no context', { '@type': 'CustomerAccount', customer: person() }, ['/@context: is required']],
  [
    'another context',
    accountOf(person(), { '@context': 'https://schema.org/' }),
    [
      `/@context: must be "${context}", or an array that begins with it and holds nothing besides but https://openactive.io/ns-beta and ${base}/openactive/ns`,
    ],
  ],
  ['no type', { '@context': context, customer: person() }, ['/@type: is required']],
  ['another type', accountOf(person(), { '@type': 'Account' }), ['/@type: must be one of "CustomerAccount"']],
  [
    'the aliases type and id',
    accountOf(person(), { type: 'CustomerAccount', id: base }),
    ['/type: unknown property, write @type', '/id: unknown property, write @id'],
  ],
  [
    'another @id',
    accountOf(person(), { '@id': `${base}/openactive/customer-accounts/other` }),
    ['/@id: must be the URL of the account'],
  ],
  [
    'another identifier',
    accountOf(person(), { identifier: 'other' }),
    ['/identifier: must be the identifier in the path'],
  ],
  ['an integer as identifier', accountOf(person(), { identifier: 1 }), ['/identifier: must be a text or null']],
  [
    'members that the server computes',
    accountOf(person(), { hasHiddenEntitlements: true, outstandingAction: [] }),
    ['/hasHiddenEntitlements: is computed by the server', '/outstandingAction: is computed by the server'],
  ],
  [
    'the alias',
    accountOf(person(), { name: 'My card' }),
    ['/name: is the alias of the account, which cannot be written here'],
  ],
  [
    'unknown members',
    accountOf(person({ nickname: 'Idy', 'imin:is13OrOver': true }), { 'acme:vip': true }),
    [
      '/acme:vip: unknown extension property',
      '/customer/nickname: unknown property',
      '/customer/imin:is13OrOver: unknown extension property',
    ],
  ],
  ['a number as text', accountOf(person({ givenName: 5 })), ['/customer/givenName: must be a text or null']],
  ['an empty text', accountOf(person({ givenName: ' ' })), ['/customer/givenName: must not be empty']],
  [
    'texts that are too long',
    accountOf(person({ givenName: 'x'.repeat(101), jobTitle: 'x'.repeat(101), name: long, telephone: '1'.repeat(41) })),
    [
      '/customer/givenName: must have at most 100 characters',
      '/customer/jobTitle: must have at most 100 characters',
      '/customer/name: must have at most 200 characters',
      '/customer/telephone: must have at most 40 characters',
    ],
  ],
  [
    'an account number with markup',
    accountOf(person(), { accountNumber: 'A&B' }),
    ['/accountNumber: must not contain angle brackets or ampersands'],
  ],
  [
    'a long account number',
    accountOf(person(), { accountNumber: 'x'.repeat(41) }),
    ['/accountNumber: must have at most 40 characters'],
  ],
  [
    'a customer of another type',
    accountOf({ ...person(), '@type': 'Animal' }),
    ['/customer/@type: must be one of "Person", "Organization"'],
  ],
  [
    'an address without @',
    accountOf(person({ email: 'ida' })),
    ['/customer/email: must be an e-mail address of at most 254 characters: one @, no spaces'],
  ],
  [
    '29 February of another year',
    accountOf(person({ birthDate: '2003-02-29' })),
    ['/customer/birthDate: must be a real date in the form YYYY-MM-DD'],
  ],
  [
    'a birth date to come',
    accountOf(person({ birthDate: '2999-01-01' })),
    ['/customer/birthDate: must be between 1900-01-01 and today'],
  ],
  [
    'a country that is none',
    address({ addressCountry: 'UK' }),
    ['/customer/address/addressCountry: must be an assigned ISO 3166-1 alpha-2 code such as GB'],
  ],
  ['an unknown member of the address', address({ '@id': base }), ['/customer/address/@id: unknown property']],
  [
    'a long part of the address',
    address({ streetAddress: long }),
    ['/customer/address/streetAddress: must have at most 200 characters'],
  ],
  [
    'an address of another type',
    address({ '@type': 'Place' }),
    ['/customer/address/@type: must be one of "PostalAddress", null'],
  ],
  [
    'an address as text',
    accountOf(person({ address: '1 Example Lane' })),
    ['/customer/address: must be an object or null'],
  ],
  [
    'more than name and telephone of a contact',
    accountOf(person({ emergencyContact: { name: 'R', email: 'r@example.com' } })),
    ['/customer/emergencyContact/email: unknown property'],
  ],
  [
    "an Organization's member of a Person",
    accountOf(person({ legalName: 'Moss Ltd' })),
    ['/customer/legalName: is a member of an organisation'],
  ],
  [
    "a Person's member of an Organization",
    accountOf({ '@type': 'Organization', name: 'Moss Ltd', jobTitle: 'Coach' }),
    ['/customer/jobTitle: is a member of a person'],
  ],
  [
    'a URL that is none',
    accountOf({ '@type': 'Organization', name: 'Moss Ltd', url: 'www.example.com' }),
    ['/customer/url: must be an absolute http or https URL'],
  ],
  [
    'links that are no array',
    accountOf({ '@type': 'Organization', name: 'Moss Ltd', sameAs: base }),
    ['/customer/sameAs: must be an array or null'],
  ],
  [
    'a reference of digits',
    accountOf(person({ identifier: '12345' })),
    ['/customer/identifier: must not consist of digits only, other than the own customer number'],
  ],
  [
    'a reference of another kind',
    accountOf(person({ identifier: { '@type': 'PropertyValue', propertyID: 'other', value: 'A' } })),
    ['/customer/identifier/propertyID: must be one of "customerRef"'],
  ],
  [
    'a long reference',
    accountOf(person({ identifier: 'x'.repeat(41) })),
    ['/customer/identifier: must have at most 40 characters'],
  ],
];

for (const [what, body, faults] of invalid) {
  test(`400 InvalidRequest for ${what}`, async () => {
    const answer = await refused(body);
    assert.equal(answer.body['@type'], 'OpenBookingError');
    assert.equal(answer.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
    assert.equal(answer.body.name, 'The request is not valid');
    assert.deepEqual(faultsOf(answer), faults);
  });
}

const incomplete: [string, object, string][] = [
  [
    'no customer',
    { '@context': context, '@type': 'CustomerAccount' },
    '/customer: a Person or Organization is required',
  ],
  [
    'a customer that is null',
    { '@context': context, '@type': 'CustomerAccount', customer: null },
    '/customer: a Person or Organization is required',
  ],
  [
    'a customer that is no object',
    { '@context': context, '@type': 'CustomerAccount', customer: 'Ida' },
    '/customer: a Person or Organization is required',
  ],
  [
    'a Person with a given name only',
    accountOf({ '@type': 'Person', givenName: 'Ida', email: null }),
    '/customer: needs at least one of email, telephone, familyName, name',
  ],
  [
    'an Organization without a name',
    accountOf({ '@type': 'Organization', email: 'desk@example.com' }),
    '/customer/name: is required of an Organization',
  ],
];

for (const [what, body, fault] of incomplete) {
  test(`400 IncompleteCustomerDetailsError for ${what}`, async () => {
    const answer = await refused(body);
    assert.equal(answer.body['@type'], 'IncompleteCustomerDetailsError');
    assert.equal(answer.body.name, 'The customer details are incomplete');
    assert.deepEqual(faultsOf(answer), [fault]);
  });
}

const malformed: [string, string | Buffer, string][] = [
  ['text that is no JSON', '{"@type": ', 'The request is not valid JSON.'],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'The request is not valid UTF-8.'],
  ['no body', '', 'The request has no body.'],
  [
    'a duplicate member',
    '{"@type":"CustomerAccount","customer":{"email":"a@example.com","email":"b@example.com"}}',
    '/customer/email: is a duplicate member',
  ],
  [
    'a control character',
    JSON.stringify(accountOf(person({ name: 'a\u0000b' }))),
    '/customer/name: contains a control character',
  ],
  ['a lone surrogate', '{"customer":{"name":"\\ud800"}}', '/customer/name: contains a lone surrogate'],
  ['a prototype member', '{"__proto__":{}}', '/__proto__: is not allowed as a member name'],
];

for (const [what, body, description] of malformed) {
  test(`400 InvalidRequest for ${what}`, async () => {
    const answer = await refused(body);
    assert.equal(answer.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
    assert.deepEqual(faultsOf(answer), [description]);
  });
}

test('400 lists at most 20 faults, without markup that members have in their names', async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`m${index}`, 1]));
  assert.equal(faultsOf(await refused(accountOf(person(many)))).length, 20);
  const hostile = await refused(accountOf(person({ '<b>&copy': 1 })));
  assert.deepEqual(faultsOf(hostile), ['/customer/‹b>＆copy: unknown property']);
});

for (const identifier of ['.hidden', 'a b', 'a/b', 'ä', 'a%b', 'x'.repeat(61), "a'b"]) {
  test(`400 InvalidRequest for the identifier ${identifier}`, async () => {
    const answer = await refused(accountOf(), identifier);
    assert.equal(answer.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
    assert.match(answer.body.description, /^identifier in the path: must be 1 to 60 of/);
  });
}

test('201 for every character that an identifier may have', async () => {
  for (const identifier of ['aZ09._~:@+=-', '-', 'x'.repeat(60)]) {
    const body = accountOf(person(), { identifier, '@id': `${base}/openactive/customer-accounts/${identifier}` });
    const created = await account('PUT', identifier, { body });
    assert.equal(created.status, 201, created.text);
    assert.equal(created.body.identifier, identifier);
  }
});
