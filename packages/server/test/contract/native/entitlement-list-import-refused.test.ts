import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { catalogueApi, scheme } from './catalogue-support.ts';
import { assertProblem, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const api = catalogueApi(server);

const newUri = () => `https://schemes.example.org/${unique('scheme-')}`;

test('409 when the slug or the scheme belongs to another list', async () => {
  const uri = newUri();
  await api.import(scheme(uri, { a: 'A' }), '?slug=first');
  assertProblem(await api.import(scheme(uri, { a: 'A' }), '?slug=second'), 409, 'already-in-use', ['/@id']);
  assertProblem(await api.import(scheme(newUri(), { a: 'A' }), '?slug=first'), 409, 'already-in-use', ['?slug']);
  await api.list({ slug: 'own' });
  assertProblem(await api.import(scheme(newUri(), { a: 'A' }), '?slug=own'), 409, 'already-in-use', ['?slug']);
  assert.equal((await api.import(scheme(uri, { a: 'A' }), '?slug=first')).status, 200);
});

test('400 for a concept that another list has', async () => {
  const uri = newUri();
  await api.import(scheme(uri, { a: 'A' }), '?slug=holder');
  const concept = [
    { '@id': newUri(), prefLabel: 'New' },
    { '@id': `${uri}#a`, prefLabel: 'A' },
  ];
  const response = await api.import(scheme(newUri(), {}, { concept }));
  assertProblem(response, 400, 'invalid', ['/concept/1/@id']);
  assert.match(response.body.errors[0].detail, /list holder/);
});

test("400 for the organisation's own ids", async () => {
  for (const id of [
    'https://accounts.example.com/openactive/entitlement-lists/x',
    'https://accounts.example.com/openactive',
    'HTTPS://Accounts.Example.com:443/openactive/x',
    'http://accounts.example.com/openactive/../openactive#x',
  ]) {
    assertProblem(
      await api.import(scheme(id, {}, { concept: [{ '@id': newUri(), prefLabel: 'X' }] })),
      400,
      'invalid',
      ['/@id'],
    );
    assertProblem(
      await api.import(scheme(newUri(), {}, { concept: [{ '@id': id, prefLabel: 'X' }] })),
      400,
      'invalid',
      ['/concept/0/@id'],
    );
  }
  assert.equal((await api.import(scheme('https://accounts.example.com.example.org/x', { a: 'A' }))).status, 201);
});

test('400 for ids that OpenActive could not show', async () => {
  for (const id of [
    'x',
    '#x',
    'ex:a',
    'urn:x:y',
    'https://host/x',
    'https://example.org/?a=1&b=2',
    'https://example.org/a b',
    'https://example.org/<b>',
    `https://example.org/${'x'.repeat(2000)}`,
  ]) {
    assertProblem(
      await api.import(scheme(newUri(), {}, { concept: [{ '@id': id, prefLabel: 'X' }] })),
      400,
      'invalid',
      ['/concept/0/@id'],
    );
  }
});

test('400 for ids of more than 2,000 bytes, however few characters they have', async () => {
  const longest = [`${newUri()}/`.padEnd(2000, 'x'), `${`${newUri()}/`.padEnd(200, 'x')}${'\u6f22'.repeat(600)}`];
  for (const id of longest) {
    const concept = [{ '@id': id, prefLabel: 'X' }];
    assert.equal((await api.import(scheme(newUri(), {}, { concept }))).status, 201);
    const longer = [{ '@id': `${id}x`, prefLabel: 'X' }];
    const asConcept = await api.import(scheme(newUri(), {}, { concept: longer }));
    assertProblem(asConcept, 400, 'invalid', ['/concept/0/@id']);
    assert.match(asConcept.body.errors[0].detail, /at most 2000 bytes/);
    assertProblem(await api.import(scheme(`${id}x`, {}, { concept })), 400, 'invalid', ['/@id']);
  }
});

test('400 names every faulty member where it stands in the document', async () => {
  const rows = await rowCounts(server);
  const concept = [
    { '@id': 'https://example.org/a', prefLabel: 'A' },
    { '@id': 'https://example.org/a', prefLabel: 'A again' },
    'https://example.org/b',
    { id: 7, 'skos:prefLabel': '' },
    { '@type': 'ConceptScheme', '@id': 'https://example.org/c', prefLabel: 'x'.repeat(201) },
  ];
  const document = { '@type': 'Concept', 'dct:title': { en: 5 }, description: 7, license: [], concept };
  const places = [
    '/@type',
    '/@id',
    '/dct:title',
    '/description',
    '/license',
    '/concept/2',
    '/concept/3/id',
    '/concept/3/skos:prefLabel',
    '/concept/4/@type',
    '/concept/4/prefLabel',
  ];
  assertProblem(await api.import(document), 400, 'invalid', places);
  const repeated = scheme(newUri(), {}, { concept: concept.slice(0, 2), license: 'CC BY' });
  assertProblem(await api.import(repeated), 400, 'invalid', ['/concept/1/@id', '/license']);
  assertProblem(await api.import({}), 400, 'invalid', ['/@type', '/@id', '/title', '/concept']);
  assertProblem(await api.import(scheme(newUri(), {})), 400, 'invalid', ['/concept']);
  assertProblem(await api.import(scheme(newUri(), {}, { concept: { '@id': newUri() } })), 400, 'invalid', ['/concept']);
  for (const garbage of ['[]', '"x"', '7', 'null']) assertProblem(await api.import(garbage), 400, 'invalid', ['']);
  for (const garbage of ['{', '', '{"a":1,"a":2}']) assert.equal((await api.import(garbage)).status, 400);
  assertProblem(await api.import(scheme(newUri(), { a: 'A' }), '?slug=No'), 400, 'invalid', ['?slug']);
  assertProblem(await api.import(scheme(newUri(), { a: 'A' }), '?list=no'), 400, 'invalid', ['?list']);
  assert.deepEqual(await rowCounts(server), rows);
});

test('413 beyond 4 MiB, 415 for another media type', async () => {
  const large = await api.import(`{"x":"${'x'.repeat(4 * 1024 * 1024)}"}`);
  assertProblem(large, 413, 'too-large');
  assert.equal(large.body.detail, 'At most 4194304 bytes are read.');
  const turtle = await api.import('<a> <b> <c> .', '', { 'content-type': 'text/turtle' });
  assertProblem(turtle, 415, 'unsupported-media-type');
  assert.equal(
    (await api.import(scheme(newUri(), { a: 'A' }), '', { 'content-type': 'application/json' })).status,
    201,
  );
});
