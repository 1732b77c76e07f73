import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CustomerDetails } from '#domain/customer.ts';
import { pointers, startBroker } from './support.ts';
import { address, emergencyContact, full, waysOf } from './ways.ts';

const broker = await startBroker();

for (const { name, place, send } of waysOf(broker)) {
  describe(name, () => {
    it('200 changes the named members only and raises the version', async () => {
      const identifier = await broker.account(full);
      const before = await broker.shown(identifier);
      const response = await send(identifier, {
        familyName: 'Capella-Roe',
        address: { streetAddress: '9 Example Road' },
      });
      assert.equal(response.status, 200, response.text);
      const after = await broker.shown(identifier);
      const expected = { ...before.customer, familyName: 'Capella-Roe' };
      expected.address = { ...expected.address, streetAddress: '9 Example Road' };
      assert.deepEqual(after, { customer: expected, tag: '"2.0"' });
    });

    it('200 clears with null: each member, a part of a nested one, and a whole nested one', async () => {
      const cleared: [object, string, unknown][] = [
        [{ telephone: null }, 'telephone', undefined],
        [{ birthDate: null }, 'birthDate', undefined],
        [{ gender: null }, 'gender', undefined],
        [{ 'imin:is13OrOver': null }, 'imin:is13OrOver', undefined],
        [{ address: null }, 'address', undefined],
        [{ emergencyContact: null }, 'emergencyContact', undefined],
        ...Object.keys(address).map((member): [object, string, unknown] => {
          const { [member as keyof typeof address]: _, ...left } = address;
          return [{ address: { [member]: null } }, 'address', { '@type': 'PostalAddress', ...left }];
        }),
        [{ address: Object.fromEntries(Object.keys(address).map((member) => [member, null])) }, 'address', undefined],
        [{ emergencyContact: { name: null } }, 'emergencyContact', { '@type': 'Person', telephone: '020 7946 0456' }],
        [{ emergencyContact: { telephone: null } }, 'emergencyContact', { '@type': 'Person', name: 'Ralf Capella' }],
        [{ emergencyContact: { name: null, telephone: null } }, 'emergencyContact', undefined],
      ];
      for (const [members, member, left] of cleared) {
        const identifier = await broker.account(full);
        const before = await broker.shown(identifier);
        assert.equal((await send(identifier, members)).status, 200);
        const { [member]: _, ...others } = before.customer;
        const expected = left === undefined ? others : { ...others, [member]: left };
        assert.deepEqual((await broker.shown(identifier)).customer, expected, JSON.stringify(members));
      }
    });

    it('200 and the same version when nothing changes, also for clearing what is not there', async () => {
      const identifier = await broker.account({ telephone: '020 7946 0123', address: { addressCountry: 'GB' } });
      const before = await broker.shown(identifier);
      const nothings = [
        { telephone: ' 020 7946 0123 ' },
        { address: { addressCountry: 'gb', postalCode: null } },
        { gender: null, emergencyContact: null },
        { emergencyContact: {} },
      ];
      for (const members of nothings) assert.equal((await send(identifier, members)).status, 200);
      assert.deepEqual(await broker.shown(identifier), before);
      assert.equal(before.tag, '"1.0"');
    });

    it('200 sets false, and adds nested objects that were not there', async () => {
      const identifier = await broker.account();
      const added = {
        'imin:is13OrOver': false,
        address: { postalCode: 'NB1 2ZZ', streetAddress: null },
        emergencyContact,
      };
      assert.equal((await send(identifier, added)).status, 200);
      const { customer } = await broker.shown(identifier);
      assert.equal(customer['imin:is13OrOver'], false);
      assert.deepEqual(customer.address, { '@type': 'PostalAddress', postalCode: 'NB1 2ZZ' });
      assert.deepEqual(customer.emergencyContact, { '@type': 'Person', ...emergencyContact });
    });

    it('200 leaves alone what this dialect does not show', async () => {
      const details: CustomerDetails = {
        name: 'Ida M. Moss',
        landline: '22334456',
        nationality: 'NOR',
        language: 'NOB',
        jobTitle: 'Baker',
        vippsId: 'vipps-1',
        telephone: '+4722334455',
        telephoneParts: { countryCode: '+47', number: '22334455' },
      };
      const addresses = [{ postalCode: 'NB1 2ZZ' }, { postalCode: 'NB2 3YY', addressCountry: 'NO' }];
      const identifier = await broker.elsewhere({
        kind: 'person',
        customerRef: `ref ${name}`,
        details: { ...details, addresses },
      });
      const before = await broker.stored(identifier);
      const [first, second] = before.customer.details.addresses ?? [];

      const changed = { telephone: '+4722334455', gender: 'other', address: { addressRegion: 'Viken' } };
      assert.equal((await send(identifier, changed)).status, 200);
      const after = await broker.stored(identifier);
      const expected = { ...details, gender: 'other', addresses: [{ ...first, addressRegion: 'Viken' }, second] };
      assert.deepEqual(after.customer.details, expected);
      assert.equal(after.customer.customerRef, `ref ${name}`);
      assert.deepEqual(after.account, { ...before.account, version: 2 });

      assert.equal((await send(identifier, { telephone: '+47 99887766', address: null })).status, 200);
      const { telephoneParts: _, ...plain } = expected;
      const last = await broker.stored(identifier);
      assert.deepEqual(last.customer.details, { ...plain, telephone: '+47 99887766', addresses: [second] });
    });

    it('200 lets a stored value beyond the limits of this dialect come back unchanged', async () => {
      const long = 'x'.repeat(150);
      const details = {
        givenName: long,
        familyName: 'Moss',
        telephone: long,
        emergencyContact: { name: long.repeat(2) },
      };
      const identifier = await broker.elsewhere({
        kind: 'person',
        details: { ...details, addresses: [{ streetAddress: long.repeat(2) }] },
      });
      const same = { ...details, familyName: 'Roe', address: { streetAddress: long.repeat(2) } };
      assert.equal((await send(identifier, same)).status, 200);
      const other = { givenName: `${long}y`, telephone: `${long}y`, emergencyContact: { name: `${long.repeat(2)}y` } };
      const response = await send(identifier, { ...other, address: { streetAddress: `${long.repeat(2)}y` } });
      assert.equal(response.status, 400);
      assert.deepEqual(
        pointers(response).sort(),
        ['/address/streetAddress', '/emergencyContact/name', '/givenName', '/telephone'].map(
          (member) => place + member,
        ),
      );
    });
  });
}
