import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/installation/program.ts';
import { serverSettings, startServer } from '../server.ts';
import type { Stage } from '../stage/stage.ts';
import { type Share, sharesOf } from './shares.ts';
import { requests } from './variants.ts';

/** Where the time of the server went while it answered one kind of request. */
export type Profile = { name: string; shares: Share[]; errors: number };

/** Operations, and over how many connections. */
const profiled = [
  ['get native', 64],
  ['create native', 64],
  ['patch', 64],
  ['get heavy', 64],
  ['list page', 64],
  ['get native', 1],
  ['create native', 1],
] as const;

/** Profiles a server of its own with each. The profiler slows it down; what counts are the shares. */
export async function measureProfiles(stage: Stage, seconds: number): Promise<Profile[]> {
  const profiles: Profile[] = [];
  for (const [operation, connections] of profiled) {
    const profile = await profileOf(stage, operation, connections, seconds);
    profiles.push({ name: `${operation} @${connections}`, ...profile });
  }
  return profiles;
}

async function profileOf(
  stage: Stage,
  operation: (typeof profiled)[number][0],
  connections: number,
  seconds: number,
): Promise<Omit<Profile, 'name'>> {
  const { workspace, database, tenant, operations } = stage;
  const directory = join(workspace, `profile-${operation.replaceAll(' ', '-')}-${connections}`);
  mkdirSync(directory, { recursive: true });
  const place = serverSettings({ databaseUrl: database.url, dataDir: join(directory, 'data'), port: await freePort() });
  const settings = { ...place, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${directory}` };
  const server = await startServer(directory, 'profiled', settings);
  const served = {
    url: server.url,
    workspace,
    accounts: tenant.accounts,
    server: [server.pid],
    postgres: [database.pid],
  };
  const load = requests(operation, served, operations[operation], connections);
  let [from, to] = [0n, 0n];
  let errors = 0;
  try {
    errors += (await load.run(seconds)).errors; // the time of what is compiled then does not count
    from = process.hrtime.bigint();
    errors += (await load.run(seconds)).errors;
    to = process.hrtime.bigint();
  } finally {
    await server.stop();
  }
  const files = readdirSync(directory).filter((file) => file.endsWith('.cpuprofile'));
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8'));
  // Threads beside it have profiles of their own.
  const [longest] = texts.sort((one, other) => other.length - one.length);
  if (longest === undefined) throw new Error(`The server left no profile in ${directory}.`);
  const shares = sharesOf(JSON.parse(longest), { from: Number(from / 1000n), to: Number(to / 1000n) });
  return { shares, errors };
}
