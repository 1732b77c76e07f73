import { join } from 'node:path';
import { freePort } from '../../scripts/installation/program.ts';
import { ask } from '../load/ask.ts';
import { type TesseraOperations, tesseraOperations } from '../load/operations.ts';
import { changeSequence, rowsOfCreate } from '../references/create.ts';
import { type PatchSample, rowsOfPatch } from '../references/patch.ts';
import type { SampleRows } from '../references/rows.ts';
import { type RunningServer, serverSettings, startServer } from '../server.ts';
import { type Database, type Kind, startPostgres } from './database.ts';
import { createHeavyAccount } from './heavy.ts';
import { createTenant, type Tenant } from './tenants.ts';

/** Everything that most parts measure: a database, a server on it, and two organisations with the same accounts. */
export type Stage = {
  workspace: string;
  database: Database;
  server: RunningServer;
  /** What the server is asked for. */
  tenant: Tenant;
  /** What pgbench works on, in the same tables. */
  reference: Tenant;
  operations: TesseraOperations;
  /** Rows that one create and one patch of the server leave behind. */
  samples: { create: SampleRows[]; patch: PatchSample };
  /** Body and headers of a native get. */
  example: { text: string; headers: Headers };
  close: () => Promise<void>;
};

export async function openStage(workspace: string, options: { kind: Kind; accounts: number }): Promise<Stage> {
  const open = new AsyncDisposableStack();
  try {
    const database = await startPostgres(workspace, options.kind);
    open.defer(database.stop);
    const tenant = await createTenant(database, 'Bench', options.accounts);
    const reference = await createTenant(database, 'Reference', options.accounts);
    await database.query(`create sequence ${changeSequence} increment 2 start 1000001`);
    await database.query(`grant usage on sequence ${changeSequence} to tessera_server`);
    const place = { databaseUrl: database.url, dataDir: join(workspace, 'data'), port: await freePort() };
    const server = await startServer(workspace, 'tessera', serverSettings(place));
    open.defer(server.stop);
    const { operations, example } = await knownOperations(server, tenant);
    const samples = await samplesOf(server, database, tenant, operations);
    for (const operation of Object.values(operations)) await ask(server.url, operation, tenant.accounts);
    const { text } = await ask(server.url, operations.eligibility, tenant.accounts);
    if (!JSON.parse(text).eligible) throw new Error(`The accounts are not eligible for what is asked: ${text}`);
    const close = () => open.disposeAsync();
    return { workspace, database, server, tenant, reference, operations, samples, example, close };
  } catch (error) {
    await open.disposeAsync();
    throw error;
  }
}

/** The operations, with what must be asked of the server before: an entity tag, and the URI of the entitlement type. */
async function knownOperations({ url }: RunningServer, tenant: Tenant) {
  const unknown = tesseraOperations(tenant, { tag: '', entitlementType: '' });
  const last = { ...unknown['get native'], range: [tenant.accounts, tenant.accounts] as [number, number] };
  const example = await ask(url, last, tenant.accounts);
  const entitlementType = JSON.parse(example.text).entitlement[0].entitlementType.id;
  await createHeavyAccount(url, tenant, entitlementType);
  // Fresh accounts have the same version, and therefore the same tag.
  const operations = tesseraOperations(tenant, { tag: String(example.headers.get('etag')), entitlementType });
  return { operations, example };
}

async function samplesOf({ url }: RunningServer, database: Database, tenant: Tenant, operations: TesseraOperations) {
  const created = JSON.parse((await ask(url, operations['create native'], tenant.accounts)).text);
  const patched = JSON.parse((await ask(url, operations.patch, tenant.accounts)).text);
  return database.connected(async (client) => ({
    create: await rowsOfCreate(client, tenant.id, created.customerNumber),
    patch: await rowsOfPatch(client, tenant.id, patched.identifier),
  }));
}
