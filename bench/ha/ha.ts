// High availability: three PostgreSQL under Patroni behind HAProxy, the server on them under load, and what can befall a leader. Tells
// what clients saw, and whether anything that was acknowledged is lost; exit code 1 when a promise is broken.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTenants } from '../../scripts/installation/tenant.ts';
import { clearWhenStopped, clearWorkspace, openWorkspace } from '../../scripts/test/workspace.mjs';
import { Trouble } from '../trouble.ts';
import { type Cluster, startCluster, temporaryDirectory } from './cluster.ts';
import { type Suffered, suffer } from './failures.ts';
import { startLoad } from './load.ts';
import { parseOptions } from './options.ts';
import { findPrograms, versionsOf } from './packages.ts';
import { lineOf, type Outcome, reportOf } from './report.ts';
import { startServer } from './server.ts';
import { compareThroughput } from './throughput.ts';
import { verify } from './verify.ts';
import { Watch } from './watch.ts';

const options = parseOptions(process.argv.slice(2));
const watch = new Watch();
// What runs in sessions of its own would outlive us: clearing the workspace ends whatever works in it.
const workspace = openWorkspace();
clearWhenStopped(workspace);
try {
  const outcome = await run();
  const report = reportOf(outcome, workspace);
  process.stdout.write(`\n${report}`);
  if (options.complete) writeFileSync(new URL('report.md', import.meta.url), report);
  process.exitCode = watch.faults.size === 0 ? 0 : 1;
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${error instanceof Trouble ? message : (stack ?? error)}\n`);
  process.exitCode = 1;
} finally {
  await clearWorkspace(workspace);
}
// The channel to whoever started us would keep the process.
process.exit();

async function run(): Promise<Outcome> {
  const { seconds, sequence } = options;
  const programs = findPrograms();
  await using open = new AsyncDisposableStack();
  const directory = open.use(temporaryDirectory()).path;
  say('Starting three PostgreSQL, Patroni, etcd and HAProxy ...');
  const cluster = await startCluster(directory, programs);
  open.defer(cluster.stop);
  const server = await startServer(directory, cluster.connection);
  open.defer(() => server.kill());
  const [tenant] = await createTenants(cluster.connection, ['Bench']);
  if (!tenant) throw new Error('no organisation was created');

  const written = startLoad(server.url, tenant.key, watch);
  open.defer(() => written.abandon());
  const suffered: Suffered[] = [];
  for (const failure of sequence) {
    say(`${failure.name} ...`);
    const one = await suffer(cluster, failure, watch, seconds);
    suffered.push(one);
    say(lineOf(one));
  }
  await written.stop();
  say('Reading everything that was acknowledged, and waiting for jobs ...');
  const verified = await verify(server.url, tenant.key, written, watch);
  await jobsRun(cluster, watch);
  say('Comparing with one PostgreSQL ...');
  const throughput = await compareThroughput({ directory, programs, cluster, server, watch }, 5);
  return { versions: versionsOf(programs), seconds, suffered, written, verified, throughput, faults: watch.faults };
}

/** The server's jobs are found by the clock, every minute: the next one has to be met. */
async function jobsRun(cluster: Cluster, watch: Watch): Promise<void> {
  const newest = async () =>
    Number(
      (
        await cluster.query(
          'select extract(epoch from max(last_execution)) as at from graphile_worker._private_known_crontabs',
        )
      )[0]?.at,
    );
  const before = await newest();
  for (let seconds = 0; seconds < 130; seconds += 1) {
    if ((await newest()) > before) return;
    await sleep(1000);
  }
  watch.fault('no job has run since the failures');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
