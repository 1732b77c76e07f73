import { join } from 'node:path';
import { freePort } from '../../scripts/installation/program.ts';
import type { Target } from '../load/target.ts';
import type { Variant } from '../measure/variant.ts';
import { requests, type Served } from '../measure/variants.ts';
import { type Options, type Part, wants } from '../options.ts';
import { peers } from '../peers/peers.ts';
import { startBare } from '../references/bare.ts';
import { serverSettings, startServer } from '../server.ts';
import { startPostgres } from './database.ts';
import { guard } from './guard.ts';
import type { Stage } from './stage.ts';

export type Others = {
  variants: { part: Part; variant: Variant }[];
  /** Names and versions of the peers. */
  peers: string[];
  /** Why something is not measured. */
  missing: string[];
};

/** Everything else that is measured in the rounds: Tessera with two processes, bare Fastify, the peers. `open` gets what ends them. */
export async function openOthers(stage: Stage, options: Options, open: AsyncDisposableStack): Promise<Others> {
  const others: Others = { variants: [], peers: [], missing: [] };
  if (wants(options, 'workers')) await addWorkers(stage, others, open);
  if (wants(options, 'bare')) await addBare(stage, others, open);
  if (wants(options, 'peers') && options.peers) await addPeers(stage, options, others, open);
  return others;
}

async function addWorkers(stage: Stage, others: Others, open: AsyncDisposableStack): Promise<void> {
  const { workspace, database, tenant, reference, operations } = stage;
  const place = { databaseUrl: database.url, dataDir: join(workspace, 'data'), port: await freePort() };
  const server = await startServer(workspace, 'workers', { ...serverSettings(place), WORKERS: '2' });
  open.defer(server.stop);
  await guard(server, database, tenant, reference.key);
  const served = {
    url: server.url,
    workspace,
    accounts: tenant.accounts,
    server: [server.pid],
    postgres: [database.pid],
  };
  for (const name of ['get native', 'create native', 'patch'] as const)
    others.variants.push({ part: 'workers', variant: requests(`two workers: ${name}`, served, operations[name], 64) });
}

async function addBare(stage: Stage, others: Others, open: AsyncDisposableStack): Promise<void> {
  const { workspace, database, tenant } = stage;
  const target = await startBare(stage);
  open.defer(target.stop);
  const served = servedBy(target, workspace, tenant.accounts, database.pid);
  for (const [name, counts] of [
    ['constant', [1, 64]],
    ['get', [1, 64]],
    ['create', [1, 64]],
  ] as const) {
    for (const connections of counts) {
      const operation = target.operations[name];
      if (operation)
        others.variants.push({
          part: 'bare',
          variant: requests(`bare Fastify: ${name}`, served, operation, connections),
        });
    }
  }
}

/** The peers have a PostgreSQL of their own, with the same settings: what they leave idle is in nobody's way. */
async function addPeers(
  { workspace }: Stage,
  { postgres: kind, accounts }: Options,
  others: Others,
  open: AsyncDisposableStack,
): Promise<void> {
  const postgres = await startPostgres(join(workspace, 'peers'), kind);
  open.defer(postgres.stop);
  for (const peer of peers) {
    try {
      const reason = await peer.install();
      if (reason !== undefined) throw new Error(reason);
      const target = await peer.start(workspace, postgres.connection, accounts);
      open.defer(target.stop);
      others.peers.push(`${peer.name} ${peer.version}`);
      const served = servedBy(target, workspace, accounts, postgres.pid);
      for (const [name, operation] of Object.entries(target.operations))
        others.variants.push({ part: 'peers', variant: requests(`${peer.name}: ${name}`, served, operation, 64) });
    } catch (error) {
      others.missing.push(`${peer.name} is not measured: ${(error as Error).message}`);
    }
  }
}

function servedBy({ url, pids }: Target, workspace: string, accounts: number, postgres: number): Served {
  return { url, workspace, accounts, server: pids, postgres: [postgres] };
}
