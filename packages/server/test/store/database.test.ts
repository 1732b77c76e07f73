import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Database } from '#store/database.ts';
import { Unavailable } from '#store/unavailable.ts';
import { createTestDatabase } from '../support/database.ts';

const database = await createTestDatabase();
after(() => database.drop());
const { host, port, user, database: name } = database.connection;

test('connections work as the server role, whatever options the connection string brings', async () => {
  const options = encodeURIComponent('-c role=none -c statement_timeout=7s');
  const connectionString = `postgresql://${user}@/${name}?host=${encodeURIComponent(String(host))}&port=${port}&options=${options}`;
  const mine = new Database({ connectionString });
  await mine.assertRole();
  assert.deepEqual(await mine.global(`select current_setting('statement_timeout') as timeout`), [{ timeout: '30s' }]);
  await mine.close();
});

test('commits are durable: nothing in the session weakens what the server is set to', async () => {
  const mine = new Database(database.connection);
  const settings = await mine.global(
    `select current_setting('synchronous_commit') as commit, current_setting('fsync') as fsync, current_setting('full_page_writes') as pages`,
  );
  assert.deepEqual(settings, [{ commit: 'on', fsync: 'on', pages: 'on' }]);
  await mine.close();
});

test('a database that is not there is "unavailable"; one that comes back is used again', async () => {
  const nowhere = new Database({ host: '/nonexistent', user: 'x', database: 'x' });
  await assert.rejects(nowhere.global('select 1'), Unavailable);
  await nowhere.close();
  const mine = new Database(database.connection, { maxConnections: 2 });
  await mine.global('select 1');
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()`,
    [name],
  );
  const results = await Promise.allSettled(Array.from({ length: 4 }, () => mine.global('select 1 as one')));
  for (const result of results) if (result.status === 'rejected') assert.ok(result.reason instanceof Unavailable);
  assert.deepEqual(await mine.global('select 1 as one'), [{ one: 1 }]);
  await mine.close();
});

test('a database that would lose acknowledged writes is named as such', async () => {
  const mine = new Database(database.connection);
  await mine.assertDurable();
  await mine.close();
  await database.query(`alter role ${user} in database ${name} set synchronous_commit = off`);
  const weak = new Database(database.connection);
  await assert.rejects(weak.assertDurable(), /synchronous_commit is off/);
  await weak.close();
});
