import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/installation/program.ts';
import { type RunningServer, serverSettings, startServer } from '../server.ts';
import type { Stage } from '../stage/stage.ts';
import { type MemoryGroup, makeMemoryGroup } from './memory-group.ts';
import { peakRss } from './processes.ts';
import type { Measured } from './variant.ts';
import { requests, type Served } from './variants.ts';

/** How the server did as in a container with little memory. */
export type Limited = {
  /** What was done to limit it. */
  how: string;
  /** What it was asked for, and how it did. */
  runs: { name: string; measured: Measured }[];
  /** Largest resident set at any time, MB. */
  peak: number;
  survived: boolean;
};

const mebibytes = 256;

/** Runs gets and creates at 64 connections against a server of its own with 256 MiB. */
export async function measureLimited(stage: Stage, seconds: number): Promise<Limited> {
  const { workspace, database, tenant, operations } = stage;
  const directory = join(workspace, 'limited');
  mkdirSync(directory, { recursive: true });
  const place = serverSettings({ databaseUrl: database.url, dataDir: join(directory, 'data'), port: await freePort() });
  const { how, before, settings, remove } = limiting();
  await using open = new AsyncDisposableStack();
  open.defer(remove);
  const server = await startServer(directory, 'limited', { ...place, ...settings }, before);
  open.defer(server.stop);
  const served: Served = {
    url: server.url,
    workspace,
    accounts: tenant.accounts,
    server: [server.pid],
    postgres: [database.pid],
  };
  const runs: Limited['runs'] = [];
  for (const name of ['get native', 'create native'] as const)
    runs.push({ name, measured: await requests(name, served, operations[name], 64).run(seconds) });
  return { how, runs, peak: peakRss(server.pid), survived: await answers(server) };
}

type Limit = MemoryGroup & { settings: Record<string, string> };

/** A control group as containers have it, of systemd or of our own; where there is none the heap that Node allows itself in such a container. */
function limiting(): Limit {
  const nothing = () => {};
  if (existsSync('/run/systemd/system') && process.getuid?.() === 0) {
    const properties = ['-p', `MemoryMax=${mebibytes}M`, '-p', 'MemorySwapMax=0'];
    const before = ['/usr/bin/systemd-run', '--scope', '--quiet', ...properties, '--'];
    const how = `in a control group of systemd with MemoryMax=${mebibytes}M and no swap`;
    return { how, before, settings: {}, remove: nothing };
  }
  const group = makeMemoryGroup(mebibytes);
  if (typeof group !== 'string') return { ...group, settings: {} };
  const heap = mebibytes / 2;
  return {
    how: `without a limit by the kernel, because no control group could be made (systemd does not run, or we are not root; ${group}); with --max-old-space-size=${heap}, which is what Node allows itself where the limit is ${mebibytes} MiB`,
    before: [],
    settings: { NODE_OPTIONS: `--max-old-space-size=${heap}` },
    remove: nothing,
  };
}

async function answers({ url }: RunningServer): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
