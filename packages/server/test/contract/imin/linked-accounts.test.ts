import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectionPage } from '#dialects/imin/collection.ts';
import { Refusal } from '#domain/refusal.ts';
import { errorBody, pointers, startBroker } from './support.ts';

const broker = await startBroker();
const name = 'The requested resource was not found';

describe('GET /customer-accounts/:id/linked-accounts', () => {
  const list = (identifier: string, query = '', key = broker.key) =>
    broker.call('GET', `/customer-accounts/${identifier}/linked-accounts${query}`, { key });

  it('200 an empty collection in its envelope', async () => {
    const identifier = await broker.account();
    const url = `https://accounts.example.com/api/v2/customer-accounts/${identifier}/linked-accounts`;
    for (const [query, id] of [
      ['', url],
      ['?page=1', `${url}?page=1`],
    ] as const) {
      const { status, body, headers } = await list(identifier, query);
      assert.equal(status, 200);
      assert.equal(headers['cache-control'], 'private, no-store');
      assert.deepEqual(body, {
        '@context': ['https://openactive.io/', 'https://schema.imin.co/', 'https://openactive.io/ns-beta'],
        id,
        type: 'imin:RestrictedCollection',
        'imin:totalItems': 0,
        view: {
          id,
          type: 'PartialCollectionView',
          first: `${url}?page=1`,
          last: `${url}?page=1`,
          'imin:currentPage': 1,
          'imin:itemsPerPage': 50,
          'imin:totalPages': 1,
          urlTemplate: `${url}?page={page}`,
        },
      });
    }
  });

  it('400 for a page that is no page number, and for other parameters', async () => {
    const identifier = await broker.account();
    for (const [query, pointer] of [
      ['?page=0', '?page'],
      ['?page=-1', '?page'],
      ['?page=x', '?page'],
      ['?page=', '?page'],
      ['?page=1&page=2', '?page'],
      ['?returnUrl=https://x.example.com', '?returnUrl'],
    ] as const) {
      const response = await list(identifier, query);
      assert.equal(response.status, 400, query);
      assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#InvalidRequest');
      assert.deepEqual(pointers(response), [pointer]);
    }
  });

  it('404 for a page beyond the last', async () => {
    const response = await list(await broker.account(), '?page=2');
    assert.equal(response.status, 404);
    assert.deepEqual(response.body, errorBody(response, 'NotFoundError', name, 'The collection has no such page.'));
  });

  it('404 for an unknown and a foreign account, 410 for an erased one', async () => {
    const other = await broker.organisationWithKey('Other');
    const foreign = await broker.account({}, other.key);
    for (const identifier of ['unknown', foreign]) {
      const response = await list(identifier);
      assert.equal(response.status, 404);
      assert.equal(response.body.description, 'No customer account with this identifier is available to you.');
    }
    assert.equal((await list(foreign, '', other.key)).status, 200);
    const erased = await broker.account();
    await broker.call('DELETE', `/customer-accounts/${erased}`);
    assert.equal((await list(erased)).status, 410);
  });
});

for (const method of ['GET', 'DELETE']) {
  describe(`${method} /customer-accounts/:id/linked-accounts/:sellerId`, () => {
    it('404 by identifier and by percent-encoded @id', async () => {
      const identifier = await broker.account();
      for (const seller of ['riverside', encodeURIComponent('https://sellers.example.com/riverside')]) {
        const response = await broker.call(method, `/customer-accounts/${identifier}/linked-accounts/${seller}`);
        assert.equal(response.status, 404);
        const description = 'The customer has no linked account at this Seller.';
        assert.deepEqual(response.body, errorBody(response, 'NotFoundError', name, description));
      }
    });

    it('404 for an unknown account, 410 for an erased one', async () => {
      const unknown = await broker.call(method, '/customer-accounts/unknown/linked-accounts/riverside');
      assert.equal(unknown.status, 404);
      assert.equal(unknown.body.description, 'No customer account with this identifier is available to you.');
      const erased = await broker.account();
      await broker.call('DELETE', `/customer-accounts/${erased}`);
      assert.equal((await broker.call(method, `/customer-accounts/${erased}/linked-accounts/riverside`)).status, 410);
    });
  });
}

describe('pages of a collection', () => {
  const url = 'https://accounts.example.com/api/v2/things';
  const items = Array.from({ length: 101 }, (_, index) => ({ index }));
  // biome-ignore lint/suspicious/noExplicitAny: the body is looked into freely
  const page = (number: number | undefined, of: object[] = items): any => collectionPage(url, of, number);

  it('hold 50 items, the last one the rest', () => {
    assert.deepEqual(
      [1, 2, 3].map((number) => page(number)['imin:item'].length),
      [50, 50, 1],
    );
    assert.equal(page(3)['imin:item'][0].index, 100);
    assert.equal(page(3)['imin:totalItems'], 101);
    assert.throws(() => page(4), Refusal);
    assert.equal(page(1, items.slice(0, 50)).view['imin:totalPages'], 1);
    assert.throws(() => page(2, items.slice(0, 50)), Refusal);
  });

  it('lead to their neighbours where there are any', () => {
    const neighbours = (number: number | undefined) => [page(number).view.previous, page(number).view.next];
    assert.deepEqual(neighbours(undefined), [undefined, `${url}?page=2`]);
    assert.deepEqual(neighbours(2), [`${url}?page=1`, `${url}?page=3`]);
    assert.deepEqual(neighbours(3), [`${url}?page=2`, undefined]);
    assert.equal(page(2).view.last, `${url}?page=3`);
    assert.equal(page(undefined).id, url);
    assert.equal(page(2).id, `${url}?page=2`);
  });
});
