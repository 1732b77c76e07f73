import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { context, person, startBroker, wrapped } from './support.ts';
import { address, emergencyContact, full } from './ways.ts';

const broker = await startBroker();

const create = (body: unknown, headers: Record<string, string> = {}) =>
  broker.call('POST', '/customer-accounts', { body, headers });

const withTypes = {
  ...full,
  address: { '@type': 'PostalAddress', ...address },
  emergencyContact: { '@type': 'Person', ...emergencyContact },
};

describe('POST /customer-accounts', () => {
  it('201 mirrors the request with @id and identifier, says where it is and which version it has', async () => {
    const customer = person(withTypes);
    const { status, headers, body } = await create(wrapped(customer));
    assert.equal(status, 201);
    const { identifier } = body;
    assert.match(identifier, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    const url = `https://accounts.example.com/api/v2/customer-accounts/${identifier}`;
    assert.deepEqual(body, { '@context': context, '@type': 'CustomerAccount', '@id': url, identifier, customer });
    assert.equal(headers.location, url);
    assert.equal(headers.etag, '"1.0"');
    assert.equal(headers['cache-control'], 'private, no-cache');
    assert.match(String(headers['content-type']), /^application\/json\b/);
    assert.match(String(headers['x-request-id']), /./);
    assert.deepEqual((await broker.call('GET', `/customer-accounts/${identifier}`)).body, body);
  });

  it('201 under an identifier of the caller, kept exactly', async () => {
    const { status, body } = await create(wrapped(person(), { identifier: 'NM:77~31@+=._-x' }));
    assert.equal(status, 201);
    assert.equal(body.identifier, 'NM:77~31@+=._-x');
    assert.equal(body['@id'], 'https://accounts.example.com/api/v2/customer-accounts/NM:77~31@+=._-x');
  });

  it('201 for the flat legacy form, answered in the CustomerAccount form', async () => {
    const { '@type': _, ...flat } = person({ 'imin:is13OrOver': false });
    const { status, body } = await create({ ...flat, address: { type: 'PostalAddress', postalCode: 'NB1 2ZZ' } });
    assert.equal(status, 201);
    const address = { '@type': 'PostalAddress', postalCode: 'NB1 2ZZ' };
    assert.deepEqual(body.customer, { '@type': 'Person', ...flat, address });
    assert.equal(body['@type'], 'CustomerAccount');
  });

  it('201 takes every permitted @context and media type', async () => {
    const companions = [context, 'https://imin.co/', 'https://schema.imin.co/', 'https://openactive.io/ns-beta'];
    for (const given of [context, [context], companions]) {
      assert.equal((await create(wrapped(person(), { '@context': given }))).status, 201);
    }
    const headers = { 'content-type': 'application/ld+json; charset=utf-8', accept: 'application/ld+json' };
    const answered = await create(wrapped(), headers);
    assert.equal(answered.status, 201);
    assert.match(String(answered.headers['content-type']), /^application\/ld\+json\b/);
  });

  it('201 keeps partial addresses, trims text, normalises it and writes countries in upper case', async () => {
    const address = { postalCode: ' NB1 2ZZ ', addressCountry: 'gb' };
    const { body } = await create(wrapped(person({ givenName: '  Zoe\u0301 ', address })));
    assert.equal(body.customer.givenName, 'Zoé');
    const expected = { '@type': 'PostalAddress', postalCode: 'NB1 2ZZ', addressCountry: 'GB' };
    assert.deepEqual(body.customer.address, expected);
  });

  it('201 reads null and empty objects as absent and omits them', async () => {
    const nothing = { telephone: null, birthDate: null, gender: null, 'imin:is13OrOver': null };
    const customer = person({ ...nothing, address: { postalCode: null }, emergencyContact: {} });
    const { status, body } = await create(wrapped(customer));
    assert.equal(status, 201);
    assert.deepEqual(Object.keys(body.customer), ['@type', 'email', 'givenName', 'familyName']);
  });

  it('201 with every text as long as it may be', async () => {
    const street = 's'.repeat(200);
    const members = {
      givenName: '😀'.repeat(100),
      familyName: 'f'.repeat(100),
      telephone: '1'.repeat(40),
      gender: 'g'.repeat(100),
    };
    const email = `${'e'.repeat(242)}@example.com`;
    const address = { streetAddress: street, addressLocality: street, addressRegion: street, postalCode: street };
    const contact = { name: street, telephone: '2'.repeat(40) };
    const { status, text } = await create(wrapped(person({ ...members, email, address, emergencyContact: contact })));
    assert.equal(status, 201, text);
  });

  it('409 for an e-mail address that is used, compared trimmed, lower-cased and in NFC', async () => {
    await broker.account({ email: 'Zo\u00e9.Clash@example.com' });
    for (const email of ['zo\u00e9.clash@EXAMPLE.com', ' ZOE\u0301.clash@example.com ']) {
      const response = await create(wrapped(person({ email })));
      assert.equal(response.status, 409);
      assert.equal(response.body.description, '/customer/email: is already used by another account');
      assert.equal('tessera:invalid' in response.body, false);
    }
    const { '@type': _, ...flat } = person({ email: 'zo\u00e9.clash@example.com' });
    const legacy = await create(flat);
    assert.equal(legacy.status, 409);
    assert.equal(legacy.body.description, '/email: is already used by another account');
  });

  it('409 for an identifier that is used; compared exactly', async () => {
    assert.equal((await create(wrapped(person(), { identifier: 'used' }))).status, 201);
    const again = await create(wrapped(person(), { identifier: 'used' }));
    assert.equal(again.status, 409);
    assert.equal(again.body.additionalType, 'https://accounts.example.com/openactive/ns#Conflict');
    assert.equal(again.body.description, '/identifier: is already used by another account');
    assert.equal((await create(wrapped(person(), { identifier: 'Used' }))).status, 201);
  });

  it('410 for an identifier that was erased', async () => {
    assert.equal((await create(wrapped(person(), { identifier: 'forgotten' }))).status, 201);
    assert.equal((await broker.call('DELETE', '/customer-accounts/forgotten')).status, 202);
    const response = await create(wrapped(person(), { identifier: 'forgotten' }));
    assert.equal(response.status, 410);
    assert.equal(response.body['@type'], 'GoneError');
  });

  it('201 in another organisation with the same identifier and e-mail address', async () => {
    const customer = person();
    const other = await broker.organisationWithKey('Other leisure');
    assert.equal((await create(wrapped(customer, { identifier: 'shared' }))).status, 201);
    const body = wrapped(customer, { identifier: 'shared' });
    const response = await broker.call('POST', '/customer-accounts', { body, key: other.key });
    assert.equal(response.status, 201);
    assert.equal(response.headers.location, `${other.organisation.baseUrl}/api/v2/customer-accounts/shared`);
    assert.equal(response.body['@id'], response.headers.location);
  });

  it('409 for all but one of many creates with one e-mail address at once', async () => {
    const customer = person();
    const statuses = await Promise.all(
      Array.from({ length: 25 }, async () => (await create(wrapped(customer))).status),
    );
    assert.deepEqual(statuses.sort(), [201, ...Array(24).fill(409)]);
  });
});
