import { randomUUID } from 'node:crypto';
import type { Program } from '../../scripts/installation/program.ts';
import { createTenants } from '../../scripts/installation/tenant.ts';
import { Client } from './client.ts';
import type { Cluster } from './cluster.ts';
import type { Programs } from './packages.ts';
import { startServer } from './server.ts';
import { startSingle } from './single.ts';
import { Watch } from './watch.ts';

/** Creates per second of each round, and how many were not answered 201, those of the round that warms up among them. */
export type Creates = { rates: number[]; errors: number };

export type Throughput = { cluster: Creates; single: Creates };

export const connections = 64;
const rounds = 3;
/** How a watch names the creations that succeeded. */
const created = 'create 201';

/**
 * How fast accounts are created on the cluster, and on one PostgreSQL that commits for itself: in turns, on the same machine. Nothing
 * fails meanwhile, so any answer but 201 is a fault.
 */
export async function compareThroughput(
  {
    directory,
    programs,
    cluster,
    server,
    watch,
  }: { directory: string; programs: Programs; cluster: Cluster; server: Program; watch: Watch },
  seconds: number,
): Promise<Throughput> {
  await using open = new AsyncDisposableStack();
  const single = await startSingle(directory, programs);
  open.defer(single.stop);
  const other = await startServer(directory, single.connection);
  open.defer(() => other.kill());
  const keyOf = async ({ connection }: Pick<Cluster, 'connection'>) =>
    (await createTenants(connection, ['Throughput'])).map(({ key }) => key)[0] ?? '';
  const [key, otherKey] = [await keyOf(cluster), await keyOf(single)];
  const measured: Throughput = { cluster: { rates: [], errors: 0 }, single: { rates: [], errors: 0 } };
  const sides = [
    [measured.cluster, server.url, key],
    [measured.single, other.url, otherKey],
  ] as const;
  for (let round = 0; round <= rounds; round += 1) {
    for (const [creates, url, ownKey] of sides) {
      const { rate, counts } = await createFor(url, ownKey, seconds);
      const wrong = [...counts].filter(([answer]) => answer !== created);
      creates.errors += wrong.reduce((sum, [, count]) => sum + count, 0);
      for (const [answer, count] of wrong)
        watch.fault(`without a failure there was ${answer}`, `${count} in ${seconds} s`);
      if (round > 0) creates.rates.push(rate); // before that it becomes warm
    }
  }
  return measured;
}

/** Creates per second over so many seconds, and how often each answer came. */
async function createFor(
  url: string,
  key: string,
  seconds: number,
): Promise<{ rate: number; counts: ReadonlyMap<string, number> }> {
  const watch = new Watch();
  const client = new Client(url, key, watch);
  const began = performance.now();
  const worker = async () => {
    while (performance.now() - began < seconds * 1000) {
      const body = { customer: { givenName: 'Grace', familyName: 'Holloway', email: `${randomUUID()}@example.com` } };
      const headers = { 'idempotency-key': randomUUID() };
      await client.once('create', { method: 'POST', path: '/v1/accounts', headers, body });
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  client.close();
  const ended = performance.now();
  const { counts } = watch.between(began, ended);
  return { rate: ((counts.get(created) ?? 0) * 1000) / (ended - began), counts };
}
