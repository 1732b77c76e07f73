import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { startBroker } from './support.ts';

const broker = await startBroker();

describe('PATCH', () => {
  it('200 answers in the form of the path, with entity tag and caching rules', async () => {
    const identifier = await broker.account({ telephone: '1' });
    for (const path of ['/customer-accounts', '/customers']) {
      const patched = await broker.call('PATCH', `${path}/${identifier}`, { body: { gender: path } });
      const read = await broker.call('GET', `${path}/${identifier}`);
      assert.deepEqual(patched.body, read.body);
      assert.equal(patched.headers.etag, read.headers.etag);
      assert.equal(patched.headers['cache-control'], 'private, no-cache');
    }
  });

  it('200 for an empty patch, both key styles, @context, and the merge patch media type', async () => {
    const identifier = await broker.account();
    const bodies = [
      {},
      {
        type: 'Person',
        gender: 'a',
        address: { type: 'PostalAddress', postalCode: 'NB1' },
        emergencyContact: { type: 'Person', name: 'R' },
      },
      { '@type': 'Person', gender: 'b', address: { '@type': 'PostalAddress', postalCode: 'NB2' } },
      { '@context': 'https://openactive.io/', gender: 'c' },
    ];
    for (const body of bodies) {
      const headers = { 'content-type': 'application/merge-patch+json' };
      const response = await broker.call('PATCH', `/customer-accounts/${identifier}`, { body, headers });
      assert.equal(response.status, 200, response.text);
    }
    const { customer } = await broker.shown(identifier);
    assert.equal(customer.gender, 'c');
    assert.deepEqual(customer.address, { '@type': 'PostalAddress', postalCode: 'NB2' });
  });

  it('200 for the person is seen in every account of the customer', async () => {
    const identifier = await broker.account();
    const { customer } = await broker.stored(identifier);
    const second = await createAccount(broker.store, broker.actor(), { customerNumber: customer.number }, {});
    await broker.call('PATCH', `/customer-accounts/${identifier}`, { body: { gender: 'shared' } });
    const other = await broker.shown(second.account.identifier);
    assert.equal(other.customer.gender, 'shared');
    assert.equal(other.tag, '"2.0"');
  });
});
