import { randomUUID } from 'node:crypto';
import type { Program } from '../../scripts/installation/program.ts';
import { createTenants } from '../../scripts/installation/tenant.ts';
import { Client } from './client.ts';
import type { Cluster } from './cluster.ts';
import type { Programs } from './packages.ts';
import { startServer } from './server.ts';
import { startSingle } from './single.ts';
import { Watch } from './watch.ts';

/** Creates per second of each round. */
export type Throughput = { cluster: number[]; single: number[] };

const connections = 64;
const rounds = 3;

/** How fast accounts are created on the cluster, and on one PostgreSQL that commits for itself: in turns, on the same machine. */
export async function compareThroughput(
  {
    directory,
    programs,
    cluster,
    server,
  }: { directory: string; programs: Programs; cluster: Cluster; server: Program },
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
  const measured: Throughput = { cluster: [], single: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const rates = [await createFor(server.url, key, seconds), await createFor(other.url, otherKey, seconds)] as const;
    if (round === 0) continue; // both are warm now
    measured.cluster.push(rates[0]);
    measured.single.push(rates[1]);
  }
  return measured;
}

/** Creates per second over so many seconds. */
async function createFor(url: string, key: string, seconds: number): Promise<number> {
  const client = new Client(url, key, new Watch());
  const began = performance.now();
  let count = 0;
  const worker = async () => {
    while (performance.now() - began < seconds * 1000) {
      const body = { customer: { givenName: 'Grace', familyName: 'Holloway', email: `${randomUUID()}@example.com` } };
      const headers = { 'idempotency-key': randomUUID() };
      const answer = await client.once('create', { method: 'POST', path: '/v1/accounts', headers, body });
      if (answer?.status === 201) count += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const rate = (count * 1000) / (performance.now() - began);
  client.close();
  return rate;
}
