import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { type EvidenceKeyFound, findEvidenceKey } from '#cli/start/evidence-key.ts';
import { createKeyFile, KeyFileProblem, readKeyFile } from '#cli/start/key-file.ts';
import { readConfig } from '#config';
import { openStore, type Store } from '#store/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openPlace } from '../support/program.ts';

const run = promisify(execFile);
const bounded = { timeout: 120_000 };
const root = mkdtempSync(join(tmpdir(), 'evidence-key-'));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const newDirectory = () => join(root, `data-${++count}`);
const newKey = () => randomBytes(32);

async function emptyDatabase(t: TestContext): Promise<{ database: TestDatabase; store: Store }> {
  const database = await createTestDatabase();
  const store = openStore(database.connection, { maxConnections: 2 });
  t.after(async () => {
    await store.close();
    await database.drop();
  });
  return { database, store };
}

/** As a server would that has these settings. */
function find(store: Store, dataDir: string, key?: Buffer): Promise<EvidenceKeyFound> {
  const environment = { DATA_DIR: dataDir, ...(key ? { EVIDENCE_KEY: key.toString('base64') } : {}) };
  return findEvidenceKey(readConfig(environment, root), store);
}

const missing = (found: EvidenceKeyFound) => (found.key ? assert.fail('has a key') : found.missing);

test('a key file: readable by its owner only, in a directory that is too, complete and alone', async () => {
  const path = join(newDirectory(), 'below', 'evidence.key');
  const before = process.umask(0);
  const key = await createKeyFile(path).finally(() => process.umask(before));
  assert.equal(key.length, 32);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  assert.equal(readFileSync(path, 'utf8'), `${key.toString('base64')}\n`);
  assert.deepEqual(readdirSync(join(path, '..')), ['evidence.key']);
  assert.ok((await readKeyFile(path))?.equals(key));
  assert.ok((await createKeyFile(path)).equals(key), 'it is never replaced');
});

test('processes that make a key file at the same time get the same key', bounded, async () => {
  const path = join(newDirectory(), 'evidence.key');
  const script = `const { createKeyFile } = await import('#cli/start/key-file.ts');
    while (Date.now() < Number(process.argv[2])); // all at once
    console.log((await createKeyFile(process.argv[1])).toString('base64'));`;
  const cwd = new URL('../..', import.meta.url);
  const at = String(Date.now() + 2000);
  const keys = await Promise.all(
    Array.from({ length: 6 }, () => run(process.execPath, ['--input-type=module', '-e', script, path, at], { cwd })),
  );
  assert.equal(new Set(keys.map(({ stdout }) => stdout)).size, 1);
  assert.equal(keys[0]?.stdout, readFileSync(path, 'utf8'));
  assert.deepEqual(readdirSync(join(path, '..')), ['evidence.key']);
});

test('a file that is no key, a place where none can be: told with the path', async () => {
  const directory = newDirectory();
  mkdirSync(directory);
  const path = join(directory, 'evidence.key');
  for (const text of ['', 'short', randomBytes(31).toString('base64'), `${newKey().toString('base64')} x`]) {
    writeFileSync(path, text);
    await assert.rejects(readKeyFile(path), { message: `${path} does not hold 32 bytes in base64` });
  }
  assert.equal(await readKeyFile(join(directory, 'other')), undefined);
  await assert.rejects(readKeyFile(directory), KeyFileProblem);
  await assert.rejects(createKeyFile(join(path, 'evidence.key')), /cannot be written \((EEXIST|ENOTDIR)/);
});

test('the first start makes a key and keeps it; later ones use it', async (t) => {
  const { store, database } = await emptyDatabase(t);
  const dataDir = newDirectory();
  const first = await find(store, dataDir);
  assert.ok(first.key && first.created === join(dataDir, 'evidence.key'));
  const again = await find(store, dataDir);
  assert.deepEqual(again, { key: first.key });
  const rows = await database.query('select fingerprint from evidence_key');
  assert.equal(rows.length, 1);
  assert.ok(!JSON.stringify(rows).includes(first.key.toString('hex').slice(0, 16)));
  // Written down as EVIDENCE_KEY it is the same key, wherever the data directory is.
  assert.deepEqual(await find(store, newDirectory(), first.key), { key: first.key });
});

test('EVIDENCE_KEY that is not the key of the database: start fails with a sentence', async (t) => {
  const { store } = await emptyDatabase(t);
  const key = newKey();
  assert.deepEqual(await find(store, newDirectory(), key), { key });
  await assert.rejects(
    find(store, newDirectory(), newKey()),
    /^Error: EVIDENCE_KEY is not the key .* DATA_DIR of the server/,
  );
});

test('without EVIDENCE_KEY, and without the key of the database: it starts without one, and makes none', async (t) => {
  const { store } = await emptyDatabase(t);
  await find(store, newDirectory(), newKey());
  const dataDir = newDirectory();
  assert.match(missing(await find(store, dataDir)), /evidence\.key is not there, and the database .* a key already$/);
  assert.equal(await readKeyFile(join(dataDir, 'evidence.key')), undefined);
  await createKeyFile(join(dataDir, 'evidence.key'));
  assert.match(
    missing(await find(store, dataDir)),
    /^the key in .*evidence\.key is not the one that the database expects$/,
  );
  writeFileSync(join(dataDir, 'evidence.key'), 'damaged');
  assert.match(missing(await find(store, dataDir)), /does not hold 32 bytes in base64$/);
});

test('two servers with data directories of their own that start at once: one has the key, the other says so', async (t) => {
  const { store } = await emptyDatabase(t);
  const found = await Promise.all([find(store, newDirectory()), find(store, newDirectory())]);
  assert.equal(found.filter(({ key }) => key).length, 1);
});

test('a data directory that cannot be written: it starts, and says why there is no key', async (t) => {
  const { store } = await emptyDatabase(t);
  const occupied = newDirectory();
  writeFileSync(occupied, 'a file');
  assert.match(missing(await find(store, occupied)), /evidence\.key cannot be (read|written) \(ENOTDIR/);
});

test(
  'tessera start: a new key is told once with its file; a server without it says what to do, and serves',
  bounded,
  async (t) => {
    const { database } = await emptyDatabase(t);
    const place = openPlace(t, database);
    const first = await place.serve({ DEMO: 'false' });
    const path = join(place.dataDir, 'evidence.key');
    assert.match(first.output().stdout, new RegExp(`new key, which was written to ${path}\\.\nKeep a copy of it: `));
    const elsewhere = await place.serve({ DEMO: 'false', DATA_DIR: join(place.directory, 'other') });
    assert.match(
      elsewhere.output().stdout,
      /^Files of evidence cannot be uploaded or read by this server, and webhooks .*, because .*\nSet EVIDENCE_KEY/m,
    );
    assert.match((await elsewhere.stop()).stderr, /"level":"warn".*files of evidence cannot be uploaded or read/);
    await first.stop();

    const again = await place.serve({ DEMO: 'false' });
    assert.doesNotMatch(again.output().stdout, /evidence/i);
    const key = readFileSync(path, 'utf8').trim();
    for (const { stdout, stderr } of [await again.stop(), first.output()])
      assert.ok(!`${stdout}${stderr}`.includes(key));

    const wrong = await place.run(['start'], { EVIDENCE_KEY: newKey().toString('base64') });
    assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
    assert.match(
      wrong.stderr,
      /^EVIDENCE_KEY is not the key that the files of evidence in this database are encrypted with\. .*\n$/m,
    );
  },
);
