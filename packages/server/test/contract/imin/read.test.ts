import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { context, errorBody, startBroker } from './support.ts';

const broker = await startBroker();
const paths = ['/customer-accounts', '/customers'];
const notFound = [
  'NotFoundError',
  'The requested resource was not found',
  'No customer account with this identifier is available to you.',
] as const;

for (const path of paths) {
  describe(`GET ${path}/:id`, () => {
    const read = (identifier: string, options = {}) => broker.call('GET', `${path}/${identifier}`, options);

    it('200 with entity tag and caching rules', async () => {
      const { status, headers, body } = await read(await broker.account());
      assert.equal(status, 200);
      assert.equal(headers.etag, '"1.0"');
      assert.equal(headers['cache-control'], 'private, no-cache');
      assert.equal(headers.vary, 'Accept, Authorization, X-API-KEY');
      assert.match(String(headers['x-request-id']), /./);
      assert.match(String(headers.ratelimit), /^"client-second"/);
      assert.equal(typeof body.identifier, 'string');
    });

    it('200 without a body for HEAD', async () => {
      const identifier = await broker.account();
      const { status, headers, text } = await broker.call('HEAD', `${path}/${identifier}`);
      assert.deepEqual([status, headers.etag, text], [200, '"1.0"', '']);
    });

    it('200 when the entity tag in If-None-Match is not the present one, 304 without a body when it is', async () => {
      const identifier = await broker.account();
      assert.equal((await read(identifier, { headers: { 'if-none-match': '"0.0"' } })).status, 200);
      for (const tags of ['"1.0"', '"x", W/"1.0"', '*']) {
        const known = await read(identifier, { headers: { 'if-none-match': tags } });
        assert.equal(known.status, 304);
        assert.equal(known.text, '');
        assert.equal(known.headers.etag, '"1.0"');
        assert.equal(known.headers['cache-control'], 'private, no-cache');
      }
    });

    it('200 for identifiers of other dialects, percent-encoded in the address and exact in the body', async () => {
      const odd = "Kari/Åse 100%'(?)#";
      const encoded = 'Kari%2F%C3%85se%20100%25%27%28%3F%29%23';
      if (path === paths[0]) await broker.elsewhere({ kind: 'person', details: { familyName: 'Moss' } }, odd);
      const { status, body } = await read(encoded);
      assert.equal(status, 200);
      assert.equal(body.identifier, odd);
      assert.equal(body['@id'] ?? body.id, `https://accounts.example.com/api/v2${path}/${encoded}`);
    });

    it('200 for the account of a deactivated customer', async () => {
      const identifier = await broker.account();
      const { customer } = await broker.stored(identifier);
      await deactivateCustomer(broker.store, broker.actor(), customer.number, new Date('2999-01-01'), 'test');
      assert.equal((await read(identifier)).status, 200);
    });

    it('400 for query parameters and malformed entity tags', async () => {
      const identifier = await broker.account();
      const queried = await read(`${identifier}?fields=all`);
      assert.equal(queried.status, 400);
      assert.deepEqual(queried.body['tessera:invalid'], [{ pointer: '?fields', description: 'unknown parameter' }]);
      const tagged = await read(identifier, { headers: { 'if-none-match': '1.0' } });
      assert.equal(tagged.status, 400);
      assert.equal(tagged.body.description, 'If-None-Match: must be * or a list of quoted entity tags');
      assert.equal('tessera:invalid' in tagged.body, false);
      for (const identifier of ['a%00b', '%C2%85']) {
        const response = await read(identifier);
        assert.equal(response.status, 400);
        assert.equal(response.body.description, 'id: contains a control character');
      }
      assert.equal((await read('%FF')).status, 400);
    });

    it('404 with one and the same body for unknown, foreign and impossible identifiers', async () => {
      const other = await broker.organisationWithKey(`Other ${path}`);
      const foreign = await broker.account({}, other.key);
      for (const identifier of ['unknown', foreign, 'x'.repeat(61)]) {
        const response = await read(identifier);
        assert.equal(response.status, 404, identifier);
        assert.deepEqual(response.body, errorBody(response, ...notFound));
        assert.equal(response.headers['cache-control'], 'private, no-store');
      }
    });

    it('410 for an erased account, and for one that was taken off its customer in another dialect', async () => {
      const erased = await broker.account();
      await broker.call('DELETE', `/customer-accounts/${erased}`);
      const deleted = await broker.account();
      await deleteAccount(broker.store, broker.actor(), { identifier: deleted });
      for (const identifier of [erased, deleted]) {
        const response = await read(identifier);
        assert.equal(response.status, 410);
        const gone = ['GoneError', 'The resource has been deleted', 'This customer account was erased.'] as const;
        assert.deepEqual(response.body, errorBody(response, ...gone));
      }
    });
  });
}

describe('what an account shows', () => {
  const telephone = '+47 22334455';
  const address = { streetAddress: '1 Example Road', addressLocality: 'New Brightsea', postalCode: 'NB1 2ZZ' };

  it('200 shows of a person from elsewhere the members this dialect knows, and no others', async () => {
    const identifier = await broker.elsewhere({
      kind: 'person',
      customerRef: 'ref-1',
      details: {
        name: 'Ida Moss',
        email: 'elsewhere@example.com',
        telephone,
        telephoneParts: { countryCode: '+47', number: '22334455' },
        landline: '22334456',
        nationality: 'NOR',
        language: 'NOB',
        jobTitle: 'Baker',
        addresses: [address, { postalCode: 'NB2 3YY' }],
      },
    });
    const whole = (await broker.call('GET', `/customer-accounts/${identifier}`)).body;
    assert.deepEqual(whole, {
      '@context': context,
      '@type': 'CustomerAccount',
      '@id': `https://accounts.example.com/api/v2/customer-accounts/${identifier}`,
      identifier,
      customer: {
        '@type': 'Person',
        email: 'elsewhere@example.com',
        telephone,
        address: { '@type': 'PostalAddress', ...address },
      },
    });
    assert.deepEqual((await broker.call('GET', `/customers/${identifier}`)).body, {
      type: 'Person',
      id: `https://accounts.example.com/api/v2/customers/${identifier}`,
      identifier,
      email: 'elsewhere@example.com',
      telephone,
      address: { type: 'PostalAddress', ...address },
    });
  });

  it('200 shows an Organization from elsewhere', async () => {
    const details = {
      name: 'Northmoor Rowing',
      legalName: 'Northmoor Rowing Ltd',
      email: 'club@example.com',
      telephone,
    };
    const identifier = await broker.elsewhere({ kind: 'organization', details: { ...details, addresses: [address] } });
    const { legalName: _, ...shown } = details;
    assert.deepEqual((await broker.call('GET', `/customer-accounts/${identifier}`)).body.customer, {
      '@type': 'Organization',
      ...shown,
      address: { '@type': 'PostalAddress', ...address },
    });
    const flat = (await broker.call('GET', `/customers/${identifier}`)).body;
    assert.equal(flat.type, 'Organization');
    assert.equal(flat.name, 'Northmoor Rowing');
    assert.deepEqual(flat.address, { type: 'PostalAddress', ...address });
  });
});
