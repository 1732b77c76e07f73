import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextDocument } from '#dialects/openactive/namespace.ts';
import type { Organisation } from '#domain/organisation.ts';
import { betaContext, betaContextDocument, coreContext, failuresOf } from '../support/openactive-validator.ts';

/*
 * Negative controls (openactive.md 6): each of these must fail, so that the checks of conformance are known to check.
 */

const base = 'https://accounts.example.com';
const ns = `${base}/openactive/ns`;
const contexts = { [betaContext]: betaContextDocument, [ns]: contextDocument({ baseUrl: base } as Organisation) };

const list = `${base}/openactive/entitlement-lists/residents`;
const concept = { '@type': 'Concept', '@id': `${list}#student`, prefLabel: 'Student', inScheme: list };
const entitlement = {
  '@type': 'Entitlement',
  validFrom: '2026-04-01',
  validUntil: '2027-04-01',
  entitlementType: concept,
};
const proof = { ...entitlement, evidenceRequestAction: { '@type': 'Action', name: 'Send proof of study' } };
const pass = { '@type': 'Barcode', text: 'NM0042170' };
const action = {
  '@type': 'Action',
  additionalType: 'https://schema.org/PayAction',
  identifier: 'oa-5512',
  name: 'Pay the open balance',
  actionStatus: 'https://schema.org/PotentialActionStatus',
  startTime: '2026-11-02T10:00:00Z',
  target: {
    '@type': 'EntryPoint',
    urlTemplate: 'https://www.example.com/my/balance',
    httpMethod: 'GET',
    contentType: 'text/html',
  },
};
const address = {
  '@type': 'PostalAddress',
  streetAddress: '12 Example Lane',
  addressLocality: 'New Brightsea',
  addressRegion: 'London',
  postalCode: 'NB1 2ZZ',
  addressCountry: 'GB',
};
const person = { '@type': 'Person', givenName: 'Greta', email: 'greta.capella@example.com', address };
const account = {
  '@context': coreContext,
  '@type': 'CustomerAccount',
  '@id': `${base}/openactive/customer-accounts/NM:7731`,
  identifier: 'NM:7731',
  customer: person,
  accessPass: [pass],
  hasHiddenEntitlements: false,
  outstandingAction: [action],
  entitlement: [entitlement, proof],
};
const extended = {
  ...account,
  '@context': [coreContext, betaContext, ns],
  accessPass: [{ ...pass, 'tessera:passNamespace': 'card', 'beta:codeType': 'code128' }],
  outstandingAction: [{ ...action, 'tessera:blocksBooking': true }],
  entitlement: [
    {
      ...proof,
      'tessera:grantState': 'provisional',
      evidenceRequestAction: { ...proof.evidenceRequestAction, 'tessera:evidenceState': 'requested' },
    },
  ],
};

test('the document that the controls spoil has no failure, in either profile', async () => {
  assert.deepEqual(await failuresOf(account), []);
  assert.deepEqual(await failuresOf(extended, { contexts }), []);
});

const { '@context': _, ...withoutContext } = account;
const { inScheme: __, ...withoutScheme } = concept;
const { addressRegion: ___, ...partial } = address;

const spoilt: Record<string, object> = {
  'entitlement as object': { ...account, entitlement },
  'accessPass as object': { ...account, accessPass: pass },
  'an empty entitlement': { ...account, entitlement: [] },
  'a null member': { ...account, accountNumber: null },
  'a date-time as validUntil': { ...account, entitlement: [{ ...entitlement, validUntil: '2027-04-01T00:00:00Z' }] },
  '@id on Entitlement': { ...account, entitlement: [{ ...entitlement, '@id': `${base}/1` }] },
  '@id on Barcode': { ...account, accessPass: [{ ...pass, '@id': `${base}/1` }] },
  '@id on Action': { ...account, outstandingAction: [{ ...action, '@id': `${base}/1` }] },
  'a date-time as validFrom': { ...account, entitlement: [{ ...entitlement, validFrom: '2026-04-01T00:00:00Z' }] },
  'expires on Entitlement': { ...account, entitlement: [{ ...entitlement, expires: '2027-04-01' }] },
  'several requests for proof': {
    ...account,
    entitlement: [{ ...proof, evidenceRequestAction: [proof.evidenceRequestAction] }],
  },
  'SendAction as type': {
    ...account,
    entitlement: [{ ...proof, evidenceRequestAction: { ...proof.evidenceRequestAction, '@type': 'SendAction' } }],
  },
  'altLabel on Concept': {
    ...account,
    entitlement: [{ ...entitlement, entitlementType: { ...concept, altLabel: ['Pupil'] } }],
  },
  'a markup-like label': {
    ...account,
    entitlement: [{ ...entitlement, entitlementType: { ...concept, prefLabel: '<60' } }],
  },
  'an entity in the page of an action': {
    ...account,
    outstandingAction: [{ ...action, target: { ...action.target, urlTemplate: 'https://example.com/?a=1&copy=2' } }],
  },
  'an entity in the picture of a pass': {
    ...account,
    accessPass: [{ ...pass, url: 'https://example.com/?a=1&copy=2' }],
  },
  'propertyID on Barcode': { ...account, accessPass: [{ ...pass, propertyID: 'card' }] },
  'a Concept without inScheme': { ...account, entitlement: [{ ...entitlement, entitlementType: withoutScheme }] },
  'a partial address': { ...account, customer: { ...person, address: partial } },
  'UK as country': { ...account, customer: { ...person, address: { ...address, addressCountry: 'UK' } } },
  'an integer as identifier': { ...account, identifier: 7731 },
  'a text as flag': { ...account, hasHiddenEntitlements: 'true' },
  'PayAction as type': { ...account, outstandingAction: [{ ...action, '@type': 'PayAction' }] },
  'an unknown property without prefix': { ...account, accountStatus: 'active' },
  'a property of Tessera without context': { ...account, accessPass: [{ ...pass, 'tessera:passNamespace': 'card' }] },
  'the text a<b': { ...account, customer: { ...person, givenName: 'a<b' } },
  'the text M&Mu': { ...account, customer: { ...person, givenName: 'M&Mu' } },
  'an entity in @id': { ...account, '@id': `${account['@id']}?a=1&copy=2` },
  'a missing context': withoutContext,
  'an empty concept': {
    '@context': coreContext,
    '@type': 'ConceptScheme',
    '@id': list,
    url: list,
    title: 'Residents',
    concept: [],
  },
};

for (const [what, document] of Object.entries(spoilt)) {
  test(`a failure for ${what}`, async () => assert.notEqual((await failuresOf(document)).length, 0));
}

test('a failure for the terms of Tessera where its context does not allow them', async () => {
  const misplaced = [
    { ...extended, 'tessera:passNamespace': 'card' },
    { ...extended, entitlement: [{ ...entitlement, 'tessera:blocksBooking': true }] },
    { ...extended, accessPass: [{ ...pass, 'tessera:grantState': 'confirmed' }] },
    { ...extended, outstandingAction: [{ ...action, 'beta:codeType': 'code128' }] },
  ];
  for (const document of misplaced) assert.notEqual((await failuresOf(document, { contexts })).length, 0);
});

const error = {
  '@context': coreContext,
  '@type': 'NotFoundError',
  name: 'The requested resource was not found',
  description: 'No customer account with this identifier is available to you.',
  instance: `${base}/openactive/errors/1`,
  statusCode: 404,
  requestId: '1',
};

test('a failure for an error with the status of another one, or an instance that is no http URL', async () => {
  const mode = 'OpenBookingError';
  assert.deepEqual(await failuresOf(error, { mode }), []);
  assert.notEqual((await failuresOf({ ...error, statusCode: 410 }, { mode })).length, 0);
  assert.notEqual((await failuresOf({ ...error, instance: 'urn:uuid:1' }, { mode })).length, 0);
});

test('no context is ever fetched', async () => {
  await assert.rejects(failuresOf(extended, { contexts: {} }), /no document is given/);
});
