import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { base, context, pathOf, person, startTester } from './support.ts';

const { account, put, born, stored, send, store, organisation, organisationWithKey } = await startTester();
const extendedContext = [context, 'https://openactive.io/ns-beta', `${base}/openactive/ns`];

test('200 with the header fields of an account', async () => {
  const identifier = await put();
  const { status, headers } = await account('GET', identifier);
  assert.equal(status, 200);
  assert.equal(headers['cache-control'], 'private, no-cache');
  assert.equal(headers.vary, 'Accept, Prefer, Authorization');
  assert.equal(headers.etag, '"1.0"');
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.match(headers['content-type'] as string, /^application\/ld\+json/);
});

test('200 as application/json, the same bytes, when Accept prefers it', async () => {
  const identifier = await put();
  const linked = await account('GET', identifier, { headers: { accept: 'application/*' } });
  const plain = await account('GET', identifier, {
    headers: { accept: 'application/json, application/ld+json;q=0.5' },
  });
  assert.match(linked.headers['content-type'] as string, /^application\/ld\+json/);
  assert.match(plain.headers['content-type'] as string, /^application\/json/);
  assert.equal(plain.text, linked.text);
  assert.equal(plain.headers.etag, linked.headers.etag);
});

test("406 for other media types, OpenActive's booking media type among them", async () => {
  const identifier = await put();
  for (const accept of ['application/vnd.openactive.booking+json', 'text/html', 'application/ld+json;q=0']) {
    const { status, body } = await account('GET', identifier, { headers: { accept } });
    assert.equal(status, 406, accept);
    assert.equal(body.additionalType, `${base}/openactive/ns#NotAcceptable`);
  }
});

test('HEAD answers as GET does, without the body', async () => {
  const identifier = await put();
  const got = await account('GET', identifier);
  const headed = await account('HEAD', identifier);
  assert.equal(headed.status, 200);
  assert.equal(headed.text, '');
  for (const name of ['etag', 'content-type', 'content-length', 'cache-control', 'vary']) {
    assert.equal(headed.headers[name], got.headers[name], name);
  }
  assert.equal((await account('HEAD', identifier, { headers: { 'if-none-match': '"1.0"' } })).status, 304);
  assert.equal((await account('HEAD', 'unknown')).status, 404);
});

test('304 without a body while the entity tag is the same', async () => {
  const identifier = await put();
  for (const tags of ['"1.0"', 'W/"1.0"', '"0.0", "1.0"', '*']) {
    const { status, text, headers } = await account('GET', identifier, { headers: { 'if-none-match': tags } });
    assert.equal(status, 304, tags);
    assert.equal(text, '');
    assert.equal(headers.etag, '"1.0"');
    assert.equal(headers['cache-control'], 'private, no-cache');
  }
  await account('PATCH', identifier, { body: { customer: { jobTitle: 'Coach' } } });
  const changed = await account('GET', identifier, { headers: { 'if-none-match': '"1.0"' } });
  assert.equal(changed.status, 200);
  assert.equal(changed.headers.etag, '"2.0"');
});

test('200 in the extended profile by query or preference: context, alias, entity tag of its own', async () => {
  const identifier = await born({ details: { email: 'alias@example.com' } }, { alias: 'My <card>' });
  const core = await account('GET', identifier);
  assert.equal(core.body['@context'], context);
  assert.equal(core.body.name, undefined);

  const preferred = await account('GET', identifier, {
    headers: { prefer: 'return=minimal, Profile="extended"; a=b' },
  });
  assert.deepEqual(preferred.body['@context'], extendedContext);
  assert.equal(preferred.body.name, 'My ‹card>');
  assert.equal(preferred.headers.etag, '"1.0-x"');
  assert.equal(preferred.headers['preference-applied'], 'profile=extended');

  const queried = await send('GET', `${pathOf(identifier)}?profile=extended`);
  assert.equal(queried.text, preferred.text);
  assert.equal(queried.headers['preference-applied'], undefined);
});

test('304 in the extended profile is for its own entity tag only', async () => {
  const identifier = await put();
  const status = async (tag: string, prefer: string) =>
    (await account('GET', identifier, { headers: { 'if-none-match': tag, prefer } })).status;
  assert.equal(await status('"1.0-x"', 'profile=extended'), 304);
  assert.equal(await status('"1.0"', 'profile=extended'), 200);
  assert.equal(await status('"1.0-x"', 'return=minimal'), 200);
});

test('200 in the core profile for preferences that are not known', async () => {
  const identifier = await put();
  for (const prefer of ['profile=core', 'profile=all', 'profile=core, profile=extended', 'xprofile=extended', '']) {
    const { status, body, headers } = await account('GET', identifier, { headers: { prefer } });
    assert.equal(status, 200);
    assert.equal(body['@context'], context, prefer);
    assert.equal(headers['preference-applied'], undefined);
  }
});

test('400 for an unknown profile or parameter in the query, and for a faulty If-None-Match', async () => {
  const identifier = await put();
  const cases = [
    ['?profile=full', {}, '?profile: must be "extended"'],
    ['?page=1', {}, '?page: unknown parameter'],
    ['?profile=extended&profile=extended', {}, '?profile: may be given once only'],
    ['', { 'if-none-match': '1.0' }, 'If-None-Match: must be * or a list of quoted entity tags'],
  ] as const;
  for (const [query, headers, description] of cases) {
    const { status, body } = await send('GET', `${pathOf(identifier)}${query}`, { headers });
    assert.equal(status, 400, query);
    assert.equal(body.additionalType, `${base}/openactive/ns#InvalidRequest`);
    assert.equal(body.description, description);
  }
});

test('404 for an unknown identifier, the same as for one of another organisation', async () => {
  const other = await organisationWithKey('Elsewhere');
  const identifier = await born(
    { details: { email: 'foreign@example.com' } },
    { identifier: 'FOREIGN-1' },
    other.organisation,
  );
  const unknown = await account('GET', 'UNKNOWN-1');
  const foreign = await account('GET', identifier);
  const constant = ({ instance: _, requestId: __, ...rest }: Record<string, unknown>) => rest;
  assert.equal(unknown.status, 404);
  assert.equal(foreign.status, 404);
  assert.deepEqual(constant(foreign.body), constant(unknown.body));
  for (const method of ['PATCH', 'DELETE']) {
    const { status, body } = await account(method, identifier, method === 'PATCH' ? { body: {} } : {});
    assert.equal(status, 404);
    assert.deepEqual(constant(body), constant(unknown.body));
  }
});

test('200 for a deactivated customer: the account stays readable', async () => {
  const identifier = await put();
  const { number } = (await stored(identifier)).customer;
  await deactivateCustomer(store, actorOf(organisation), number, new Date('2099-01-01'), 'test');
  assert.equal((await account('GET', identifier)).status, 200);
});

test('200 without what other dialects hold: 13-or-over flag, landline, nationality, second address', async () => {
  const complete = {
    streetAddress: 'a',
    addressLocality: 'b',
    addressRegion: 'c',
    postalCode: 'd',
    addressCountry: 'GB',
  };
  const identifier = await born({
    details: {
      email: 'full@example.com',
      is13OrOver: true,
      landline: '1',
      nationality: 'GBR',
      language: 'ENG',
      addresses: [complete, complete],
    },
  });
  const { body } = await account('GET', identifier);
  assert.deepEqual(body.customer, {
    '@type': 'Person',
    email: 'full@example.com',
    address: { '@type': 'PostalAddress', ...complete },
  });
});

test('200 with the reference only when one is set', async () => {
  const withReference = await born({ details: { email: 'ref@example.com' }, customerRef: 'REF 9' });
  const without = await put(person());
  const reference = { '@type': 'PropertyValue', propertyID: 'customerRef', value: 'REF 9' };
  assert.deepEqual((await account('GET', withReference)).body.customer.identifier, reference);
  assert.equal((await account('GET', without)).body.customer.identifier, undefined);
});

test('200 for an Organization that has no name: its legal name, or no customer at all', async () => {
  const legal = await born({
    kind: 'organization',
    details: { email: 'legal@example.com', legalName: 'Northmoor Ltd' },
  });
  const nameless = await born({ kind: 'organization', details: { email: 'nameless@example.com' } });
  assert.equal((await account('GET', legal)).body.customer.name, 'Northmoor Ltd');
  assert.equal((await account('GET', nameless)).body.customer, undefined);
});
