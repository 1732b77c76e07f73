import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestResponse } from '../../support/server.ts';
import { context, person, pointers, startBroker, wrapped } from './support.ts';

const broker = await startBroker();

const create = (body: unknown, headers: Record<string, string> = {}) =>
  broker.call('POST', '/customer-accounts', { body, headers });

function assertRefused(response: TestResponse, type: string, expected: string[]): void {
  assert.equal(response.status, 400, response.text);
  assert.equal(response.body['@type'], type);
  assert.deepEqual(pointers(response), expected);
}

describe('POST /customer-accounts', () => {
  it('400 IncompleteCustomerDetailsError for each required member that is missing', async () => {
    const { email: _, ...noEmail } = person();
    const { givenName: __, ...noGivenName } = person();
    const { familyName: ___, ...noFamilyName } = person();
    const { '@type': ____, ...noType } = person();
    const incomplete: [object, string][] = [
      [{ '@type': 'CustomerAccount', customer: person() }, '/@context'],
      [{ '@context': context, customer: person() }, '/@type'],
      [{ '@context': context, '@type': 'CustomerAccount' }, '/customer'],
      [wrapped(noType), '/customer/@type'],
      [wrapped(noEmail), '/customer/email'],
      [wrapped(noGivenName), '/customer/givenName'],
      [wrapped(noFamilyName), '/customer/familyName'],
      [{ givenName: 'Ida', familyName: 'Moss' }, '/email'],
    ];
    for (const [body, pointer] of incomplete) {
      const response = await create(body);
      assertRefused(response, 'IncompleteCustomerDetailsError', [pointer]);
      assert.equal(response.body.description, `${pointer}: is required`);
    }
  });

  it('400 names every faulty member; missing ones come first and decide the class', async () => {
    const response = await create(
      wrapped({ '@type': 'Person', email: 7, familyName: '', nickname: 'Gigi', 'acme:vip': true }),
    );
    assertRefused(response, 'IncompleteCustomerDetailsError', [
      '/customer/givenName',
      '/customer/nickname',
      '/customer/acme:vip',
      '/customer/email',
      '/customer/familyName',
    ]);
    assert.equal(response.body.description, '/customer/givenName: is required');
  });

  it('400 OpenBookingError #InvalidRequest for every other fault, named by pointer', async () => {
    const long = (length: number) => 'x'.repeat(length);
    const faulty: [object, string][] = [
      [wrapped(person(), { '@id': 'https://accounts.example.com/api/v2/customer-accounts/x' }), '/@id'],
      [wrapped(person(), { accessPass: { '@type': 'Barcode', text: 'NM1' } }), '/accessPass'],
      [wrapped(person(), { entitlement: { '@type': 'Entitlement' } }), '/entitlement'],
      [wrapped(person(), { '@type': 'Account' }), '/@type'],
      [wrapped(person(), { '@context': 'https://schema.org/' }), '/@context'],
      [wrapped(person(), { '@context': [context, 'https://schema.org/'] }), '/@context/1'],
      [wrapped(person(), { identifier: '.hidden' }), '/identifier'],
      [wrapped(person(), { identifier: 'a/b' }), '/identifier'],
      [wrapped(person(), { identifier: '' }), '/identifier'],
      [wrapped(person(), { identifier: long(61) }), '/identifier'],
      [wrapped(person(), { identifier: 'é' }), '/identifier'],
      // The Kelvin sign, which NFC would turn into K: identifiers are not normalised.
      [wrapped(person(), { identifier: '\u212a' }), '/identifier'],
      [wrapped(person({ '@type': 'Organization' })), '/customer/@type'],
      [wrapped(person({ type: 'Person' })), '/customer/type'],
      [wrapped(person({ email: null })), '/customer/email'],
      [wrapped(person({ email: 'no at sign' })), '/customer/email'],
      [wrapped(person({ email: 'a@b@example.com' })), '/customer/email'],
      [wrapped(person({ email: `${long(243)}@example.com` })), '/customer/email'],
      [wrapped(person({ givenName: '   ' })), '/customer/givenName'],
      [wrapped(person({ givenName: long(101) })), '/customer/givenName'],
      [wrapped(person({ familyName: long(101) })), '/customer/familyName'],
      [wrapped(person({ telephone: long(41) })), '/customer/telephone'],
      [wrapped(person({ telephone: 207946 })), '/customer/telephone'],
      [wrapped(person({ telephone: '' })), '/customer/telephone'],
      [wrapped(person({ gender: long(101) })), '/customer/gender'],
      [wrapped(person({ 'imin:is13OrOver': 'true' })), '/customer/imin:is13OrOver'],
      [wrapped(person({ birthDate: '1971-02-29' })), '/customer/birthDate'],
      [wrapped(person({ birthDate: '1971-6-14' })), '/customer/birthDate'],
      [wrapped(person({ birthDate: '1899-12-31' })), '/customer/birthDate'],
      [wrapped(person({ birthDate: '2999-01-01' })), '/customer/birthDate'],
      [wrapped(person({ address: 'somewhere' })), '/customer/address'],
      [wrapped(person({ address: { '@type': 'Address' } })), '/customer/address/@type'],
      [wrapped(person({ address: { town: 'x' } })), '/customer/address/town'],
      [wrapped(person({ address: { streetAddress: long(201) } })), '/customer/address/streetAddress'],
      [wrapped(person({ address: { postalCode: long(201) } })), '/customer/address/postalCode'],
      [wrapped(person({ address: { addressCountry: 'UK' } })), '/customer/address/addressCountry'],
      [wrapped(person({ address: { addressCountry: 'GBR' } })), '/customer/address/addressCountry'],
      [wrapped(person({ emergencyContact: { name: long(201) } })), '/customer/emergencyContact/name'],
      [wrapped(person({ emergencyContact: { telephone: long(41) } })), '/customer/emergencyContact/telephone'],
      [wrapped(person({ emergencyContact: { email: 'x@example.com' } })), '/customer/emergencyContact/email'],
      [wrapped(person({ givenName: 'I\u0000da' })), '/customer/givenName'],
      [wrapped(person({ givenName: 'I\ud800da' })), '/customer/givenName'],
    ];
    for (const [body, pointer] of faulty) {
      const response = await create(body);
      assertRefused(response, 'OpenBookingError', [pointer]);
      assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#InvalidRequest');
      assert.ok(response.body.description.startsWith(`${pointer}: `), response.text);
    }
  });

  it('400 for what is no JSON object or ambiguous', async () => {
    for (const body of [
      '',
      '{',
      '[]',
      '"text"',
      'null',
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      `${'['.repeat(40)}${']'.repeat(40)}`,
    ]) {
      const response = await create(body);
      assert.equal(response.status, 400, body);
      assert.notEqual(response.body.description, '', body);
    }
    const none = await create('{');
    assert.equal(none.body['@type'], 'OpenBookingError');
    assert.equal(none.body.description, 'The request is not valid JSON.');
    assert.equal('tessera:invalid' in none.body, false);
  });

  it('400 tells at most 20 faults and quotes no values', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`member${index}`, 'secret value']));
    const response = await create(wrapped(person({ ...many, birthDate: 'secret value' })));
    assert.equal(pointers(response).length, 20);
    assert.doesNotMatch(response.text, /secret/);
  });

  it('400 stores nothing: the same e-mail address can be used afterwards', async () => {
    const customer = person();
    assert.equal(
      (await create(wrapped({ ...customer, birthDate: '2999-01-01' }, { identifier: 'tried' }))).status,
      400,
    );
    assert.equal((await create(wrapped(customer, { identifier: 'tried' }))).status, 201);
  });
});
