import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Address } from '#domain/customer.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { expireCustomers } from '#operations/customers/expire.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { readCustomer } from '#operations/customers/read.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { putProfile, refused, startEntur, succeeded } from './support.ts';

// P4 clears or replaces only what Entur can show, and a value that is sent back always passes (architecture.md, Settled 12).
const server = await startEntur();
const { call } = server;
const actor = () => tesseraActor(server.organisation, 'job', new Date());

async function born(input: NewCustomer): Promise<number> {
  return (await createCustomer(server.store, actor(), input)).customer.number;
}

async function stored(number: number) {
  return (await readCustomer(server.store, actor(), number)).customer;
}

const put = (number: number, members: Record<string, unknown> = {}) =>
  call('PUT', `/profiles/${number}`, { ...putProfile, ...members });

describe('what Entur cannot show', () => {
  test('200 gender, emergency contact, 13+ flag, full name, job title stay', async () => {
    const hidden = {
      name: 'Ola Nordmann',
      gender: 'https://schema.org/Male',
      is13OrOver: true,
      jobTitle: 'Conductor',
      emergencyContact: { name: 'Kari Nordmann', telephone: '+47 12 34 56 78' },
    };
    const number = await born({
      kind: 'person',
      details: { ...hidden, email: 'hidden@example.com', nationality: 'NOR' },
    });
    const profile = succeeded(await put(number, { surname: 'Berg' }));
    assert.equal('email' in profile, false);
    const { details } = await stored(number);
    assert.deepEqual(details, { ...hidden, givenName: 'Ola', familyName: 'Berg' });
  });

  test('200 a telephone that does not fit stays until a number replaces it', async () => {
    const number = await born({
      kind: 'person',
      details: { familyName: 'Berg', telephone: '+44 20 7946 0000', landline: '22 00 00 00' },
    });
    succeeded(await put(number));
    assert.partialDeepStrictEqual((await stored(number)).details, {
      telephone: '+44 20 7946 0000',
      landline: '22 00 00 00',
    });
    succeeded(
      await put(number, { countryCode: '+47', telephoneNumberNoCountryCode: '12345678', landlineNumber: '22000000' }),
    );
    const parts = { countryCode: '+47', number: '12345678' };
    assert.partialDeepStrictEqual((await stored(number)).details, {
      telephone: '+4712345678',
      telephoneParts: parts,
      landline: '22000000',
    });
    succeeded(await put(number));
    const { details } = await stored(number);
    assert.deepEqual([details.telephone, details.telephoneParts, details.landline], [undefined, undefined, undefined]);
  });

  test('200 hidden addresses stay where they stand, regions stay with their address', async () => {
    const shown = {
      streetAddress: 'Eksempelveien 3',
      postalCode: '0150',
      addressLocality: 'Oslo',
      addressCountry: 'NO',
      addressRegion: 'Oslo',
    };
    const hidden = { addressLocality: 'Bergen', addressRegion: 'Vestland' };
    const number = await born({
      kind: 'person',
      details: { familyName: 'Berg', addresses: [hidden, shown, { ...hidden, addressLocality: 'Voss' }] },
    });
    const before = (await stored(number)).details.addresses as [Address, Address, Address];
    const one = { postalAddress: 'Nygata 1', postCode: '5003', city: 'Bergen' };
    const profile = succeeded(await put(number, { postalAddresses: [one, { ...one, postalAddress: 'Nygata 2' }] }));
    const after = (await stored(number)).details.addresses as Address[];
    const moved = { streetAddress: 'Nygata 1', postalCode: '5003', addressLocality: 'Bergen', addressCountry: 'NO' };
    assert.deepEqual(after.slice(0, 3), [before[0], { ...before[1], ...moved }, before[2]]);
    assert.deepEqual(after[3], { id: profile.postalAddresses[1].id, ...moved, streetAddress: 'Nygata 2' });
    succeeded(await put(number, { postalAddresses: [] }));
    assert.deepEqual((await stored(number)).details.addresses, [before[0], before[2]]);
    succeeded(await put(number));
    assert.deepEqual((await stored(number)).details.addresses, [before[0], before[2]]);
  });

  test('200 an organisation keeps its legal name, VAT number and addresses of the web', async () => {
    const hidden = {
      legalName: 'Fjordbuss Drift AS',
      vatID: 'NO999999999MVA',
      url: 'https://fjordbuss.example.com',
      sameAs: ['https://example.com/fjordbuss'],
    };
    const number = await born({ kind: 'organization', details: { ...hidden, name: 'Fjordbuss AS' } });
    const profile = succeeded(await put(number, { firstName: '', surname: 'Fjordbuss Ny AS' }));
    assert.deepEqual([profile.firstName, profile.surname], ['', 'Fjordbuss Ny AS']);
    assert.deepEqual((await stored(number)).details, { ...hidden, name: 'Fjordbuss Ny AS' });
    refused(await put(number, { firstName: 'Ola', surname: 'Fjordbuss AS' }), 400, 606, 'firstName');
    refused(
      await put(number, { firstName: '', surname: 'Fjordbuss AS', dateOfBirth: '1990-01-01' }),
      400,
      400,
      'dateOfBirth',
    );
  });
});

describe('what is sent back as it is shown', () => {
  test('200 missing names, an email longer than 80, names longer than 100, foreign postcodes without a country', async () => {
    const email = `${'x'.repeat(150)}@localhost`;
    const address = { streetAddress: '1 Test Street', postalCode: 'EC1A 1BB', addressLocality: 'London' };
    const number = await born({
      kind: 'person',
      details: { familyName: 'y'.repeat(150), email, addresses: [address] },
    });
    const shown = succeeded(await call('GET', `/profiles/${number}`));
    const before = await stored(number);
    const response = await call('PUT', `/profiles/${number}`, shown);
    assert.deepEqual(succeeded(response), shown);
    assert.deepEqual(await stored(number), before);
    const { id, ...withoutId } = shown.postalAddresses[0];
    const again = succeeded(
      await put(number, { ...shown, ...putProfile, firstName: '', surname: 'Berg', postalAddresses: [withoutId] }),
    );
    assert.deepEqual(
      [again.firstName, again.surname, again.email, again.postalAddresses],
      ['', 'Berg', email, [{ id, ...withoutId }]],
    );
    assert.equal((await stored(number)).details.givenName, undefined);
  });

  test('400 values that differ from what is shown are judged as new ones', async () => {
    const email = `${'x'.repeat(150)}@example.com`;
    const number = await born({ kind: 'person', details: { familyName: 'Berg', givenName: 'Ola', email } });
    refused(await put(number, { email: `x${email}` }), 400, 603, 'email');
    refused(await put(number, { email, firstName: '' }), 400, 606, 'firstName');
    const unnamed = await born({
      kind: 'person',
      details: { familyName: 'Berg', givenName: 'Ola', email: 'unnamed@example.com' },
    });
    refused(await put(unnamed, { surname: 'x'.repeat(101) }), 400, 606, 'surname');
  });

  test('200 a parent that is gone may be sent back, a new one may not', async () => {
    const parent = await server.profile();
    const { customerNumber } = await server.profile({ parentId: parent.customerNumber });
    succeeded(await call('DELETE', `/profiles/${parent.customerNumber}?expirationDate=2020-01-01`));
    assert.equal(await expireCustomers(server.store, new Date()), 1);
    assert.equal(
      succeeded(await put(customerNumber, { parentId: parent.customerNumber })).parentId,
      parent.customerNumber,
    );
    const other = await server.profile();
    refused(await put(other.customerNumber, { parentId: parent.customerNumber }), 400, 400, 'parentId');
  });
});
