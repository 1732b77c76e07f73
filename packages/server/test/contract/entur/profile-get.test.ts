import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCustomer } from '#operations/customers/create.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { refused, startEntur, succeeded } from './support.ts';

const server = await startEntur();
const { call } = server;

/** A customer as another dialect leaves it, and how Entur shows it. */
async function shown(input: NewCustomer) {
  const actor = tesseraActor(server.organisation, 'job', new Date());
  const { customer } = await createCustomer(server.store, actor, input);
  return succeeded(await call('GET', `/profiles/${customer.number}`));
}

describe('P3 get', () => {
  test('200 with ETag; the two booleans are accepted and have no effect; other parameters are ignored', async () => {
    const created = await server.profile({ email: 'ola@example.com' });
    const path = `/profiles/${created.customerNumber}`;
    for (const query of ['', '?includeECards=true&includePersonnelTicket=false', '?foo=bar&fields=email']) {
      const response = await call('GET', `${path}${query}`);
      assert.deepEqual(succeeded(response), created);
      assert.equal(response.headers.etag, `"c${created.customerNumber}-1"`);
    }
  });

  test('400/400 a boolean that is none', async () => {
    refused(await call('GET', '/profiles/1?includeECards=yes'), 400, 400, 'includeECards');
  });

  test('404/617 unknown', async () => {
    refused(await call('GET', '/profiles/999'), 404, 617);
  });

  test('200 the ETag moves with every write to the profile or its accounts', async () => {
    const { customerNumber } = await server.profile();
    const { customerAccountId } = await server.account(customerNumber);
    const path = `/profiles/${customerNumber}`;
    assert.equal((await call('GET', path)).headers.etag, `"c${customerNumber}-2"`);
    succeeded(await call('PATCH', `${path}/customer-accounts/${customerAccountId}`, { alias: 'Jobb' }));
    assert.equal((await call('GET', path)).headers.etag, `"c${customerNumber}-3"`);
  });
});

describe('profiles of other dialects', () => {
  test("200 missing names are empty; a person's full name is no surname", async () => {
    const profile = await shown({ kind: 'person', details: { name: 'Kari Nordmann', email: 'kari@example.com' } });
    assert.deepEqual([profile.firstName, profile.surname], ['', '']);
    assert.equal((await shown({ kind: 'person', details: { familyName: 'Berg' } })).surname, 'Berg');
  });

  test("200 an organisation's name is its surname", async () => {
    const profile = await shown({
      kind: 'organization',
      details: { name: 'Fjordbuss AS', legalName: 'Fjordbuss Drift AS' },
    });
    assert.deepEqual([profile.firstName, profile.surname], ['', 'Fjordbuss AS']);
  });

  test('200 telephones that do not fit are omitted', async () => {
    const telephone = async (details: NewCustomer['details']) => {
      const profile = await shown({ kind: 'person', details: { familyName: 'Berg', ...details } });
      return [
        profile.countryCode,
        profile.telephoneNumberNoCountryCode,
        profile.telephoneNumber,
        profile.landlineNumber,
      ];
    };
    const none = undefined;
    assert.deepEqual(await telephone({ telephone: '+4712345678' }), [none, none, '+4712345678', none]);
    assert.deepEqual(await telephone({ telephone: '+44 20 7946 0000' }), [none, none, none, none]);
    assert.deepEqual(await telephone({ telephone: '1'.repeat(20) }), [none, none, '1'.repeat(20), none]);
    assert.deepEqual(await telephone({ telephone: `+${'1'.repeat(20)}` }), [none, none, none, none]);
    assert.deepEqual(await telephone({ landline: '22 00 00 00' }), [none, none, none, none]);
    const parts = { countryCode: '+47', number: '12345678' };
    assert.deepEqual(await telephone({ telephone: '+4712345678', telephoneParts: parts }), [
      '+47',
      '12345678',
      '+4712345678',
      none,
    ]);
    // Parts of a number that another dialect has replaced.
    assert.deepEqual(await telephone({ telephone: '+4787654321', telephoneParts: parts }), [
      none,
      none,
      '+4787654321',
      none,
    ]);
  });

  test('200 an address is shown only with street, postcode and city, without a country that is not known', async () => {
    const complete = { streetAddress: '1 Test Street', postalCode: 'EC1A 1BB', addressLocality: 'London' };
    const { streetAddress: _, ...noStreet } = complete;
    const { postalCode: __, ...noCode } = complete;
    const { addressLocality: ___, ...noCity } = complete;
    const addresses = [
      noStreet,
      noCode,
      { ...complete, addressRegion: 'Greater London' },
      noCity,
      { ...complete, addressCountry: 'GB' },
    ];
    const { postalAddresses } = await shown({ kind: 'person', details: { familyName: 'Berg', addresses } });
    assert.deepEqual(
      postalAddresses.map(({ id, ...rest }: { id: number }) => rest),
      [
        { postalAddress: '1 Test Street', postCode: 'EC1A 1BB', city: 'London' },
        { postalAddress: '1 Test Street', postCode: 'EC1A 1BB', city: 'London', country: 'GB' },
      ],
    );
  });

  test('200 values longer than Entur would take are shown as stored', async () => {
    const email = `${'x'.repeat(200)}@example.com`;
    const profile = await shown({ kind: 'person', details: { familyName: 'y'.repeat(150), email } });
    assert.deepEqual([profile.email, profile.surname], [email, 'y'.repeat(150)]);
  });

  test('200 stamps are those of the caller and the dialect', async () => {
    const profile = await shown({ kind: 'person', details: { familyName: 'Berg' } });
    assert.deepEqual(
      [profile.createdBy, profile.createdByChannel, profile.changedBy, profile.changedByChannel],
      ['tessera', 'job', 'tessera', 'job'],
    );
  });
});
