import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { catalogueApi, catalogueChanges, scheme } from './catalogue-support.ts';
import { assertProblem, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = catalogueApi(server);

const newUri = () => `https://schemes.example.org/${unique('scheme-')}`;
const counts = ({ body }: { body: Record<string, unknown> }) => [body.added, body.changed, body.retired];

/** The types of an imported list, in list order. */
async function typesOf(list: { slug: string }): Promise<Record<string, unknown>[]> {
  return (await send('GET', `/v1/entitlement-lists/${list.slug}/types?limit=200`)).body.items;
}

test('201 adopts a scheme: its ids verbatim, in its order, with its words', async () => {
  const uri = 'https://schemes.example.org/concessions/Westshire';
  const document = scheme(
    uri,
    {},
    {
      concept: [
        { '@type': 'Concept', '@id': `${uri}#senior`, prefLabel: 'Senior 60+' },
        { '@type': 'Concept', '@id': 'https://schemes.example.org/ages/under-16/', prefLabel: 'Under 16' },
      ],
      description: 'Who pays less.',
      license: 'https://creativecommons.org/licenses/by/4.0/',
    },
  );
  const response = await api.import(document);
  assert.equal(response.status, 201, response.text);
  const { list } = response.body;
  assert.deepEqual(counts(response), [2, 0, 0]);
  assert.equal(response.headers.location, 'https://accounts.example.com/v1/entitlement-lists/westshire');
  assert.equal(response.headers.etag, '"v1"');
  const { createdAt: _, changedAt: __, ...shown } = list;
  assert.deepEqual(shown, {
    slug: 'westshire',
    uri,
    adopted: true,
    title: 'Concessions of Westshire',
    description: 'Who pays less.',
    license: 'https://creativecommons.org/licenses/by/4.0/',
    published: true,
  });
  assert.deepEqual((await send('GET', '/v1/entitlement-lists/westshire')).body, list);
  const common = { list: 'westshire', status: 'active', hidden: false, evidence: 'none', evidenceDeadlineDays: 14 };
  assert.deepEqual(await typesOf(list), [
    { ...common, id: 'senior', uri: `${uri}#senior`, label: 'Senior 60+', position: 0 },
    { ...common, id: 'under-16', uri: 'https://schemes.example.org/ages/under-16/', label: 'Under 16', position: 1 },
  ]);
});

test('200 the same scheme again changes nothing: no version, no record', async () => {
  const document = scheme(newUri(), { a: 'A', b: 'B' });
  const first = await api.import(document);
  const rows = await rowCounts(server);
  for (let round = 0; round < 3; round += 1) {
    const again = await api.import(document);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual([counts(again), again.headers.etag, again.body.list], [[0, 0, 0], '"v1"', first.body.list]);
  }
  assert.deepEqual(await rowCounts(server), rows);
});

test('200 a newer scheme: new labels, new types, gone ones retired, returned ones active again; settings stay', async () => {
  const uri = newUri();
  const { list } = (await api.import(scheme(uri, { a: 'A', b: 'B', c: 'C' }))).body;
  const url = `/v1/entitlement-lists/${list.slug}`;
  await api.patch(`${url}/types/a`, { defaultDuration: 'P1Y', evidence: 'before' });

  const second = await api.import(scheme(uri, { a: 'A (new)', c: 'C', d: 'D' }));
  assert.deepEqual([second.status, counts(second)], [200, [1, 2, 1]], second.text);
  const shown = async () =>
    (await typesOf(list)).map(({ id, label, status, position }) => `${position} ${id} ${label} ${status}`);
  assert.deepEqual(await shown(), ['0 a A (new) active', '1 b B retired', '1 c C active', '2 d D active']);
  const { defaultDuration, evidence } = (await send('GET', `${url}/types/a`)).body;
  assert.deepEqual([defaultDuration, evidence], ['P1Y', 'before']);

  const third = await api.import(scheme(uri, { a: 'A (new)', b: 'B', c: 'C', d: 'D' }));
  assert.deepEqual([third.status, counts(third)], [200, [0, 3, 0]], third.text);
  assert.deepEqual(await shown(), ['0 a A (new) active', '1 b B active', '2 c C active', '3 d D active']);
  assert.deepEqual(counts(await api.import(scheme(uri, { a: 'A (new)', b: 'B', c: 'C', d: 'D' }))), [0, 0, 0]);
});

test('200 words of the list follow the scheme; whether it is published stays', async () => {
  const uri = newUri();
  const first = await api.import(scheme(uri, { a: 'A' }, { description: 'Old', license: 'https://example.org/l' }));
  const url = `/v1/entitlement-lists/${first.body.list.slug}`;
  await api.patch(url, { published: false });
  const second = await api.import(scheme(uri, { a: 'A' }, { title: 'New' }));
  const { title, published, description, license } = second.body.list;
  assert.deepEqual([title, published, description, license], ['New', false, undefined, undefined]);
  assert.deepEqual([second.headers.etag, counts(second)], ['"v3"', [0, 0, 0]]);
});

test('a new label is to be carried to accounts, a new place is not', async () => {
  const uri = newUri();
  const { list } = (await api.import(scheme(uri, { a: 'A', b: 'B' }))).body;
  await api.import(scheme(uri, { b: 'B', a: 'Alpha' }));
  const rows = await server.database.query(
    'select id, propagating from entitlement_type where list_slug = $1 order by id',
    [list.slug],
  );
  assert.deepEqual(rows, [
    { id: 'a', propagating: true },
    { id: 'b', propagating: false },
  ]);
});

test('one change per subject: of the list where its own words changed, of every type that did', async () => {
  const uri = newUri();
  const { list } = (await api.import(scheme(uri, { a: 'A', b: 'B' }))).body;
  await api.import(scheme(uri, { a: 'A' }, { title: 'Renamed' }));
  const kinds = async (key: string) =>
    (await catalogueChanges(server, key)).map(({ kind, version, operation }) => `${operation} ${kind} ${version}`);
  const operation = 'entitlement-lists.import';
  assert.deepEqual(await kinds(list.slug), [`${operation} created 1`, `${operation} updated 2`]);
  assert.deepEqual(await kinds(`${list.slug}#a`), [`${operation} created 1`]);
  assert.deepEqual(await kinds(`${list.slug}#b`), [`${operation} created 1`, `${operation} updated 2`]);
});

test('201 documents as other tools write them', async () => {
  const concept = (members: object) => ({ '@id': `${newUri()}#x`, prefLabel: 'X', ...members });
  const forms: [string, object][] = [
    [
      'aliases',
      { type: 'ConceptScheme', id: newUri(), title: 'T', concept: [{ id: newUri(), type: 'Concept', prefLabel: 'X' }] },
    ],
    [
      'skos',
      { '@type': ['skos:ConceptScheme'], '@id': newUri(), 'skos:prefLabel': 'T', 'skos:hasTopConcept': [concept({})] },
    ],
    [
      'terms',
      {
        '@type': 'http://www.w3.org/2004/02/skos/core#ConceptScheme',
        '@id': newUri(),
        'dct:title': { en: 'T', nb: 'N' },
        'dct:license': { '@id': 'https://example.org/licence' },
        hasTopConcept: [
          {
            '@id': newUri(),
            'skos:prefLabel': [
              { '@value': 'Å', '@language': 'nb' },
              { '@value': 'X', '@language': 'en-GB' },
            ],
          },
        ],
      },
    ],
    [
      'extras',
      scheme(
        newUri(),
        {},
        {
          title: 'T',
          concept: [concept({ notation: 7, broader: [{ '@id': 'x' }], altLabel: ['y'] })],
          unknown: { a: 1 },
        },
      ),
    ],
    [
      'other language',
      scheme(newUri(), {}, { title: { nb: 'T' }, concept: [concept({ prefLabel: { nb: 'X', sv: 'Y' } })] }),
    ],
  ];
  for (const [name, document] of forms) {
    const response = await api.import(document);
    assert.equal(response.status, 201, `${name}: ${response.text}`);
    assert.equal(response.body.list.title, 'T', name);
    const [type] = await typesOf(response.body.list);
    assert.equal(type?.label, 'X', name);
  }
});

test('ids that clash or need escaping become plain ones, each once', async () => {
  const uri = newUri();
  const ids = [
    `${uri}#A%20B`,
    `${uri}/1/label`,
    `${uri}/2/label`,
    `${uri}#Schüler`,
    `${uri}#`,
    `${uri}/%E5%AD%A6`,
    `${uri}#..`,
  ];
  const concept = ids.map((id) => ({ '@id': id, prefLabel: 'L' }));
  const { body, status, text } = await api.import(scheme(uri, {}, { concept }));
  assert.equal(status, 201, text);
  const types = await typesOf(body.list);
  assert.deepEqual(
    types.map((type) => type.uri),
    ids,
  );
  const last = uri.split('/').at(-1);
  assert.deepEqual(
    types.map(({ id }) => id),
    ['A-B', 'label', 'label-2', 'Schuler', last, 'type', `${last}-2`],
  );
  const again = await api.import(scheme(uri, {}, { concept }));
  assert.deepEqual([again.status, counts(again)], [200, [0, 0, 0]]);
});

test('?slug names the new list; without it a free one is made', async () => {
  const named = await api.import(scheme(newUri(), { a: 'A' }), '?slug=my-list');
  assert.deepEqual([named.status, named.body.list.slug], [201, 'my-list']);
  const made = await Promise.all(
    ['x', 'y', 'z'].map((host) => api.import(scheme(`https://${host}.example.org/Same%20Name`, { a: 'A' }))),
  );
  assert.deepEqual(made.map(({ body }) => body.list.slug).sort(), ['same-name', 'same-name-2', 'same-name-3']);
  const bare = await api.import(scheme('https://bare.example.org', { a: 'A' }, { title: 'Bädda & Co' }));
  assert.equal(bare.body.list.slug, 'badda-co');
  const wordless = await api.import(scheme('https://wordless.example.org/', { a: 'A' }, { title: '学' }));
  assert.equal(wordless.body.list.slug, 'list');
});

test('201 with 5,000 concepts, 400 with one more; idempotent at that size too', async () => {
  const uri = newUri();
  const concepts = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      '@type': 'Concept',
      '@id': `${uri}/${index}/same`,
      prefLabel: `Concept ${index}`,
      notation: String(index),
      altLabel: ['one', 'two'],
    }));
  const response = await api.import(scheme(uri, {}, { concept: concepts(5000) }), '?slug=large');
  assert.equal(response.status, 201, response.text.slice(0, 500));
  assert.deepEqual(counts(response), [5000, 0, 0]);
  const again = await api.import(scheme(uri, {}, { concept: concepts(5000) }));
  assert.deepEqual([again.status, counts(again), again.headers.etag], [200, [0, 0, 0], '"v1"']);
  assertProblem(await api.import(scheme(uri, {}, { concept: concepts(5001) })), 400, 'invalid', ['/concept']);
  assertProblem(
    await send('POST', '/v1/entitlement-lists/large/types', { body: { label: 'X' } }),
    409,
    'catalogue-state',
  );
});

test('a repeat with the same Idempotency-Key gets the first answer, also when it would be another one by now', async () => {
  const headers = { 'idempotency-key': unique('import ') };
  const document = scheme(newUri(), { a: 'A' });
  const first = await api.import(document, '', headers);
  const again = await api.import(document, '', headers);
  assert.deepEqual([first.status, again.status, again.text], [201, 201, first.text]);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  const unchanged = { 'idempotency-key': unique('import ') };
  assert.equal((await api.import(document, '', unchanged)).status, 200);
  assert.equal((await api.import(document, '', unchanged)).headers['idempotency-replayed'], 'true');
  assertProblem(await api.import(scheme(newUri(), { b: 'B' }), '', headers), 422, 'idempotency-key-reused');
});

test('another organisation may adopt the same scheme; neither sees the other', async () => {
  const uri = newUri();
  const other = await server.organisationWithKey('Neighbour');
  const { list } = (await api.import(scheme(uri, { a: 'A' }))).body;
  const response = await send('POST', '/v1/entitlement-lists/import', {
    body: scheme(uri, { b: 'B' }),
    key: other.key,
  });
  assert.deepEqual([response.status, counts(response)], [201, [1, 0, 0]]);
  assert.deepEqual(
    (await typesOf(list)).map(({ id, status }) => `${id} ${status}`),
    ['a active'],
  );
});
