import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { person, pointers, startBroker, wrapped } from './support.ts';

const broker = await startBroker();

const create = (body: unknown) => broker.call('POST', '/customers', { body });
function flat(members: object = {}): Record<string, unknown> {
  const { '@type': _, ...rest } = person(members);
  return rest;
}

describe('POST /customers', () => {
  it('201 with all Person members, nested ones with type', async () => {
    const members = {
      telephone: '1',
      birthDate: '1971-06-14',
      gender: 'https://schema.org/Male',
      'imin:is13OrOver': true,
      address: { type: 'PostalAddress', postalCode: 'NB1 2ZZ' },
      emergencyContact: { type: 'Person', name: 'Ralf' },
    };
    const body = flat(members);
    const created = await create(body);
    assert.equal(created.status, 201, created.text);
    const { identifier } = created.body;
    const id = `https://accounts.example.com/api/v2/customers/${identifier}`;
    assert.deepEqual(created.body, { type: 'Person', id, identifier, ...body });
    assert.equal(created.headers.location, id);
    assert.equal(created.headers.etag, '"1.0"');
    assert.equal(created.headers['cache-control'], 'private, no-cache');
    assert.deepEqual((await broker.call('GET', `/customers/${identifier}`)).body, created.body);
  });

  it('201 takes type or @type Person, @context and an identifier', async () => {
    for (const [index, members] of [
      { type: 'Person' },
      { '@type': 'Person' },
      { '@context': 'https://openactive.io/' },
    ].entries()) {
      const { status, body } = await create({ ...flat(), ...members, identifier: `flat-${index}` });
      assert.equal(status, 201);
      assert.equal(body.identifier, `flat-${index}`);
    }
  });

  it('400 as for the other path, with pointers into the flat body', async () => {
    const { email: _, ...incomplete } = flat();
    const missing = await create(incomplete);
    assert.equal(missing.body['@type'], 'IncompleteCustomerDetailsError');
    assert.deepEqual(pointers(missing), ['/email']);
    const faulty: [object, string][] = [
      [{ type: 'Organization' }, '/type'],
      [{ customer: {} }, '/customer'],
      [{ id: 'x' }, '/id'],
      [{ identifier: 'a b' }, '/identifier'],
      [{ birthDate: '2999-01-01' }, '/birthDate'],
      [{ address: { addressCountry: 'UK' } }, '/address/addressCountry'],
      [{ 'imin:other': 1 }, '/imin:other'],
    ];
    for (const [members, pointer] of faulty) {
      const response = await create({ ...flat(), ...members });
      assert.equal(response.status, 400);
      assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#InvalidRequest');
      assert.deepEqual(pointers(response), [pointer]);
    }
    const wrappedBody = await create(wrapped());
    assert.equal(wrappedBody.body['@type'], 'IncompleteCustomerDetailsError');
  });

  it('409 for an e-mail address or an identifier that is used', async () => {
    const used = flat({ email: 'Used@example.com' });
    assert.equal((await create({ ...used, identifier: 'used' })).status, 201);
    const email = await create(flat({ email: 'used@example.COM' }));
    assert.equal(email.status, 409);
    assert.equal(email.body.description, '/email: is already used by another account');
    const identifier = await create({ ...flat(), identifier: 'used' });
    assert.equal(identifier.status, 409);
    assert.equal(identifier.body.description, '/identifier: is already used by another account');
  });

  it('410 for an identifier that was erased', async () => {
    await create({ ...flat(), identifier: 'forgotten' });
    assert.equal((await broker.call('DELETE', '/customers/forgotten')).status, 202);
    assert.equal((await create({ ...flat(), identifier: 'forgotten' })).status, 410);
  });
});

describe('the legacy and the current paths', () => {
  it('200 both give the same account, whichever created it', async () => {
    const viaFlat = (await create(flat({ telephone: '1', address: { postalCode: 'NB1 2ZZ' } }))).body.identifier;
    const viaWrapped = await broker.account({ telephone: '1', address: { postalCode: 'NB1 2ZZ' } });
    for (const identifier of [viaFlat, viaWrapped]) {
      await broker.call('PATCH', `/customers/${identifier}`, { body: { givenName: 'Changed' } });
      const whole = await broker.call('GET', `/customer-accounts/${identifier}`);
      const legacy = await broker.call('GET', `/customers/${identifier}`);
      const { type, id, identifier: same, address, ...members } = legacy.body;
      const { '@type': _, address: wholeAddress, ...wholeMembers } = whole.body.customer;
      assert.equal(type, 'Person');
      assert.equal(id, `https://accounts.example.com/api/v2/customers/${identifier}`);
      assert.equal(same, whole.body.identifier);
      assert.deepEqual(members, wholeMembers);
      assert.equal(members.givenName, 'Changed');
      assert.equal(address.postalCode, wholeAddress.postalCode);
      assert.equal(whole.headers.etag, '"2.0"');
      assert.equal(legacy.headers.etag, '"2.0"');
    }
    assert.equal((await broker.call('DELETE', `/customers/${viaWrapped}`)).status, 202);
    assert.equal((await broker.call('GET', `/customer-accounts/${viaWrapped}`)).status, 410);
  });
});
