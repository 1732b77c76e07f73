import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sharedBuffersFor } from '#store/embedded/buffers.ts';
import { dataDirectory, query, start, until } from './embedded-support.ts';

const gibibyte = 2 ** 30;
const cluster = await mkdtemp(join(tmpdir(), 'tessera-buffers-'));
after(() => rm(cluster, { recursive: true }));

/** Files without content: they have a size, and take no room. */
async function hold(bytes: number): Promise<void> {
  await mkdir(join(cluster, 'base/5'), { recursive: true });
  for (const name of ['16384', '16384.1']) {
    await writeFile(join(cluster, 'base/5', name), '');
    await truncate(join(cluster, 'base/5', name), bytes / 2);
  }
}

test('a database that is not there, or small, gets what PostgreSQL has by default', async () => {
  assert.equal(await sharedBuffersFor(join(cluster, 'nowhere'), 16 * gibibyte), '128MB');
  await hold(2 ** 20);
  assert.equal(await sharedBuffersFor(cluster, 16 * gibibyte), '128MB');
});

test('one that has grown gets room for twice as much, at most a quarter of the memory', async () => {
  await hold(gibibyte);
  assert.equal(await sharedBuffersFor(cluster, 16 * gibibyte), '2048MB');
  assert.equal(await sharedBuffersFor(cluster, 4 * gibibyte), '1024MB');
});

test('never less than the default, however small the container', async () => {
  assert.equal(await sharedBuffersFor(cluster, gibibyte / 4), '128MB');
});

test('what was in memory is there again after a restart, before anybody asks for it', {
  timeout: 60_000,
}, async (t) => {
  const dataDir = dataDirectory(t);
  const first = await start(t, dataDir);
  const fill = "create table asked as select repeat('x', 1000) as text from generate_series(1, 1000)";
  await query(first.connection, 'create extension pg_buffercache', fill, 'vacuum asked');
  const inMemory = "select count(*)::int from pg_buffercache where relfilenode = pg_relation_filenode('asked')";
  const pages = (await query(first.connection, inMemory)) as number;
  assert.ok(pages > 100, `${pages} pages`);
  await first.stop();

  const { connection } = await start(t, dataDir);
  await until(async () => ((await query(connection, inMemory)) as number) >= pages, 'for the pages');
});
