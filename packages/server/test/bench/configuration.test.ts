import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createKey } from '#operations/clients/create-key.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import { openStore } from '#store/store.ts';
import { assertNotWeakened, configurationFacts, type Fact } from '../../../../bench/configuration.ts';
import { keyLimits, publicUrl, serverSettings, startServer } from '../../../../bench/server.ts';
import { freePort } from '../../../../scripts/installation/program.ts';
import { createTestDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/program.ts';

const database = await createTestDatabase();
const store = openStore(database.connection, { maxConnections: 2 });
const directory = mkdtempSync(join(tmpdir(), 'bench-'));
const place = { databaseUrl: databaseUrl(database), dataDir: join(directory, 'data'), port: await freePort() };
const server = await startServer(directory, 'server', serverSettings(place));
after(async () => {
  await server.stop();
  await store.close();
  await database.drop();
  rmSync(directory, { recursive: true });
});

const [{ id: organisationId }, { id: otherId }] = [
  await createOrganisation(store, publicUrl, { name: 'Bench' }),
  await createOrganisation(store, publicUrl, { name: 'Other' }),
];
const keyOf = async (id: number, rateLimits: object) =>
  (await createKey(store, { organisationId: id, name: 'bench', rateLimits })).key;
const facts = await configurationFacts({
  url: server.url,
  log: server.log,
  organisationId,
  key: await keyOf(organisationId, keyLimits),
  slowKey: await keyOf(organisationId, { perSecond: 1 }),
  otherKey: await keyOf(otherId, keyLimits),
  query: async <Row>(text: string, values?: unknown[]) => (await database.query(text, values)) as Row[],
});

for (const { what, expected, found } of facts)
  test(`the benchmark measures with: ${what}: ${expected}`, () => assert.equal(found, expected));

test('nothing of it can be left out unnoticed', () => {
  assert.deepEqual(facts.map(({ what }) => what).slice(0, 4), [
    'synchronous_commit',
    'fsync',
    'full_page_writes',
    'synchronous_commit as the server commits a create',
  ]);
  assert.equal(facts.length, 16);
  assert.doesNotThrow(() => assertNotWeakened(facts));
  const weak: Fact = { what: 'fsync', expected: 'on', found: 'off', holds: false };
  assert.throws(() => assertNotWeakened([...facts, weak]), /fsync: off instead of on/);
});

test('the settings name nothing but the place and what would be in the way of a single client', () => {
  assert.deepEqual(Object.keys(serverSettings(place)).sort(), [
    'ADDRESS_LIMIT',
    'ADDRESS_LIMIT_UNIDENTIFIED',
    'DATABASE_URL',
    'DATA_DIR',
    'DEMO',
    'PORT',
    'PUBLIC_URL',
  ]);
});
