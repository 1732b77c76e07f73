import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { EntitlementList } from '#domain/entitlement-list.ts';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { createEntitlementType } from '#operations/entitlement-types/create.ts';
import { resolveTypes } from '#operations/entitlement-types/resolve.ts';
import { createPassNamespace } from '#operations/pass-namespaces/create.ts';
import { commitCatalogue } from '#store/catalogue-statement.ts';
import type { CatalogueChange, CatalogueWrite } from '#store/catalogue-writer.ts';
import { typesById, typesByNumber, typesByUri } from '#store/entitlement-types.ts';
import { actorOf } from '../support/fixtures.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, other, organisation, newOrganisation } = await startTestStore();
const actor = actorOf(organisation);
const base = organisation.baseUrl;

before(async () => {
  await createEntitlementList(store, actor, { slug: 'large', title: 'Large' });
  await database.query(
    `insert into entitlement_type (organisation_id, number, list_slug, id, uri, position, version, label, status)
      select $1, 1000000 + n, 'large', 'id-' || n, 'https://schemes.example.org/' || n, n, 1, 'Label', 'active' from generate_series(1, 5000) n`,
    [organisation.id],
  );
  await database.query(
    `insert into access_pass (organisation_id, text, namespace, id, state, document)
      select $1, n::text, 'card', gen_random_uuid(), 'reserved', '{}' from generate_series(1, 5000) n`,
    [organisation.id],
  );
});

for (const statistics of ['young', 'current']) {
  test(`types are found without reading the others, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    const read = (text: string, ...values: unknown[]) =>
      rowsRead(database, organisation.id, 'entitlement_type', text, [organisation.id, ...values]);
    assert.equal(await read(typesById.text, '{large,large}', '{id-7,id-4000}'), 2);
    assert.equal(await read(typesByUri.text, '{https://schemes.example.org/9}'), 1);
    assert.equal(await read(typesByNumber.text, '{1000011,1000012,1000013}'), 3);
  });

  test(`a write of the catalogue reads no passes, statistics ${statistics}`, async () => {
    const nothing = [organisation.id, '[]', '[]', '[]', '[]', '{}', null, '[]', '{}', '[]', '[]', '{}', 50];
    assert.equal(await rowsRead(database, organisation.id, 'access_pass', commitCatalogue.text, nothing), 0);
  });
}

test('concept URIs are resolved exactly, adopted ones by their own URI only', async () => {
  await createEntitlementList(store, actor, { slug: 'residents', title: 'Residents' });
  const adult = await createEntitlementType(store, actor, 'residents', { id: 'adult', label: 'Adult' });
  const own = `${base}/openactive/entitlement-lists/residents#adult`;
  const adopted = 'https://schemes.example.org/7';
  const found = await resolveTypes(store, organisation, [
    own,
    own,
    adopted,
    `${base}/openactive/entitlement-lists/large#id-7`,
    `${base}/openactive/entitlement-lists/residents#ADULT`,
    `${base}/openactive/entitlement-lists/residents#adult#`,
    `${base}/openactive/entitlement-lists/residents/adult`,
    `${base}/openactive/entitlement-lists/residents`,
    `${base}/openactive/entitlement-lists/#`,
    `${base}/o/demo/openactive/entitlement-lists/residents#adult`,
    'https://schemes.example.org/7 ',
    'residents#adult',
    '',
  ]);
  assert.deepEqual([...found.keys()], [own, adopted]);
  assert.deepEqual(found.get(own), adult);
  assert.equal(found.get(adopted)?.number, 1_000_007);
  assert.deepEqual(await resolveTypes(store, organisation, []), new Map());
});

test("another organisation resolves nothing of it, not even below the first one's base", async () => {
  const stranger = await newOrganisation('stranger');
  const own = `${base}/openactive/entitlement-lists/residents#adult`;
  assert.equal((await resolveTypes(store, stranger, [own, 'https://schemes.example.org/7'])).size, 0);
  assert.equal((await resolveTypes(store, { ...stranger, baseUrl: base }, [own])).size, 0);
});

test('a write that finds other versions than were read leaves no trace', async () => {
  const list = await store.entitlementLists.find(organisation.id, 'large');
  assert.ok(list);
  const rows = () =>
    database.query(
      'select (select count(*) from change) as c, (select count(*) from audit) as a, (select change_number from organisation_counter where organisation_id = $1) as n',
      [organisation.id],
    );
  const counted = await rows();
  const guards: CatalogueWrite['guards'][] = [
    [{ subject: 'entitlement-list', key: 'large', expected: list.version + 1 }],
    [{ subject: 'entitlement-list', key: 'large', expected: null }],
    [{ subject: 'entitlement-list', key: 'nobody', expected: 1 }],
    [{ subject: 'pass-namespace', key: 'card', expected: null }],
    [{ subject: 'organisation', key: 'demo', expected: 99 }],
  ];
  for (const guard of guards) {
    const changed: EntitlementList = { ...list, title: 'Changed', version: list.version + 1 };
    const change: CatalogueChange = {
      subject: 'entitlement-list',
      key: 'large',
      kind: 'updated',
      version: 2,
      members: ['title'],
    };
    const write: CatalogueWrite = {
      operation: 'test',
      subjectKey: 'large',
      guards: guard,
      list: changed,
      changes: [change],
    };
    assert.equal(await store.catalogue.commit(actor, write), 'stale');
  }
  assert.deepEqual(await store.entitlementLists.find(organisation.id, 'large'), list);
  assert.deepEqual(await rows(), counted);
});

test('two stores that write at once leave one default namespace and dense numbers', async () => {
  const names = Array.from({ length: 10 }, (_, index) => `namespace-${index}`);
  await Promise.all(
    names.map((name, index) => createPassNamespace(index % 2 ? store : other, actor, { name, isDefault: true })),
  );
  const [row] = await database.query(
    `select count(*) filter (where is_default)::int as defaults, count(*)::int as all from pass_namespace where organisation_id = $1`,
    [organisation.id],
  );
  assert.deepEqual(row, { defaults: 1, all: 11 });
  const [changes] = await database.query(
    `select count(*)::int as count, min(number)::int as first, max(number)::int as last,
      (select change_number::int from organisation_counter where organisation_id = $1) as counter from change where organisation_id = $1`,
    [organisation.id],
  );
  assert.equal(changes?.first, 1);
  assert.deepEqual([changes?.last, changes?.counter], [changes?.count, changes?.count]);
});
