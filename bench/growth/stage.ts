import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openLog } from '../../packages/server/src/cli/start/log.ts';
import { buildServer } from '../../packages/server/src/server.ts';
import { migrate } from '../../packages/server/src/store/migrate.ts';
import { openStore } from '../../packages/server/src/store/store.ts';
import { databaseUrl } from '../../scripts/installation/database.ts';
import { freePort } from '../../scripts/installation/program.ts';
import { publicUrl, type RunningServer, serverSettings, startServer } from '../server.ts';
import { type Database, onConnection } from '../stage/database.ts';
import { guard } from '../stage/guard.ts';
import { createHeavyAccount } from '../stage/heavy.ts';
import { createOtherKey, createTenant, type Tenant } from '../stage/tenants.ts';
import type { Inside } from './plans.ts';
import { entitlementType } from './requests.ts';

/** So many accounts in a database of their own, and a server on it. */
export type Scale = {
  accounts: number;
  database: Database;
  tenant: Tenant;
  /** Where the change log begins. */
  logBegin: number;
  loadSeconds: number;
  server: RunningServer;
  /** Ends the server and drops the database. */
  close: () => Promise<void>;
};

/**
 * Loads accounts into a new database of a PostgreSQL, starts that again as it comes up on so much, and starts a server on it. There is
 * also an account that holds much, `bench-heavy`.
 */
export async function openScale(workspace: string, postgres: Database, accounts: number): Promise<Scale> {
  const name = `growth_${accounts}`;
  await postgres.query(`create database ${name} encoding 'UTF8' template template0`);
  const connection = { ...postgres.connection, database: name };
  await migrate({ ...connection, ssl: false });
  const database = databaseOf(postgres, connection);
  const began = performance.now();
  const tenant = await createTenant(database, 'Bench', accounts);
  const loadSeconds = (performance.now() - began) / 1000;
  await postgres.restart();
  const [counter] = await database.query<{ begin: number }>('select pruned_to::int as begin from organisation_counter');
  const place = { databaseUrl: database.url, dataDir: join(workspace, name), port: await freePort() };
  const server = await startServer(workspace, name, serverSettings(place));
  const close = async () => {
    await server.stop();
    await postgres.query(`drop database ${name} with (force)`);
  };
  try {
    await guard(server, database, tenant, await createOtherKey(database));
    await createHeavyAccount(server.url, tenant, entitlementType);
  } catch (error) {
    await close();
    throw error;
  }
  return { accounts, database, tenant, logBegin: counter?.begin as number, loadSeconds, server, close };
}

/**
 * Reads a database into PostgreSQL's own memory, as far as that goes: as it is after a day's work, and not just after a start. What is read
 * last stays, so the tables that requests look into come last.
 */
export async function warm({ database }: Scale): Promise<void> {
  await database.query('create extension if not exists pg_prewarm');
  await database.query(
    `select sum(pg_prewarm(oid)) from (select oid from pg_class where relkind in ('r', 'i', 't')
        and (relnamespace = 'public'::regnamespace or relnamespace = 'pg_toast'::regnamespace)
      order by relname like 'account%' or relname like 'customer%' or relname like 'access_pass%', relkind = 'i') c`,
  );
}

/** Another database of a running PostgreSQL. */
function databaseOf(postgres: Database, connection: Database['connection']): Database {
  const connected: Database['connected'] = (work) => onConnection(connection, work);
  return {
    ...postgres,
    get pid() {
      return postgres.pid;
    },
    connection,
    url: databaseUrl(connection),
    connected,
    query: <Row>(text: string, values?: unknown[]) =>
      connected(async (client) => (await client.query(text, values)).rows as Row[]),
    stop: async () => {},
  };
}

/** Does something with a server in this process, on the same database. */
export async function inside<T>({ database }: Scale, work: (inside: Inside) => Promise<T>): Promise<T> {
  const connection = { ...database.connection, ssl: false };
  const store = openStore(connection, { maxConnections: 8 });
  const limits = { identified: 1_000_000, unidentified: 1_000_000 };
  const evidence = { key: randomBytes(32), maxFileSize: 1024 * 1024, retentionDays: 30 };
  const config = { publicUrl, trustedProxies: [], addressLimits: limits, evidence };
  const app = buildServer({ store, config, log: openLog('error').log });
  try {
    await app.ready();
    return await work({ app, store, connection });
  } finally {
    await app.close();
    await store.close();
  }
}
