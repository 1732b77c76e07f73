import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { cluster, dataDirectory, holder, postmaster, query, start } from './embedded-support.ts';

const nobody = 65534;
const bounded = { timeout: 60_000 };
const isRoot = process.getuid?.() === 0;
const onlyRoot = { ...bounded, skip: isRoot ? false : 'only root can act as several users' };

/** Runs what follows where user namespaces are not permitted, as in most containers: there, plainly. */
const withoutNamespaces = spawnSync('unshare', ['--mount', 'true']).status === 0 ? hidingUnshare() : [];

function hidingUnshare(): string[] {
  const real = realpathSync(spawnSync('sh', ['-c', 'command -v unshare'], { encoding: 'utf8' }).stdout.trim());
  return ['unshare', '--mount', 'sh', '-c', `mount --bind /bin/false ${real} && exec "$@"`, 'sh'];
}

/** Whether user 65534 can run Node and read these sources at all: not in a clone below a 0700 home. */
const readable = spawnSync(process.execPath, ['-e', `require('fs').readFileSync('${import.meta.filename}')`], {
  ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  cwd: '/',
});
const asOrdinaryUser = {
  ...onlyRoot,
  skip: onlyRoot.skip || (readable.status === 0 ? false : 'an ordinary user cannot read this directory'),
};

/** A data directory below one that is open to all, and given to `uid`. */
function openDirectory(dataDir: string, uid: number): void {
  chmodSync(dirname(dataDir), 0o711);
  mkdirSync(dataDir, { mode: 0o700 });
  chownSync(dataDir, uid, uid);
}

test('root keeps owning the files, below a directory that is closed to others', onlyRoot, async (t) => {
  const dataDir = dataDirectory(t);
  if (withoutNamespaces.length === 0) return t.skip('user namespaces are not permitted here');
  assert.equal(statSync(dirname(dataDir)).mode & 0o777, 0o700);
  const { connection } = await start(t, dataDir);
  assert.equal(statSync(cluster(dataDir)).uid, 0);
  assert.equal(await query(connection, 'select 1'), 1);
});

test('an ordinary user starts, stops and starts again', asOrdinaryUser, async (t) => {
  const dataDir = dataDirectory(t);
  openDirectory(dataDir, nobody);
  for (const _ of ['first', 'second']) {
    const user = await holder(t, dataDir, { uid: nobody });
    assert.equal(user.refused, undefined);
    assert.equal(statSync(cluster(dataDir)).uid, nobody);
    await user.end();
    assert.equal(postmaster(dataDir), undefined);
  }
});

test("root works on an ordinary user's database and leaves the files to that user", asOrdinaryUser, async (t) => {
  const dataDir = dataDirectory(t);
  openDirectory(dataDir, nobody);
  await (await holder(t, dataDir, { uid: nobody })).end();
  const root = await start(t, dataDir);
  assert.equal(await query(root.connection, 'select 1'), 1);
  await root.stop();
  const again = await holder(t, dataDir, { uid: nobody });
  assert.equal(again.refused, undefined);
});

test("another user's database is refused with a sentence", asOrdinaryUser, async (t) => {
  const dataDir = dataDirectory(t);
  openDirectory(dataDir, 0);
  await (await start(t, dataDir)).stop();
  chmodSync(dataDir, 0o755);
  const user = await holder(t, dataDir, { uid: nobody });
  assert.match(user.refused ?? '', /belongs to user id 0, and Tessera was started as user id 65534/);
});

test(
  'where user namespaces are not permitted, root gives the files to an unprivileged user',
  asOrdinaryUser,
  async (t) => {
    const dataDir = dataDirectory(t);
    chmodSync(dirname(dataDir), 0o711);
    const fallback = await holder(t, dataDir, { below: withoutNamespaces });
    assert.ok(fallback.connection, fallback.refused);
    assert.equal(statSync(cluster(dataDir)).uid, nobody);
    assert.equal(await query(fallback.connection, 'select 1'), 1);
    await fallback.end();
    assert.equal(postmaster(dataDir), undefined);
  },
);

test('root takes over its own files where user namespaces are no longer permitted', asOrdinaryUser, async (t) => {
  const dataDir = dataDirectory(t);
  chmodSync(dirname(dataDir), 0o711);
  await (await start(t, dataDir)).stop();
  const fallback = await holder(t, dataDir, { below: withoutNamespaces });
  assert.equal(fallback.refused, undefined);
  assert.equal(statSync(cluster(dataDir)).uid, nobody);
});

test('a directory that the unprivileged user may not enter is named', asOrdinaryUser, async (t) => {
  const dataDir = dataDirectory(t);
  const closed = dirname(dataDir);
  const fallback = await holder(t, dataDir, { below: withoutNamespaces });
  assert.match(fallback.refused ?? '', new RegExp(`user id 65534, which may not enter ${closed}\\.`));
});
