import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { changeEntitlementType } from '#operations/entitlement-types/change.ts';
import { createEntitlementType } from '#operations/entitlement-types/create.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { startBroker } from './support.ts';

const broker = await startBroker();
const { store, call } = broker;
const residents = 'https://accounts.example.com/openactive/entitlement-lists/residents';

test('404 as long as no list is configured', async () => {
  const response = await call('GET', '/entitlements');
  assert.equal(response.status, 404, response.text);
  assert.equal(response.body['@type'], 'NotFoundError');
  assert.equal(response.body.description, 'No entitlement list is configured.');
});

test('5.10: the catalogue of the contract', async () => {
  const actor = broker.actor();
  const list = {
    slug: 'residents',
    title: 'Northmoor resident schemes',
    description: 'Entitlements granted by Northmoor Leisure.',
    license: 'https://creativecommons.org/licenses/by/4.0/',
  };
  await createEntitlementList(store, actor, list);
  const id = '3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10';
  await createEntitlementType(store, actor, 'residents', { id, label: 'Adult Resident' });
  assert.equal((await call('GET', '/entitlements')).status, 404, 'a list there is, none is configured');
  await changeSettings(store, actor, { edit: { brokerList: 'residents' } });
  const expected = {
    '@context': 'https://openactive.io/',
    id: residents,
    title: 'Northmoor resident schemes',
    type: 'ConceptScheme',
    license: 'https://creativecommons.org/licenses/by/4.0/',
    concept: [{ id: `${residents}#${id}`, type: 'Concept', prefLabel: 'Adult Resident', inScheme: residents }],
  };
  const { status, body, headers } = await call('GET', '/entitlements');
  assert.deepEqual([status, body], [200, expected]);
  assert.equal(JSON.stringify(body), JSON.stringify(expected), 'members in the order of the contract');
  assert.equal(headers['cache-control'], 'private, no-store');
  assert.match(String(headers['content-type']), /^application\/json/);
});

test('200 active concepts that are not hidden, in list order; published or not', async () => {
  const actor = broker.actor();
  const labels = async () =>
    (await call('GET', '/entitlements')).body.concept?.map(({ prefLabel }: { prefLabel: string }) => prefLabel);
  await createEntitlementList(store, actor, { slug: 'broker', title: 'Broker', published: false });
  await changeSettings(store, actor, { edit: { brokerList: 'broker' } });
  assert.equal(await labels(), undefined, 'an empty array is left out');
  for (const [id, position] of Object.entries({ a: 3, b: 1, c: 2, d: 0 })) {
    await createEntitlementType(store, actor, 'broker', { id, label: `<${id}>`, position });
  }
  const change = (id: string, edit: object) => changeEntitlementType(store, actor, { list: 'broker', id }, { edit });
  await change('c', { hidden: true });
  await change('d', { status: 'retired' });
  assert.deepEqual(await labels(), ['<b>', '<a>']);
  await change('d', { status: 'active' });
  assert.deepEqual(await labels(), ['<d>', '<b>', '<a>']);
});

test('400 for a parameter, 403 without the scope, 405 for another method', async () => {
  assert.equal((await call('GET', '/entitlements?page=1')).status, 400);
  const { key } = await broker.keyWith(['openactive-customeraccount-modify']);
  assert.equal((await call('GET', '/entitlements', { key })).status, 403);
  assert.equal((await call('POST', '/entitlements', { body: {} })).status, 405);
});

test("another organisation's list is its own", async () => {
  const { key } = await broker.organisationWithKey('Other Broker');
  assert.equal((await call('GET', '/entitlements', { key })).status, 404);
});
