import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenedDatabase, openDatabase } from '../../installation/database.ts';
import { createTenants } from '../../installation/tenant.ts';
import { startFleet } from '../fleet.ts';
import { administer } from './administer.ts';
import { createAgent, type Tally } from './agent.ts';
import { type Count, type Counts, countUp, judgeCounts } from './counters.ts';
import { doAnything } from './deeds.ts';
import { openEstate } from './estate.ts';
import { startJobs } from './jobs.ts';
import { deadlocksIn, logDetails, look, lookAtTheEnd } from './watch.ts';

export type DeadlockSoakOptions = {
  database: Pick<OpenedDatabase, 'connection'>;
  /** PostgreSQL's log. */
  logFile: string;
  /** A place for what the processes leave behind. */
  directory: string;
  minutes: number;
  /** Requests at a time, in each organisation. */
  writers: number;
  interrupted: AbortSignal;
  /** Hears from time to time how it goes. */
  tell?: (sentence: string) => void;
};

export type DeadlockSoakReport = { tally: Tally; changes: number; counted: number; violations: string[] };

const organisations = 2;
const lookEvery = 2_000;
const tellEvery = 30_000;
/** Faults that are kept; their number is told. */
const kept = 100;

/**
 * Has two servers, a worker and the periodic jobs change a few customers, accounts, passes and settings all at once, and looks all the
 * while whether anything gets in anything's way: deadlocks, answers 500, updates that get lost, two default accounts, gaps in the log.
 *
 * @throws Error when it cannot be done; the reason of `interrupted`
 */
export async function soakDeadlocks(options: DeadlockSoakOptions): Promise<DeadlockSoakReport> {
  const { interrupted, minutes, writers, tell = () => {} } = options;
  await using open = new AsyncDisposableStack();
  const database = await openDatabase(options.database.connection);
  open.defer(database.close);
  await logDetails(database);
  const tenants = await createTenants(database.connection, ['Hot One', 'Hot Two'].slice(0, organisations));
  const receiver = await startMoodyReceiver();
  open.defer(receiver.close);
  const fleet = await startFleet({ ...options, servers: 2, workers: 1 });
  open.defer(fleet.killAll);

  const faults: string[] = [];
  let found = 0;
  const fault = (sentence: string) => {
    found += 1;
    if (faults.length < kept && !faults.includes(sentence)) faults.push(sentence);
  };
  const tally: Tally = new Map();
  const over = AbortSignal.any([interrupted, AbortSignal.timeout(minutes * 60_000)]);
  const estates = await Promise.all(
    tenants.map((tenant) => openEstate(tenant, createAgent(tenant, { fleet, tally, fault, over: interrupted }))),
  );
  const counts = new Map(estates.map((estate) => [estate, { customer: noCount(), account: noCount() }]));
  const jobs = startJobs(database.connection, { tally, fault, over });
  open.defer(jobs.stop);

  const keepDoing = async (deed: () => Promise<unknown>, pause = 0) => {
    while (!over.aborted) {
      await deed().catch((error: Error) => over.aborted || fault(error.message));
      await sleep(pause);
    }
  };
  const watching = keepDoing(async () => (await look(database)).forEach(fault), lookEvery);
  const telling = setInterval(() => tell(`${requestsIn(tally)} requests, ${found} faults`), tellEvery);
  open.defer(() => clearInterval(telling));
  const working = estates.flatMap((estate) => {
    const own = counts.get(estate) as Counts;
    return [
      ...Array.from({ length: writers }, () => keepDoing(() => doAnything(estate))),
      ...[1, 2].map(() => keepDoing(() => administer(estate, receiver.url), 20)),
      ...[1, 2, 3].map(() => keepDoing(() => countUp(estate, Math.random() < 0.5 ? 'customer' : 'account', own, over))),
    ];
  });
  await Promise.all([...working, watching]);
  await jobs.stop();
  interrupted.throwIfAborted();

  for (const estate of estates) (await judgeCounts(estate, counts.get(estate) as Counts)).forEach(fault);
  for (const sentence of [...(await look(database)), ...(await lookAtTheEnd(database)), ...fleet.faults()])
    fault(sentence);
  neverDone(tally).forEach(fault);
  const [sum] = await database.query<{ changes: number }>(
    'select sum(change_number)::bigint as changes from organisation_counter',
  );
  const counted = [...counts.values()].reduce(
    (total, { customer, account }) => total + customer.done + account.done,
    0,
  );
  const more = found > faults.length ? [`${found} faults in all`] : [];
  return {
    tally,
    changes: sum?.changes as number,
    counted,
    violations: [...deadlocksIn(options.logFile), ...faults, ...more],
  };
}

/** Of deeds that never come to anything nothing can be said; some of each do within a hundred. */
function neverDone(tally: Tally): string[] {
  const asked = new Map<string, { count: number; done: boolean }>();
  for (const [name, count] of tally) {
    const [, deed = '', status] = /^(.*) (\d{3})$/.exec(name) ?? [];
    if (status === undefined) continue;
    const before = asked.get(deed) ?? { count: 0, done: false };
    asked.set(deed, { count: before.count + count, done: before.done || status.startsWith('2') });
  }
  const vain = [...asked].filter(([, { count, done }]) => count >= 100 && !done);
  return vain.map(([deed, { count }]) => `${deed} was asked ${count} times and never done`);
}

const noCount = (): Count => ({ done: 0, unknown: 0 });

function requestsIn(tally: Tally): number {
  return [...tally].reduce((sum, [name, count]) => sum + (name.startsWith('job ') ? 0 : count), 0);
}

/** The figures as text for people. */
export function deadlockFiguresText({ tally, changes, counted }: DeadlockSoakReport, minutes: number): string {
  const rows = [...tally].sort(([one], [other]) => one.localeCompare(other));
  const requests = requestsIn(tally);
  const busy = rows.filter(([name]) => name.endsWith(' 503')).reduce((sum, [, count]) => sum + count, 0);
  return [
    ...rows.map(([name, count]) => `${String(count).padStart(9)}  ${name}`),
    `${requests} requests (${(requests / minutes / 60).toFixed(0)} a second), ${busy} answered 503, ${changes} changes, ${counted} counted up`,
  ].join('\n');
}

/** A receiver of webhooks that accepts every other message: the rest is tried again, so that deliveries are always being changed. */
async function startMoodyReceiver(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(Math.random() < 0.5 ? 204 : 500).end('later'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
