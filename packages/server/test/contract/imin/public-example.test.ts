import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startBroker } from './support.ts';

const broker = await startBroker();

it("the full example of imin's public page goes in and comes out the same", async () => {
  const customer = {
    '@type': 'Person',
    email: 'geoffcapes@example.com',
    telephone: '020 811 8055',
    givenName: 'Geoff',
    familyName: 'Capes',
    birthDate: '1970-01-01',
    gender: 'https://schema.org/Female',
    'imin:is13OrOver': true,
    address: {
      '@type': 'PostalAddress',
      streetAddress: 'Raynes Park High School, 46A West Barnes Lane',
      addressLocality: 'New Malden',
      addressRegion: 'London',
      postalCode: 'NW5 3DU',
      addressCountry: 'GB',
    },
    emergencyContact: { '@type': 'Person', name: 'Ralph Capes', telephone: '020 811 8055' },
  };
  const account = { '@context': 'https://openactive.io/', '@type': 'CustomerAccount', identifier: 'abc', customer };
  const created = await broker.call('POST', '/customer-accounts', { body: account });
  assert.equal(created.status, 201, created.text);
  const read = await broker.call('GET', '/customer-accounts/abc');
  assert.deepEqual(read.body, { ...account, '@id': `https://accounts.example.com/api/v2/customer-accounts/abc` });
  assert.deepEqual(created.body, read.body);
});
