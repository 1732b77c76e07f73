import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeAccount } from '#operations/accounts/change.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf, inParallel } from '../../support/fixtures.ts';
import { base, context, pathOf, person, startTester } from './support.ts';

const { account, put, born, stored, send, store, organisation } = await startTester();

const complete = {
  streetAddress: 'a',
  addressLocality: 'b',
  addressRegion: 'c',
  postalCode: 'd',
  addressCountry: 'GB',
};

test('200 merges deeply, null removes, absent stays; all media types mean merge patch', async () => {
  const identifier = await put(
    person({
      telephone: '1',
      jobTitle: 'Coach',
      address: complete,
      emergencyContact: { name: 'Ralf', telephone: '2' },
    }),
    { accountNumber: 'P-1' },
  );
  const before = (await account('GET', identifier)).body;
  const patches = [
    ['application/merge-patch+json', { customer: { telephone: null, address: { streetAddress: 'new' } } }],
    ['application/json', { customer: { emergencyContact: { telephone: null } } }],
    ['application/ld+json', { '@context': context, '@type': 'CustomerAccount', accountNumber: 'P-2' }],
  ] as const;
  for (const [type, body] of patches) {
    const answer = await account('PATCH', identifier, { body, headers: { 'content-type': type } });
    assert.equal(answer.status, 200, answer.text);
  }
  const { telephone: _, ...customer } = before.customer;
  const after = await account('GET', identifier);
  assert.deepEqual(after.body, {
    ...before,
    accountNumber: 'P-2',
    customer: {
      ...customer,
      address: { ...before.customer.address, streetAddress: 'new' },
      emergencyContact: { '@type': 'Person', name: 'Ralf' },
    },
  });
  assert.equal(after.headers.etag, '"4.0"');
});

test('200 with null clears account number, address, contact and reference', async () => {
  const identifier = await put(person({ identifier: 'R-1', address: complete, emergencyContact: { name: 'Ralf' } }), {
    accountNumber: 'C-1',
  });
  const body = { accountNumber: null, customer: { identifier: null, address: null, emergencyContact: null } };
  const answer = await account('PATCH', identifier, { body });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.accountNumber, undefined);
  assert.deepEqual(Object.keys(answer.body.customer), ['@type', 'givenName', 'familyName', 'email']);
  const { customer } = await stored(identifier);
  assert.equal(customer.customerRef, undefined);
  assert.equal(customer.details.addresses, undefined);
});

test('200 changes the reference, given as text or in part', async () => {
  const identifier = await put(person({ identifier: 'R-2' }));
  const value = async (body: object) => (await account('PATCH', identifier, { body })).body.customer.identifier?.value;
  assert.equal(await value({ customer: { identifier: 'R-3' } }), 'R-3');
  assert.equal(await value({ customer: { identifier: { value: 'R-4' } } }), 'R-4');
  assert.equal(
    await value({ customer: { identifier: { '@type': 'PropertyValue', propertyID: 'customerRef', value: 'R-5' } } }),
    'R-5',
  );
});

test('200 changes an Organization', async () => {
  const identifier = await put({
    '@type': 'Organization',
    name: 'Northmoor',
    sameAs: ['https://a.example.com/', 'https://b.example.com/'],
  });
  const body = {
    customer: { '@type': 'Organization', sameAs: ['https://c.example.com/'], legalName: 'Northmoor Ltd' },
  };
  const answer = await account('PATCH', identifier, { body });
  assert.deepEqual(answer.body.customer, {
    '@type': 'Organization',
    name: 'Northmoor',
    legalName: 'Northmoor Ltd',
    sameAs: ['https://c.example.com/'],
  });
  const cleared = await account('PATCH', identifier, { body: { customer: { sameAs: [] } } });
  assert.equal(cleared.body.customer.sameAs, undefined);
});

test('200 without effect leaves entity tag and record alone', async () => {
  const identifier = await put(person({ telephone: '1', address: complete }), { accountNumber: 'U-1' });
  const before = await stored(identifier);
  const { body: shown } = await account('GET', identifier);
  const { hasHiddenEntitlements: _, ...document } = shown;
  for (const body of [
    {},
    { customer: {} },
    document,
    { customer: { jobTitle: null, sameAs: [] } },
    { accountNumber: 'U-1' },
  ]) {
    const answer = await account('PATCH', identifier, { body });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.etag, '"1.0"');
    assert.deepEqual(answer.body, shown);
  }
  assert.deepEqual(await stored(identifier), before);
});

test('200 for values sent back as they are shown: what is stored stays, hostile, long and invalid as it is', async () => {
  const identifier = await born(
    {
      details: {
        name: ' Ida <Moss> & Söhne &amp; ',
        familyName: 'x'.repeat(150),
        telephone: '+4712345678',
        telephoneParts: { countryCode: '+47', number: '12345678' },
        addresses: [{ ...complete, streetAddress: 'a < b' }],
        emergencyContact: { name: '<Ralf>' },
      },
      customerRef: 'R <1>',
    },
    { accountNumber: `A&B ${'x'.repeat(50)}` },
  );
  const before = await stored(identifier);
  const { body } = await account('GET', identifier);
  assert.equal(body.customer.name, 'Ida ‹Moss> & Söhne ＆amp;');
  const answer = await account('PATCH', identifier, {
    body: { accountNumber: body.accountNumber, customer: body.customer },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.etag, '"1.0"');
  assert.deepEqual(await stored(identifier), before);

  const asText = await account('PATCH', identifier, {
    body: { customer: { identifier: body.customer.identifier.value, jobTitle: 'Coach' } },
  });
  assert.equal(asText.status, 200, asText.text);
  const after = await stored(identifier);
  assert.equal(after.customer.customerRef, 'R <1>');
  assert.deepEqual(after.customer.details, { ...before.customer.details, jobTitle: 'Coach' });
});

test('200 merges into an address that is partial and therefore not shown, and shows it once it is complete', async () => {
  const { addressRegion, ...partial } = complete;
  const identifier = await born({ details: { email: 'partial@example.com', addresses: [partial, complete] } });
  assert.equal((await account('GET', identifier)).body.customer.address, undefined);
  const [first, second] = (await stored(identifier)).customer.details.addresses ?? [];
  const answer = await account('PATCH', identifier, {
    body: { customer: { address: { addressRegion, addressCountry: 'no' } } },
  });
  assert.deepEqual(answer.body.customer.address, { '@type': 'PostalAddress', ...complete, addressCountry: 'NO' });
  const { details } = (await stored(identifier)).customer;
  assert.deepEqual(details.addresses, [{ ...first, addressRegion, addressCountry: 'NO' }, second]);
});

test('200 keeps what this dialect does not show; a changed telephone is no longer in parts, an unchanged one still is', async () => {
  const hidden = { landline: '22334455', nationality: 'NOR', is13OrOver: true, language: 'ENG', vippsId: 'v-1' };
  const parts = { telephone: '+471', telephoneParts: { countryCode: '+47', number: '1' } };
  const identifier = await born({
    details: {
      email: 'hidden@example.com',
      ...hidden,
      ...parts,
      addresses: [complete, { ...complete, postalCode: 'e' }],
    },
    username: 'ida',
    customerRef: 'H-1',
  });
  const before = (await stored(identifier)).customer;
  await account('PATCH', identifier, { body: { customer: { jobTitle: 'Coach', address: null } } });
  const kept = (await stored(identifier)).customer;
  assert.deepEqual(kept.details, {
    ...before.details,
    jobTitle: 'Coach',
    addresses: before.details.addresses?.slice(1),
  });
  assert.deepEqual([kept.customerRef, kept.username], ['H-1', 'ida']);
  await account('PATCH', identifier, { body: { customer: { telephone: '+472' } } });
  const { telephoneParts, ...rest } = kept.details;
  assert.ok(telephoneParts);
  assert.deepEqual((await stored(identifier)).customer.details, { ...rest, telephone: '+472' });
});

test('200 raises the version of every account of the customer, the account number only of the one', async () => {
  const first = await born({ details: { email: 'two@example.com' } });
  const { customerNumber } = (await stored(first)).account;
  const second = (await createAccount(store, actorOf(organisation), { customerNumber }, {})).account.identifier;
  await account('PATCH', first, { body: { accountNumber: 'ONE-1' } });
  const tags = async () => [(await account('GET', first)).headers.etag, (await account('GET', second)).headers.etag];
  assert.deepEqual(await tags(), ['"2.0"', '"1.0"']);
  await account('PATCH', second, { body: { customer: { jobTitle: 'Coach' } } });
  assert.deepEqual(await tags(), ['"3.0"', '"2.0"']);
});

test('200 in the extended profile; If-Match takes the tag of either profile', async () => {
  const identifier = await put();
  const url = `${pathOf(identifier)}?profile=extended`;
  const first = await send('PATCH', url, { body: { customer: { jobTitle: 'a' } }, headers: { 'if-match': '"1.0"' } });
  assert.equal(first.status, 200);
  assert.equal(first.headers.etag, '"2.0-x"');
  assert.equal(first.body['@context'].length, 3);
  const second = await account('PATCH', identifier, {
    body: { customer: { jobTitle: 'b' } },
    headers: { 'if-match': '"7.7", "2.0-x"' },
  });
  assert.equal(second.status, 200);
  assert.equal(second.headers.etag, '"3.0"');
});

test('412 for a stale or weak If-Match, and for an If-None-Match that names the state; nothing is changed', async () => {
  const identifier = await put();
  const conditions: Record<string, string>[] = [
    { 'if-match': '"9.9"' },
    { 'if-match': 'W/"1.0"' },
    { 'if-none-match': '*' },
    { 'if-none-match': '"1.0"' },
  ];
  for (const headers of conditions) {
    const { status, body } = await account('PATCH', identifier, { body: { customer: { jobTitle: 'Coach' } }, headers });
    assert.equal(status, 412, JSON.stringify(headers));
    assert.equal(body.additionalType, `${base}/openactive/ns#PreconditionFailed`);
  }
  assert.equal((await account('GET', identifier)).headers.etag, '"1.0"');
});

test('200 for exactly one of many patches with the same If-Match', async () => {
  const identifier = await put();
  const results = await inParallel(10, 10, (index) =>
    account('PATCH', identifier, {
      body: { customer: { jobTitle: `Coach ${index}` } },
      headers: { 'if-match': '"1.0"' },
    }),
  );
  const statuses = results.map((result) => (result.status === 'fulfilled' ? result.value.status : 0)).sort();
  assert.deepEqual(statuses, [200, ...Array(9).fill(412)]);
});

test('404 for an unknown account, 410 for an erased one', async () => {
  assert.equal((await account('PATCH', 'UNKNOWN-1', { body: {} })).status, 404);
  const identifier = await put();
  await account('DELETE', identifier);
  assert.equal((await account('PATCH', identifier, { body: {}, headers: { 'if-match': '"9.9"' } })).status, 410);
});

test('409 for an e-mail address, reference or account number in use; nothing else of the patch is applied', async () => {
  await put(person({ email: 'used@example.com', identifier: 'USED-1' }), { accountNumber: 'USED-2' });
  const identifier = await put();
  const cases = [
    [{ customer: { email: 'USED@example.com' } }, '/customer/email: is already in use'],
    [{ customer: { identifier: 'USED-1' } }, '/customer/identifier: is already in use'],
    [{ accountNumber: 'USED-2', customer: { jobTitle: 'Coach' } }, '/accountNumber: is already in use'],
  ] as const;
  for (const [body, description] of cases) {
    const answer = await account('PATCH', identifier, { body });
    assert.equal(answer.status, 409);
    assert.equal(answer.body.description, description);
  }
  assert.equal((await account('GET', identifier)).headers.etag, '"1.0"');
});

test('409 for a deactivated customer', async () => {
  const identifier = await put();
  const { number } = (await stored(identifier)).customer;
  await deactivateCustomer(store, actorOf(organisation), number, new Date('2099-01-01'), 'test');
  const { status, body } = await account('PATCH', identifier, { body: { customer: { jobTitle: 'Coach' } } });
  assert.equal(status, 409);
  assert.equal(body.additionalType, `${base}/openactive/ns#Conflict`);
});

test('200 shows at once what another dialect changed', async () => {
  const identifier = await put();
  await changeAccount(store, actorOf(organisation), { identifier }, { edit: { accountNumber: 'X <&lt>' } });
  const { body, headers } = await account('GET', identifier);
  assert.equal(body.accountNumber, 'X ‹＆lt>');
  assert.equal(headers.etag, '"2.0"');
});
