import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { postgresProcesses } from '#store/embedded/processes.ts';
import { StartError } from '#store/embedded/start-error.ts';
import { cluster, dataDirectory, holder, postmaster, query, start } from './embedded-support.ts';

const bounded = { timeout: 60_000 };

test('the first start creates the database, the next one finds it', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const log: string[] = [];
  const first = await start(t, dataDir, 'server', log);
  assert.deepEqual(log, [`Creating the database in ${cluster(dataDir)} ...`]);
  assert.equal(first.connection.database, 'tessera');
  await query(first.connection, 'create table kept (n int)', 'insert into kept values (7)');
  await first.stop();
  await first.stop();
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);

  const second = await start(t, dataDir, 'server', log);
  assert.equal(log.length, 1);
  assert.equal(await query(second.connection, 'select n from kept'), 7);
});

test('the database is UTF-8 with checksums, reached only through a socket for its own user', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const { connection } = await start(t, dataDir);
  const show = (name: string) => query(connection, `show ${name}`);
  assert.equal(await show('server_encoding'), 'UTF8');
  assert.equal(await query(connection, 'select datcollate from pg_database where datname = current_database()'), 'C');
  assert.equal(await show('data_checksums'), 'on');
  assert.equal(await show('listen_addresses'), '');
  assert.equal(statSync(connection.host).mode & 0o777, 0o700);
  assert.equal(statSync(dataDir).mode & 0o777, 0o700);
});

test('no configuration file weakens durability', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  await (await start(t, dataDir)).stop();
  const settings = ['fsync', 'synchronous_commit', 'full_page_writes'];
  for (const name of settings) {
    appendFileSync(join(cluster(dataDir), 'postgresql.conf'), `${name} = off\n`);
    appendFileSync(join(cluster(dataDir), 'postgresql.auto.conf'), `${name} = off\n`);
  }
  const { connection } = await start(t, dataDir);
  for (const name of settings) assert.equal(await query(connection, `show ${name}`), 'on', name);
});

test('a role setting that weakens durability stops the start, and PostgreSQL does not stay', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const first = await start(t, dataDir);
  await query(first.connection, 'alter role postgres set synchronous_commit = off');
  await first.stop();
  await assert.rejects(start(t, dataDir), (error: Error) => {
    assert.ok(error instanceof StartError);
    assert.match(error.message, /synchronous_commit = off/);
    return true;
  });
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);
});

test('a second server is refused with a sentence, and the first one keeps its PostgreSQL', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const { connection } = await start(t, dataDir);
  const pid = postmaster(dataDir);
  const second = await holder(t, dataDir);
  assert.equal(second.name, 'StartError');
  assert.match(
    second.refused ?? '',
    new RegExp(`^Another Tessera server \\(process ${process.pid}\\) already uses ${dataDir}\\.`),
  );
  assert.equal(postmaster(dataDir), pid);
  assert.equal(await query(connection, 'select 1'), 1);
});

test('a tool works beside the server and leaves PostgreSQL to it', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const server = await start(t, dataDir);
  const pid = postmaster(dataDir);
  const tool = await holder(t, dataDir, { role: 'tool' });
  assert.deepEqual(tool.connection, server.connection);
  await tool.end();
  assert.equal(postmaster(dataDir), pid);
  assert.equal(await query(server.connection, 'select 1'), 1);
});

test('a server that stops leaves PostgreSQL to a tool at work, which stops it', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const server = await start(t, dataDir);
  const tool = await start(t, dataDir, 'tool');
  await server.stop();
  assert.equal(await query(tool.connection, 'select 1'), 1);
  await tool.stop();
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);
});

test('two that leave at the same moment still stop PostgreSQL', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const [server, tool] = [await start(t, dataDir), await start(t, dataDir, 'tool')];
  await Promise.all([server.stop(), tool.stop()]);
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);
});

test('a tool alone stops the PostgreSQL that it started', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const tool = await start(t, dataDir, 'tool');
  assert.equal(await query(tool.connection, 'select 1'), 1);
  await tool.stop();
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);
});

test('a server and tools that start together in an empty directory share one PostgreSQL', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const roles = ['server', 'tool', 'tool', 'tool'] as const;
  const holders = await Promise.all(roles.map((role) => holder(t, dataDir, { role })));
  assert.deepEqual(
    holders.map(({ refused }) => refused),
    [undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(readdirSync(dataDir).sort(), ['postgres', 'postgres.log', 'socket']);
  await Promise.all(holders.map(({ end }) => end()));
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);
});

test('a data directory of another major version is refused with instructions and left alone', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  await (await start(t, dataDir)).stop();
  writeFileSync(join(cluster(dataDir), 'PG_VERSION'), '17\n');
  await assert.rejects(start(t, dataDir), {
    name: 'StartError',
    message: /written by PostgreSQL 17; this Tessera brings PostgreSQL 18.*DATABASE_URL.*pg_dump/s,
  });
  assert.ok(existsSync(join(cluster(dataDir), 'base')));
});

test(
  'a path too long for a socket, with characters that want quoting, gets its socket elsewhere',
  bounded,
  async (t) => {
    const dataDir = dataDirectory(t, `it's "long", \${and} deep `.padEnd(120, 'x'));
    const { connection, stop } = await start(t, dataDir);
    assert.ok(!connection.host.startsWith(dataDir) && connection.host.length < 107, connection.host);
    assert.equal(statSync(connection.host).mode & 0o777, 0o700);
    assert.equal(await query(connection, 'select 1'), 1);
    await stop();
    assert.ok(!existsSync(connection.host));
  },
);

test('a socket directory with a comma and quotes in its path works', bounded, async (t) => {
  const dataDir = dataDirectory(t, `a, "b" 'c'`);
  const { connection } = await start(t, dataDir);
  assert.equal(connection.host, join(dataDir, 'socket'));
  assert.equal(await query(connection, 'select 1'), 1);
});
