import { createHash, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { migrate, migrations } from '#store/migrate.ts';

/** A database of this test file's own, migrated, on the PostgreSQL that the test run started. */
export type TestDatabase = {
  connection: pg.ClientConfig;
  query: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
  drop: () => Promise<void>;
};

function server(): pg.ClientConfig {
  const text = process.env.TESSERA_TEST_POSTGRES;
  if (!text) throw new Error('TESSERA_TEST_POSTGRES is not set: run the tests with npm test');
  return JSON.parse(text);
}

/** One migrated template per set of migrations, then one cheap copy per test file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const checksum = createHash('sha256')
    .update(
      migrations()
        .map((migration) => migration.checksum)
        .join(),
    )
    .digest('hex')
    .slice(0, 12);
  const template = `template_${checksum}`;
  const database = `test_${randomBytes(6).toString('hex')}`;
  await asAdministrator(async (client) => {
    // One creator at a time: copying needs a template nobody is connected to.
    await client.query(`select pg_advisory_lock(hashtext('tessera test template'))`);
    const found = await client.query('select from pg_database where datname = $1', [template]);
    if (found.rowCount === 0) {
      await client.query(`create database ${template}_new encoding 'UTF8' template template0`);
      await migrate({ ...server(), database: `${template}_new` });
      await client.query(`alter database ${template}_new rename to ${template}`);
    }
    await client.query(`create database ${database} template ${template}`);
    await client.query(`select pg_advisory_unlock(hashtext('tessera test template'))`);
  });
  const connection = { ...server(), database };
  const superuser = new pg.Pool({ ...connection, max: 2 });
  return {
    connection,
    query: async (text, values) => (await superuser.query(text, values)).rows,
    drop: async () => {
      await superuser.end();
      await asAdministrator((client) => dropDatabase(client, database));
    },
  };
}

/** Connections that were told to end are given a moment: cut off, they would raise errors after the test. */
async function dropDatabase(client: pg.Client, database: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { rowCount } = await client.query('select from pg_stat_activity where datname = $1', [database]);
    if (rowCount === 0) break;
    await setTimeout(20);
  }
  await client.query(`drop database ${database} with (force)`);
}

async function asAdministrator(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ ...server(), database: 'postgres' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
