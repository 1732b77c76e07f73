import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { createEntitlementType } from '#operations/entitlement-types/create.ts';
import { actorOf } from '../../support/fixtures.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { failuresOf } from '../../support/openactive-validator.ts';
import type { TestResponse } from '../../support/server.ts';
import { base, startTester } from './support.ts';

const server = await startTester();
const { store, organisation } = server;
const actor = actorOf(organisation);
const lists = '/openactive/entitlement-lists';

/** As anybody reads: without a key. */
const get = (url: string, headers: Record<string, string> = {}) => server.send('GET', url, { key: null, headers });
const patch = async (url: string, body: object) => {
  const response = await server.send('PATCH', `/v1/entitlement-lists/${url}`, { body });
  assert.equal(response.status, 200, response.text);
};

let count = 0;

/** A list with these types (label by id), and its slug. */
async function listOf(types: Record<string, string>, members: object = {}): Promise<string> {
  count += 1;
  const slug = `list-${count}`;
  await createEntitlementList(store, actor, { slug, title: 'A list', ...members });
  for (const [id, label] of Object.entries(types)) await createEntitlementType(store, actor, slug, { id, label });
  return slug;
}

/** 404 as everything here is refused. */
async function assertMissing(response: TestResponse): Promise<void> {
  assert.equal(response.status, 404, response.text);
  assert.equal(response.body['@type'], 'NotFoundError');
  assert.equal(response.headers['access-control-allow-origin'], '*');
  assert.deepEqual(await failuresOf(response.body, { mode: 'OpenBookingError' }), []);
}

/** openactive.md 5.8 */
const adult = '3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10';
const student = 'b81d7f52-6a0e-4c5f-8f2b-1e9f3a4d5c66';
const residents = `${base}/openactive/entitlement-lists/residents`;
const exampleConcept = (id: string, prefLabel: string) => ({
  '@type': 'Concept',
  '@id': `${residents}#${id}`,
  prefLabel,
  inScheme: residents,
});
const exampleList = {
  '@context': 'https://openactive.io/',
  '@type': 'ConceptScheme',
  '@id': residents,
  url: residents,
  title: 'Northmoor resident schemes',
  description: 'Entitlements granted by Northmoor Leisure.',
  license: 'https://creativecommons.org/licenses/by/4.0/',
  concept: [exampleConcept(adult, 'Adult Resident'), exampleConcept(student, 'Student')],
};

test('5.8: the list and one concept, written through native, are the documents of the contract', async () => {
  const { title, description, license } = exampleList;
  const body = { slug: 'residents', title, description, license };
  assert.equal((await server.send('POST', '/v1/entitlement-lists', { body })).status, 201);
  for (const [id, label] of [
    [adult, 'Adult Resident'],
    [student, 'Student'],
  ]) {
    const created = await server.send('POST', '/v1/entitlement-lists/residents/types', { body: { id, label } });
    assert.equal(created.status, 201, created.text);
  }
  const list = await get(`${lists}/residents`);
  assert.deepEqual([list.status, list.body], [200, exampleList]);
  assert.equal(JSON.stringify(list.body), JSON.stringify(exampleList), 'members in the order of the contract');
  assert.deepEqual(await failuresOf(list.body), []);
  const one = await get(`${lists}/residents/concepts/${student}`);
  const expected = { '@context': 'https://openactive.io/', ...exampleConcept(student, 'Student') };
  assert.deepEqual([one.status, one.body], [200, expected]);
  assert.deepEqual(await failuresOf(one.body), []);
});

test('200 to anybody, also from a browser, to be kept for five minutes', async () => {
  const slug = await listOf({ a: 'A' });
  for (const url of [`${lists}/${slug}`, `${lists}/${slug}/concepts/a`]) {
    const { status, headers } = await get(url, { origin: 'https://www.example.com' });
    assert.equal(status, 200);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['cache-control'], 'public, max-age=300');
    assert.equal(headers.vary, 'Accept');
    assert.match(String(headers['content-type']), /^application\/ld\+json/);
    const json = await get(url, { accept: 'application/json' });
    assert.match(String(json.headers['content-type']), /^application\/json/);
    assert.equal((await get(url, { accept: 'text/turtle' })).status, 406);
    assert.equal((await server.send('HEAD', url, { key: null })).text, '');
    assert.equal((await get(`${url}?page=2`)).status, 400);
    assert.equal((await server.send('PUT', url, { key: null, body: {} })).status, 405);
  }
});

test('304 while list and concept are as they were; a new tag with every change', async () => {
  const slug = await listOf({ a: 'A', b: 'B' });
  const url = `${lists}/${slug}`;
  const tag = async (of: string) => String((await get(of)).headers.etag);
  const [ofList, ofA, ofB] = [await tag(url), await tag(`${url}/concepts/a`), await tag(`${url}/concepts/b`)];
  assert.match(ofList, /^"\d+"$/);
  const known = await get(url, { 'if-none-match': ofList });
  assert.deepEqual([known.status, known.text, known.headers.etag], [304, '', ofList]);
  assert.equal(known.headers['access-control-allow-origin'], '*');
  assert.equal((await get(`${url}/concepts/a`, { 'if-none-match': ofA })).status, 304);
  for (const [path, body] of [
    [slug, { title: 'Renamed' }],
    [`${slug}/types/a`, { label: 'New' }],
    [`${slug}/types/a`, { position: 9 }],
    [`${slug}/types/b`, { status: 'retired' }],
  ] as const) {
    const before = await tag(url);
    await patch(path, body);
    assert.equal((await get(url, { 'if-none-match': before })).status, 200, JSON.stringify(body));
  }
  assert.equal((await get(`${url}/concepts/a`, { 'if-none-match': ofA })).status, 200);
  assert.equal((await get(`${url}/concepts/b`, { 'if-none-match': ofB })).status, 200);
});

test('the list holds the active concepts in list order', async () => {
  const slug = await listOf({ a: 'A', b: 'B', c: 'C', d: 'D' });
  const labels = async () =>
    (await get(`${lists}/${slug}`)).body.concept.map(({ prefLabel }: { prefLabel: string }) => prefLabel);
  assert.deepEqual(await labels(), ['A', 'B', 'C', 'D']);
  await patch(`${slug}/types/a`, { position: 3 });
  await patch(`${slug}/types/b`, { status: 'retired' });
  await patch(`${slug}/types/c`, { hidden: true });
  assert.deepEqual(await labels(), ['A', 'D'], 'of two at one place the older one comes first');
  await patch(`${slug}/types/b`, { status: 'active' });
  assert.deepEqual(await labels(), ['B', 'A', 'D']);
});

test('a retired concept still resolves; a hidden one does not', async () => {
  const slug = await listOf({ retired: 'R', hidden: 'H', both: 'RH', shown: 'S' });
  await patch(`${slug}/types/retired`, { status: 'retired' });
  await patch(`${slug}/types/hidden`, { hidden: true });
  await patch(`${slug}/types/both`, { hidden: true, status: 'retired' });
  const retired = await get(`${lists}/${slug}/concepts/retired`);
  assert.deepEqual([retired.status, retired.body.prefLabel], [200, 'R']);
  assert.deepEqual(await failuresOf(retired.body), []);
  for (const id of ['hidden', 'both', 'nobody', 'SHOWN', 'a%20b']) {
    await assertMissing(await get(`${lists}/${slug}/concepts/${id}`));
  }
});

test('404 for a list that is unknown, not published, or without any active concept', async () => {
  const unpublished = await listOf({ a: 'A' }, { published: false });
  const empty = await listOf({});
  const allRetired = await listOf({ a: 'A' });
  await patch(`${allRetired}/types/a`, { status: 'retired' });
  const allHidden = await listOf({ a: 'A' });
  await patch(`${allHidden}/types/a`, { hidden: true });
  for (const slug of ['nobody', 'No%20Way', unpublished, empty, allRetired, allHidden]) {
    await assertMissing(await get(`${lists}/${slug}`));
    await assertMissing(await get(`${lists}/${slug}`, { 'if-none-match': '*' }));
  }
  await assertMissing(await get(`${lists}/${unpublished}/concepts/a`));
  await assertMissing(await get(`${lists}/nobody/concepts/a`));
  assert.equal((await get(`${lists}/${allRetired}/concepts/a`)).status, 200);
  assert.equal((await get(`${lists}/nobody`)).body.description, 'There is no such entitlement list.');
  await patch(unpublished, { published: true });
  assert.equal((await get(`${lists}/${unpublished}`)).status, 200);
});

test('an adopted list is shown under the ids of its owner', async () => {
  const uri = 'https://schemes.example.org/concessions';
  const concept = [
    { '@id': `${uri}#senior`, prefLabel: 'Senior' },
    { '@id': 'https://schemes.example.org/ages/under-16', prefLabel: 'Under 16' },
  ];
  const body = { '@context': 'https://openactive.io/', '@type': 'ConceptScheme', '@id': uri, title: 'Theirs', concept };
  const imported = await server.send('POST', '/v1/entitlement-lists/import', { body });
  assert.equal(imported.status, 201, imported.text);
  const shown = await get(`${lists}/concessions`);
  const concepts = concept.map((one) => ({ '@type': 'Concept', ...one, inScheme: uri }));
  assert.deepEqual([shown.body['@id'], shown.body.url, shown.body.concept], [uri, uri, concepts]);
  assert.deepEqual(await failuresOf(shown.body), []);
  const one = await get(`${lists}/concessions/concepts/under-16`);
  assert.deepEqual(one.body, { '@context': 'https://openactive.io/', ...concepts[1] });
  assert.deepEqual(await failuresOf(one.body), []);
  // What is shown can be imported elsewhere as it is.
  const { key } = await server.organisationWithKey('Copyist');
  const copied = await server.send('POST', '/v1/entitlement-lists/import', { body: shown.body, key });
  assert.deepEqual([copied.status, copied.body.added], [201, 2], copied.text);
});

test('any text is shown in a form that the validator accepts', async () => {
  const text = hostileText({ maxLength: 200 }).map((hostile) => hostile.trim());
  const property = fc.asyncProperty(text, text, text, async (title, description, label) => {
    const slug = await listOf({ a: label }, { title, description, license: 'https://example.com/?a=1&copy=2' });
    const { status, body } = await get(`${lists}/${slug}`);
    assert.equal(status, 200);
    assert.deepEqual(await failuresOf(body), []);
    assert.ok(!('license' in body), 'a URL that cannot be shown is left out');
    assert.deepEqual(await failuresOf((await get(`${lists}/${slug}/concepts/a`)).body), []);
    const { title: stored } = (await server.send('GET', `/v1/entitlement-lists/${slug}`)).body;
    assert.equal(stored, title);
  });
  await fc.assert(property, { numRuns: 60 });
});

test("each organisation's lists are at its own base; the first one's also without a prefix", async () => {
  const other = await server.organisationWithKey('Northmoor');
  const theirs = actorOf(other.organisation);
  await createEntitlementList(store, theirs, { slug: 'same', title: 'Theirs' });
  await createEntitlementType(store, theirs, 'same', { id: 'a', label: 'A' });
  await assertMissing(await get(`${lists}/same`));
  await assertMissing(await get(`/o/${organisation.slug}${lists}/same`));
  const { status, body } = await get(`/o/northmoor${lists}/same`);
  assert.deepEqual([status, body.title, body['@id']], [200, 'Theirs', `${base}/o/northmoor${lists}/same`]);
  const slug = await listOf({ a: 'A' });
  await assertMissing(await get(`/o/northmoor${lists}/${slug}`));
  await assertMissing(await get(`/o/northmoor${lists}/${slug}/concepts/a`));
  assert.equal((await get(`/o/${organisation.slug}${lists}/${slug}`)).status, 200);
  const unknown = await get(`/o/nobody${lists}/${slug}`);
  assert.deepEqual([unknown.status, unknown.body['@type']], [404, 'UnknownOrIncorrectEndpointError']);
});

test('no page of another origin may read accounts', async () => {
  const { headers } = await server.send('GET', '/openactive/customer-accounts/x', {
    headers: { origin: 'https://a.example' },
  });
  assert.equal(headers['access-control-allow-origin'], undefined);
});
