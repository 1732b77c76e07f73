import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCustomer } from '#operations/customers/create.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call, organisation } = server;

/** Numbers of the profiles found, which both addresses must agree on. */
async function found(query: string): Promise<number[]> {
  const answers = await Promise.all(['/profiles', '/profiles-search'].map((path) => call('GET', `${path}?${query}`)));
  const [one, two] = answers.map(succeeded);
  assert.deepEqual(one, two);
  return one.map((profile: { customerNumber: number }) => profile.customerNumber);
}

const kari = await server.profile({
  firstName: 'Kari Åse',
  surname: 'Ørnes',
  email: 'Kari+tog@Example.com',
  customerRef: 'REF-K',
  countryCode: '+47',
  telephoneNumberNoCountryCode: '12345678',
  landlineNumber: '+4722000000',
  dateOfBirth: '1988-05-17',
  vippsId: 'vipps-K',
  postalAddresses: [
    { postalAddress: 'Åsgata 3', postCode: '0150', city: 'Oslo' },
    { postalAddress: 'Fjordveien 1', postCode: '5003', city: 'Bergen' },
  ],
});
const per = await server.profile({
  firstName: 'Per',
  surname: 'Ørnes',
  telephoneNumber: '+4787654321',
  dateOfBirth: '1990-01-01',
});
const K: number = kari.customerNumber;
const P: number = per.customerNumber;

describe('P1 find', () => {
  test('200 each parameter: names, email and street ignoring case, the rest equal', async () => {
    const queries: [string, number[]][] = [
      ['firstName=kari%20%C3%A5se', [K]],
      ['firstName=KARI+%C3%85SE', [K]],
      ['firstName=kari', []],
      ['surname=%20%C3%B8RNES%20', [K, P]],
      ['email=KARI%2BTOG@example.com', [K]],
      ['email=kari+tog@example.com', [K]],
      ['customerRef=REF-K', [K]],
      ['customerRef=ref-k', []],
      [`customerRef=${P}`, [P]],
      [`customerRef=${K}`, []],
      ['countryCode=%2B47&telephoneNumberNoCountryCode=12345678', [K]],
      ['countryCode=+47&telephoneNumberNoCountryCode=12345678', [K]],
      ['countryCode=%2B4&telephoneNumberNoCountryCode=712345678', []],
      ['countryCode=%2B47&telephoneNumberNoCountryCode=87654321', []],
      ['telephoneNumber=%2B4712345678', [K]],
      ['telephoneNumber=+4787654321', [P]],
      ['telephoneNumber=4787654321', []],
      ['landlineNumber=%2B4722000000', [K]],
      ['landlineNumber=22000000', []],
      ['dateOfBirth=1988-05-17', [K]],
      ['vippsId=vipps-K', [K]],
      ['vippsId=VIPPS-K', []],
      ['postalAddress=%C3%A5SGATA%203', [K]],
      ['postalAddress=%C3%85sgata', []],
      ['postCode=5003', [K]],
      ['postCode=0151', []],
    ];
    for (const [query, numbers] of queries) assert.deepEqual(await found(query), numbers, query);
  });

  test('200 all parameters must match; those of an address match one address', async () => {
    assert.deepEqual(await found('surname=%C3%98rnes&firstName=Per'), [P]);
    assert.deepEqual(await found('surname=%C3%98rnes&dateOfBirth=1988-05-17'), [K]);
    assert.deepEqual(await found('surname=%C3%98rnes&email=other@example.com'), []);
    assert.deepEqual(await found('postalAddress=%C3%85sgata%203&postCode=0150'), [K]);
    assert.deepEqual(await found('postalAddress=%C3%85sgata%203&postCode=5003'), []);
  });

  test('200 parameters that are ignored: half a pair, the joined number beside a pair, unknown ones', async () => {
    assert.deepEqual(await found('surname=%C3%98rnes&countryCode=%2B46'), [K, P]);
    assert.deepEqual(await found('surname=%C3%98rnes&telephoneNumberNoCountryCode=1'), [K, P]);
    assert.deepEqual(await found('countryCode=%2B47&telephoneNumberNoCountryCode=12345678&telephoneNumber=1'), [K]);
    assert.deepEqual(await found('countryCode=%2B46&telephoneNumber=%2B4712345678'), [K]);
    assert.deepEqual(await found('surname=%C3%98rnes&shoeSize=43'), [K, P]);
    assert.deepEqual(await found(`surname=%C3%98rnes&organisationId=${organisation.id}&includeTemporary=true`), [K, P]);
  });

  test('200 [] for data that Tessera does not hold', async () => {
    for (const name of ['ticketRightOwner', 'ticketRightBearer', 'invoiceOrganisationId']) {
      assert.deepEqual(await found(`${name}=1`), []);
      assert.deepEqual(await found(`surname=%C3%98rnes&${name}=1`), []);
    }
  });

  test('200 whole profiles by customer number, at most maxResultSet of them, 100 by default', async () => {
    const many = await Promise.all(Array.from({ length: 103 }, () => server.profile({ surname: 'Mange' })));
    const numbers = many.map(({ customerNumber }) => customerNumber).sort((a, b) => a - b);
    assert.deepEqual(await found('surname=mange'), numbers.slice(0, 100));
    assert.deepEqual(await found('surname=mange&maxResultSet=500'), numbers);
    assert.deepEqual(await found('surname=mange&maxResultSet=1'), numbers.slice(0, 1));
    const [first] = succeeded(await call('GET', '/profiles?surname=mange&maxResultSet=1'));
    assert.deepEqual(first, succeeded(await call('GET', `/profiles/${numbers[0]}`)));
  });

  test('200 only active profiles', async () => {
    const { customerNumber } = await server.profile({ surname: 'Passiv' });
    assert.deepEqual(await found('surname=passiv'), [customerNumber]);
    succeeded(await call('DELETE', `/profiles/${customerNumber}`));
    assert.deepEqual(await found('surname=passiv'), []);
  });

  test('200 what Entur does not show is not found by: full names, incomplete addresses; organisations are, by name', async () => {
    const actor = tesseraActor(organisation, 'job', new Date());
    const addresses = [{ streetAddress: 'Skjult 1', postalCode: '9999' }];
    await createCustomer(server.store, actor, { kind: 'person', details: { name: 'Fjordbuss AS', addresses } });
    const { customer } = await createCustomer(server.store, actor, {
      kind: 'organization',
      details: { name: 'Fjordbuss AS' },
    });
    assert.deepEqual(await found('surname=fjordbuss%20as'), [customer.number]);
    assert.deepEqual(await found('postalAddress=Skjult%201'), []);
    assert.deepEqual(await found('postCode=9999'), []);
  });

  test('400/400 without an effective parameter', async () => {
    const queries = [
      '',
      `organisationId=${organisation.id}`,
      'maxResultSet=5',
      'includeTemporary=true',
      'countryCode=%2B47',
      'telephoneNumberNoCountryCode=12345678',
      'shoeSize=43',
    ];
    for (const query of queries) {
      refused(await call('GET', `/profiles?${query}`), 400, 400);
      refused(await call('GET', `/profiles-search?${query}`), 400, 400);
    }
  });

  test('400/400 parameters that cannot be read; they are named', async () => {
    const queries: [string, string][] = [
      ['surname=A&maxResultSet=0', 'maxResultSet'],
      ['surname=A&maxResultSet=501', 'maxResultSet'],
      ['surname=A&maxResultSet=ten', 'maxResultSet'],
      ['surname=A&includeTemporary=1', 'includeTemporary'],
      ['dateOfBirth=1988-02-30', 'dateOfBirth'],
      ['dateOfBirth=0000-01-01', 'dateOfBirth'],
      ['surname=', 'surname'],
      ['surname=A&surname=B', 'surname'],
      ['surname=A&organisationId=x', 'organisationId'],
      ['surname=A&organisationId=99999999999999999999', 'organisationId'],
      ['surname=%00', 'surname'],
    ];
    for (const [query, name] of queries) refused(await call('GET', `/profiles?${query}`), 400, 400, name);
    refused(await call('GET', '/profiles?surname=%zz'), 400, 400);
    refused(await call('GET', '/profiles?surname=%FF'), 400, 400);
  });

  test('403/403 another organisation', async () => {
    refused(await call('GET', '/profiles?surname=A&organisationId=1'), 403, 403, 'organisationId');
  });

  test('200 hostile values find nothing', async () => {
    for (const value of [`' or 1=1 --`, '%', '_', '\\', '"', '{}']) {
      for (const name of [
        'firstName',
        'surname',
        'postalAddress',
        'postCode',
        'landlineNumber',
        'telephoneNumber',
        'vippsId',
        'customerRef',
      ]) {
        assert.deepEqual(await found(`${name}=${encodeURIComponent(value)}`), []);
      }
    }
  });
});
