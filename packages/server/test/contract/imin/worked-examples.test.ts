import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  assertError,
  badKey,
  cannotClear,
  emailTaken,
  gone,
  incomplete,
  keyReused,
  noKey,
  notFound,
  notLinked,
  stale,
  unknownMember,
} from './contract-errors.ts';
import { startBroker } from './support.ts';

// imin.md section 5, body by body; ids are Tessera's. Passes and entitlements join with their issue.
const broker = await startBroker();
broker.clock.now = new Date('2026-03-31T09:00:00Z');

const base = 'https://accounts.example.com';
const request51 = {
  '@context': 'https://openactive.io/',
  '@type': 'CustomerAccount',
  customer: {
    '@type': 'Person',
    email: 'greta.capella@example.com',
    telephone: '020 7946 0123',
    givenName: 'Greta',
    familyName: 'Capella',
    birthDate: '1971-06-14',
    gender: 'https://schema.org/Female',
    'imin:is13OrOver': true,
  },
};
const address = {
  '@type': 'PostalAddress',
  streetAddress: 'Harbour House, 12 Example Lane',
  addressLocality: 'New Brightsea',
  addressRegion: 'London',
  postalCode: 'NB1 2ZZ',
  addressCountry: 'GB',
};
const emergencyContact = { '@type': 'Person', name: 'Ralf Capella', telephone: '020 7946 0456' };

let identifier = '';
const path = () => `/customer-accounts/${identifier}`;
const shown = (customer: object) => ({
  '@context': 'https://openactive.io/',
  '@type': 'CustomerAccount',
  '@id': `${base}/api/v2/customer-accounts/${identifier}`,
  identifier,
  customer,
});

it('5.1 create, E1 to E6', async () => {
  const create = (body: object, headers = {}, key?: string) =>
    broker.call('POST', '/customer-accounts', { body, headers, ...(key ? { key } : {}) });
  const { email: _, ...noEmail } = request51.customer;
  assertError(await create({ ...request51, customer: noEmail }), incomplete);
  assertError(await create({ ...request51, customer: { ...request51.customer, nickname: 'Gigi' } }), unknownMember);

  const headers = { 'idempotency-key': 'registration-1' };
  const created = await create(request51, headers);
  assert.equal(created.status, 201);
  identifier = created.body.identifier;
  assert.deepEqual(created.body, shown(request51.customer));
  assert.equal(created.headers.location, `${base}/api/v2/customer-accounts/${identifier}`);
  assert.equal(created.headers.etag, '"1.0"');

  assertError(await create(request51), emailTaken);
  const replayed = await create(request51, headers);
  assert.deepEqual([replayed.status, replayed.text], [201, created.text]);
  assert.equal(replayed.headers['idempotency-replayed'], 'true');
  assertError(
    await create({ ...request51, customer: { ...request51.customer, givenName: 'Gerda' } }, headers),
    keyReused,
  );

  assertError(await broker.send('POST', '/api/v2/customer-accounts', { body: request51, key: null }), noKey);
  const revoked = await broker.keyWith(undefined);
  await broker.store.clients.revoke(broker.organisation.id, revoked.id);
  assertError(await create(request51, {}, revoked.key), badKey);
});

it('5.2 read, E7', async () => {
  await broker.call('PATCH', path(), { body: { address, emergencyContact } });
  const read = await broker.call('GET', path());
  assert.equal(read.status, 200);
  assert.deepEqual(read.body, shown({ ...request51.customer, address, emergencyContact }));
  const headers = { 'if-none-match': String(read.headers.etag) };
  assert.equal((await broker.call('GET', path(), { headers })).status, 304);
  assertError(await broker.call('GET', '/customer-accounts/unknown'), notFound);
});

it('5.3 change details, without a Seller; E9 to E11', async () => {
  broker.clock.now = new Date('2026-11-21T09:00:00Z');
  const act = (object: object, members: object = {}, headers = {}) => {
    const body = { '@context': 'https://openactive.io/', '@type': 'CustomerUpdateAction', object, ...members };
    return broker.call('POST', `${path()}/actions`, { body, headers });
  };
  const before = await broker.call('GET', path());
  const object = {
    '@type': 'Person',
    telephone: '020 7946 0199',
    emergencyContact: null,
    address: { streetAddress: 'Flat 3, 9 Example Road' },
  };
  assertError(
    await act(object, { seller: ['https://sellers.example.com/harbour', 'https://sellers.example.com/unknown'] }),
    notLinked,
  );
  assertError(await act({ email: null }), cannotClear);
  assertError(await act(object, {}, { 'if-match': '"1.0"' }), stale);
  assert.deepEqual((await broker.call('GET', path())).body, before.body);

  const done = await act(object);
  assert.equal(done.status, 200);
  assert.deepEqual(done.body, {
    '@context': 'https://openactive.io/',
    '@type': 'CustomerUpdateAction',
    actionStatus: 'https://schema.org/CompletedActionStatus',
    object: {
      '@type': 'Person',
      telephone: '020 7946 0199',
      address: { ...address, streetAddress: 'Flat 3, 9 Example Road' },
    },
  });
});

it('5.7 the legacy forms', async () => {
  const patched = await broker.call('PATCH', path(), { body: { familyName: 'Capella-Roe', telephone: null } });
  assert.equal(patched.status, 200);
  const { telephone: _, ...customer } = { ...request51.customer, familyName: 'Capella-Roe' };
  assert.deepEqual(
    patched.body,
    shown({ ...customer, address: { ...address, streetAddress: 'Flat 3, 9 Example Road' } }),
  );

  const body = { email: 'ida.moss@example.com', givenName: 'Ida', familyName: 'Moss', 'imin:is13OrOver': true };
  const created = await broker.call('POST', '/customers', { body });
  assert.equal(created.status, 201);
  const id = created.body.identifier;
  assert.deepEqual(created.body, { type: 'Person', id: `${base}/api/v2/customers/${id}`, identifier: id, ...body });
});

it('5.8 erase, E8', async () => {
  for (let times = 0; times < 2; times += 1) {
    const erased = await broker.call('DELETE', path());
    assert.deepEqual([erased.status, erased.text], [202, '']);
  }
  assertError(await broker.call('GET', path()), gone);
});
