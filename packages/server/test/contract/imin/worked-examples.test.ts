import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rejectEvidence } from '#operations/evidence/decide.ts';
import { changePassNamespace } from '#operations/pass-namespaces/change.ts';
import { filePart, handmade, multipart } from '../../http/upload-forms.ts';
import { evidence } from '../../support/evidence.ts';
import {
  assertError,
  badKey,
  cannotClear,
  decided,
  emailTaken,
  endPast,
  gone,
  incomplete,
  keyReused,
  noKey,
  notFound,
  notLinked,
  notSettable,
  passTaken,
  stale,
  unknownMember,
  wrongPrefix,
} from './contract-errors.ts';
import { entitlementAction, passAction, pdf, startHoldingsBroker } from './holdings-support.ts';

// imin.md section 5, body by body; ids are Tessera's. The catalogue of 5.10 is in a file of its own.
const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-03-31T09:00:00Z');
await changePassNamespace(broker.store, broker.actor(), 'card', { edit: { prefix: 'NM' } });
const { id } = await broker.type({ id: '3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10', label: 'Adult Resident' });
await broker.type({
  id: 'b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66',
  label: 'Student',
  evidence: 'after',
  evidenceName: 'Send proof of study',
});

const base = 'https://accounts.example.com';
const list = `${base}/openactive/entitlement-lists/residents`;
const resident = `${list}#${id}`;
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
let evidenceId = '';
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
  assert.equal(created.headers.etag, '"1.0-residents"');

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
  await broker.act(identifier, passAction('NM0042170'));
  await broker.act(identifier, entitlementAction(resident, '2027-04-01'));
  broker.clock.now = new Date('2026-11-21T09:00:00Z');
  const read = await broker.call('GET', path());
  assert.equal(read.status, 200);
  assert.deepEqual(read.body, {
    ...shown({ ...request51.customer, address, emergencyContact }),
    accessPass: { '@type': 'Barcode', text: 'NM0042170' },
    entitlement: {
      '@type': 'Entitlement',
      expires: '2027-03-31T23:00:00Z',
      entitlementType: { id: resident, type: 'Concept', prefLabel: 'Adult Resident' },
    },
  });
  const headers = { 'if-none-match': String(read.headers.etag) };
  assert.equal((await broker.call('GET', path(), { headers })).status, 304);
  assertError(await broker.call('GET', '/customer-accounts/unknown'), notFound);
});

it('5.3 change details, without a Seller; E9 to E11', async () => {
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

it('5.4 set the entitlement, E12, E13', async () => {
  const before = await broker.held(identifier);
  const set = (entitlementType: unknown, validUntil?: string) =>
    broker.act(identifier, entitlementAction(entitlementType, validUntil));
  assertError(await set(resident, '2026-11-20T00:00:00Z'), endPast);
  for (const none of [`${resident}0`, null]) assertError(await set(none), notSettable);
  assert.deepEqual(await broker.held(identifier), before);

  const done = await set(resident, '2027-11-20T10:45:33+00:00');
  assert.equal(done.status, 200);
  const action = {
    '@context': 'https://openactive.io/',
    '@type': 'imin:EntitlementUpdateAction',
    actionStatus: 'https://schema.org/CompletedActionStatus',
  };
  assert.deepEqual(done.body, {
    ...action,
    object: {
      '@type': 'Entitlement',
      validUntil: '2027-11-21T00:00:00Z',
      entitlementType: { id: resident, type: 'Concept', prefLabel: 'Adult Resident' },
    },
  });
  const student = await set(`${list}#b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66`, '2027-11-20T10:45:33+00:00');
  const { evidenceRequestAction, ...object } = student.body.object;
  assert.deepEqual(
    { ...student.body, object },
    {
      ...action,
      object: {
        '@type': 'Entitlement',
        validUntil: '2027-11-21T00:00:00Z',
        entitlementType: { id: `${list}#b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66`, type: 'Concept', prefLabel: 'Student' },
      },
    },
  );
  evidenceId = evidenceRequestAction.identifier;
  const { target, ...asked } = evidenceRequestAction;
  assert.match(target, /^https:\/\/accounts\.example\.com\/evidence\/u\/[A-Za-z0-9_-]+$/);
  assert.deepEqual(asked, {
    '@type': 'Action',
    '@id': `${base}/api/v2${path()}/evidence-requests/${evidenceId}`,
    identifier: evidenceId,
    additionalType: 'https://schema.org/SendAction',
    name: 'Send proof of study',
    actionStatus: 'https://schema.org/PotentialActionStatus',
    startTime: '2026-11-21T09:00:00Z',
    endTime: '2026-12-05T00:00:00Z',
    'tessera:evidenceState': 'requested',
  });
});

it('5.10 evidence: the item, a submission, E17', async () => {
  const collection = `${path()}/evidence-requests`;
  const item = {
    '@type': 'Action',
    '@id': `${base}/api/v2${collection}/${evidenceId}`,
    identifier: evidenceId,
    additionalType: 'https://schema.org/SendAction',
    name: 'Send proof of study',
    actionStatus: 'https://schema.org/ActiveActionStatus',
    startTime: '2026-11-21T09:00:00Z',
    endTime: '2026-12-05T00:00:00Z',
    object: {
      '@type': 'Entitlement',
      entitlementType: { id: `${list}#b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66`, type: 'Concept', prefLabel: 'Student' },
    },
    'tessera:evidenceState': 'submitted',
    'tessera:submittedAt': '2026-11-22T18:03:40Z',
  };
  broker.clock.now = new Date('2026-11-22T18:03:40Z');
  const form = { body: handmade([filePart(), pdf]), headers: multipart };
  const submitted = await broker.call('POST', `${collection}/${evidenceId}/submissions`, form);
  assert.equal(submitted.status, 200, submitted.text);
  assert.deepEqual(submitted.body, item);
  assert.deepEqual((await broker.call('GET', collection)).body['imin:item'], [item]);
  assert.deepEqual((await broker.call('GET', `${collection}/${evidenceId}`)).body, item);
  await rejectEvidence(broker.store, broker.actor(), evidenceId, { reason: 'Out of date.', settings: evidence });
  assertError(await broker.call('POST', `${collection}/${evidenceId}/submissions`, form), decided);
});

it('5.5 remove the entitlement', async () => {
  await broker.act(identifier, entitlementAction(resident));
  for (let times = 0; times < 2; times += 1) {
    const removed = await broker.call('DELETE', `${path()}/entitlement`);
    assert.deepEqual([removed.status, removed.text], [204, '']);
    assert.equal((await broker.held(identifier)).entitlement, undefined);
  }
});

it('5.6 set the access pass, E14, E15', async () => {
  const body = passAction('NM0042188');
  const done = await broker.act(identifier, body);
  assert.deepEqual([done.status, done.body], [200, body]);
  assert.deepEqual((await broker.held(identifier)).accessPass, { '@type': 'Barcode', text: 'NM0042188' });
  assertError(await broker.act(identifier, passAction('XX0042188')), wrongPrefix);
  assertError(await broker.act(await broker.account(), passAction('NM0042188')), passTaken);
});

it('5.7 the legacy forms', async () => {
  const patched = await broker.call('PATCH', path(), { body: { familyName: 'Capella-Roe', telephone: null } });
  assert.equal(patched.status, 200);
  const { telephone: _, ...customer } = { ...request51.customer, familyName: 'Capella-Roe' };
  assert.deepEqual(patched.body, {
    ...shown({ ...customer, address: { ...address, streetAddress: 'Flat 3, 9 Example Road' } }),
    accessPass: { '@type': 'Barcode', text: 'NM0042188' },
  });

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
