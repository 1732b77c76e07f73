import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pointers, startBroker, updateAction } from './support.ts';
import { address, assertUpdateFailed, full } from './ways.ts';

const broker = await startBroker();

describe('POST /customer-accounts/:id/actions', () => {
  const act = (identifier: string, body: unknown) =>
    broker.call('POST', `/customer-accounts/${identifier}/actions`, { body });

  it('200 shows the named members with their resulting values, cleared ones absent', async () => {
    const identifier = await broker.account(full);
    const object = {
      '@type': 'Person',
      telephone: ' 020 7946 0199 ',
      gender: null,
      address: { addressCountry: 'no' },
      emergencyContact: { name: null, telephone: null },
    };
    const { status, body, headers } = await act(identifier, updateAction(object));
    assert.equal(status, 200);
    assert.deepEqual(body, {
      '@context': 'https://openactive.io/',
      '@type': 'CustomerUpdateAction',
      actionStatus: 'https://schema.org/CompletedActionStatus',
      object: {
        '@type': 'Person',
        telephone: '020 7946 0199',
        address: { '@type': 'PostalAddress', ...address, addressCountry: 'NO' },
      },
    });
    assert.equal(headers['cache-control'], 'private, no-store');
  });

  it('200 without @context', async () => {
    const body = { '@type': 'CustomerUpdateAction', object: { gender: 'x' } };
    assert.equal((await act(await broker.account(), body)).status, 200);
  });

  it('400 for an unknown @type, naming the ones that exist and nothing else', async () => {
    const identifier = await broker.account();
    const known = ['CustomerUpdateAction', 'imin:EntitlementUpdateAction', 'imin:AccessPassUpdateAction'];
    const message = `must be one of ${known.map((type) => `"${type}"`).join(', ')}`;
    for (const type of ['EntitlementUpdateAction', 'imin:accessPassUpdateAction', 'UpdateAction', '', null, 7]) {
      const body = { '@type': type, object: { '@type': 'Barcode', text: 'NM1' } };
      assertUpdateFailed(await act(identifier, body), [['/@type', message]]);
    }
    assertUpdateFailed(await act(identifier, { object: {} }), [['/@type', 'is required']]);
  });

  it('400 for an object that is missing or names no member', async () => {
    const identifier = await broker.account();
    assertUpdateFailed(await act(identifier, { '@type': 'CustomerUpdateAction' }), [['/object', 'is required']]);
    for (const object of [{}, { '@type': 'Person' }]) {
      assertUpdateFailed(await act(identifier, updateAction(object)), [
        ['/object', 'must name at least one member to change'],
      ]);
    }
  });

  it('400 for any Seller, naming all of them; nothing is applied', async () => {
    const identifier = await broker.account();
    const seller = Array.from({ length: 50 }, (_, index) => `https://sellers.example.com/${index}`);
    const response = await act(identifier, updateAction({ gender: 'x' }, { seller }));
    assert.equal(response.status, 400);
    assert.equal(response.body['@type'], 'UpdateFailedError');
    assert.equal(response.body.description, `Not linked to this customer: ${seller.join(', ')}`);
    assert.deepEqual(
      pointers(response),
      Array.from({ length: 20 }, (_, index) => `/seller/${index}`),
    );
    assert.equal((await broker.shown(identifier)).tag, '"1.0"');
  });

  it('400 for a list of Sellers that is empty, too long, repeats one, or holds no URLs', async () => {
    const identifier = await broker.account();
    const seller = Array.from({ length: 51 }, (_, index) => `https://sellers.example.com/${index}`);
    const one = 'https://sellers.example.com/riverside';
    for (const [given, pointer] of [
      [[], '/seller'],
      [seller, '/seller'],
      [[one, one], '/seller'],
      [['riverside'], '/seller/0'],
      [null, '/seller'],
      [one, '/seller'],
    ]) {
      const response = await act(identifier, updateAction({ gender: 'x' }, { seller: given }));
      assert.equal(response.body['@type'], 'UpdateFailedError');
      assert.deepEqual(pointers(response), [pointer]);
    }
  });

  it('400 for members beside those of the action', async () => {
    const response = await act(
      await broker.account(),
      updateAction({ gender: 'x' }, { '@id': 'https://example.com', result: {} }),
    );
    assert.deepEqual(pointers(response).sort(), ['/@id', '/result']);
  });
});
