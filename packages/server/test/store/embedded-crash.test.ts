import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { postgresProcesses } from '#store/embedded/processes.ts';
import {
  cluster,
  dataDirectory,
  holder,
  holderProcess,
  postmaster,
  query,
  queryWhenBack,
  start,
  until,
} from './embedded-support.ts';

const bounded = { timeout: 60_000 };
const server = /^Another Tessera server/;

test('a server killed with -9 leaves PostgreSQL, which the next start adopts with its data', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const killed = await holder(t, dataDir);
  assert.ok(killed.connection, killed.refused);
  await query(killed.connection, 'create table kept (n int)', 'insert into kept values (7)');
  const pid = postmaster(dataDir);
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  assert.equal(postmaster(dataDir), pid);

  const next = await start(t, dataDir);
  assert.equal(postmaster(dataDir), pid);
  assert.equal(await query(next.connection, 'select n from kept'), 7);
  await next.stop();
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);
});

test('a postmaster killed with -9 is started again; rows and the server lock are there', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const log: string[] = [];
  const { connection, stop } = await start(t, dataDir, 'server', log);
  await query(connection, 'create table kept (n int)', 'insert into kept values (7)');
  const pid = postmaster(dataDir) as number;
  process.kill(pid, 'SIGKILL');
  await until(() => log.includes('PostgreSQL is back.'), 'the supervisor restarts PostgreSQL');
  assert.notEqual(postmaster(dataDir), pid);
  assert.equal(await query(connection, 'select n from kept'), 7);
  assert.match((await holder(t, dataDir)).refused ?? '', server);
  await stop();
  assert.deepEqual(postgresProcesses(cluster(dataDir)), []);
});

test('a postmaster killed while a child is busy is started again after the child is ended', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const log: string[] = [];
  const { connection } = await start(t, dataDir, 'server', log);
  // Computes without ever waiting, so that it does not notice the death of its parent.
  const busy = query(connection, 'do $$ begin loop end loop; end $$').catch(() => 'ended');
  const busyOnes = `select count(*)::int from pg_stat_activity where state = 'active' and query like 'do%'`;
  while ((await query(connection, busyOnes)) === 0);
  process.kill(postmaster(dataDir) as number, 'SIGKILL');
  await until(() => log.includes('PostgreSQL is back.'), 'the supervisor restarts PostgreSQL');
  assert.equal(await busy, 'ended');
  assert.ok(
    log.some((line) => line.includes('left behind')),
    log.join('\n'),
  );
  assert.equal(await query(connection, 'select 1'), 1);
});

test('after the crash of one connection the server gets its lock back', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const log: string[] = [];
  const { connection } = await start(t, dataDir, 'server', log);
  const pid = postmaster(dataDir);
  const backends = `select pid from pg_stat_activity where application_name like 'tessera server%'`;
  process.kill((await query(connection, backends)) as number, 'SIGKILL');
  await until(() => log.includes('PostgreSQL is back.'), 'the supervisor renews its lock');
  assert.equal(postmaster(dataDir), pid);
  assert.equal(await queryWhenBack(connection, 'select 1'), 1);
  assert.match((await holder(t, dataDir)).refused ?? '', server);
});

test('stopping while PostgreSQL is being restarted leaves nothing behind', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const log: string[] = [];
  const { stop } = await start(t, dataDir, 'server', log);
  process.kill(postmaster(dataDir) as number, 'SIGKILL');
  await until(() => log.length > 1, 'the supervisor notices');
  await stop();
  await until(() => postgresProcesses(cluster(dataDir)).length === 0, 'all processes end');
});

const leftovers: Record<string, string> = {
  'of a process that is gone': '4194303\n',
  'whose number is now that of another process': `${process.pid}\n`,
  'that is empty': '',
};
for (const [what, content] of Object.entries(leftovers)) {
  test(`a pid file ${what} does not keep PostgreSQL from starting`, bounded, async (t) => {
    const dataDir = dataDirectory(t);
    await (await start(t, dataDir)).stop();
    writeFileSync(join(cluster(dataDir), 'postmaster.pid'), content && `${content}${cluster(dataDir)}\n`);
    const { connection } = await start(t, dataDir);
    assert.equal(await query(connection, 'select 1'), 1);
  });
}

test('a kill -9 while the database is created leaves nothing half done', bounded, async (t: TestContext) => {
  const dataDir = dataDirectory(t);
  const drafts = () => (existsSync(dataDir) ? readdirSync(dataDir).filter((name) => name.includes('.new-')) : []);
  const { child } = holderProcess(t, dataDir);
  await until(() => drafts().some((name) => existsSync(join(dataDir, name, 'PG_VERSION'))), 'initdb is at work');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(!existsSync(cluster(dataDir)));
  assert.equal(drafts().length, 1);

  const { connection } = await start(t, dataDir);
  assert.equal(await query(connection, 'select 1'), 1);
  assert.deepEqual(drafts(), []);
});

test('a draft that a living process is still making is not taken away', bounded, async (t) => {
  const dataDir = dataDirectory(t);
  const draft = `${cluster(dataDir)}.new-${process.ppid}`;
  mkdirSync(draft, { recursive: true });
  await start(t, dataDir);
  assert.ok(existsSync(draft));
});
