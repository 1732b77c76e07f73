import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { startEmbedded } from '#store/embedded/supervisor.ts';
import { migrate } from '#store/migrate.ts';
import { openStore } from '#store/store.ts';
import { dataDirectory } from './embedded-support.ts';

// docs/operations.md, "Your own PostgreSQL", on a PostgreSQL that never saw a superuser's migration.
test('a user who is no superuser but may create roles sets everything up', { timeout: 60_000 }, async (t) => {
  const postgres = await startEmbedded({ dataDir: dataDirectory(t), role: 'tool', log: () => {} });
  t.after(() => postgres.stop());
  const administrator = new pg.Client({ ...postgres.connection, database: 'postgres' });
  await administrator.connect();
  await administrator.query('create role accounts login createrole');
  await administrator.query(`create database accounts owner accounts encoding 'UTF8' template template0`);
  await administrator.end();

  const connection = { ...postgres.connection, user: 'accounts', database: 'accounts' };
  assert.ok((await migrate(connection)).length > 0);
  assert.deepEqual(await migrate(connection), [], 'and again');
  const store = openStore(connection, { maxConnections: 1 });
  await store.database.assertRole();
  const organisation = { slug: 'own', name: 'Own', timeZone: 'UTC', baseUrl: 'https://own.example.com' };
  const created = await store.organisations.create({ ...organisation, digestKey: Buffer.alloc(32) });
  assert.ok(created);
  await store.database.global('select refresh_statistics()');
  assert.deepEqual(await store.customers.organisationsWithDue(new Date()), []);
  await store.close();
});
