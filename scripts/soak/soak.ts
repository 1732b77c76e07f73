import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenedDatabase, openDatabase } from '../installation/database.ts';
import { createTenants } from '../installation/tenant.ts';
import { type Figures, figuresOf } from './figures.ts';
import { startFleet } from './fleet.ts';
import { startFollowers } from './followers.ts';
import { judge } from './judge.ts';
import { startKilling } from './killer.ts';
import { startReceiver } from './receiver.ts';
import { readPending, readRecord } from './record.ts';
import { subscribeAll } from './subscriptions.ts';
import { makeChanges } from './writers.ts';

export type SoakOptions = {
  database: Pick<OpenedDatabase, 'connection'>;
  /** A place for what the processes leave behind. */
  directory: string;
  /** At least so many changes, in all organisations together. */
  changes: number;
  /** So many a second. */
  rate: number;
  organisations: number;
  servers: number;
  workers: number;
  /** Seconds from one `kill -9` to the next, on average. */
  killEvery: number;
  /** Kills at most. */
  mostKills?: number;
  /** For how long at most. What has not arrived then is missing. */
  minutes: number;
  interrupted: AbortSignal;
  /** Hears from time to time how it goes. */
  tell?: (sentence: string) => void;
};

export type SoakReport = { figures: Figures; violations: string[] };

/** How often to look whether everything has arrived, milliseconds. */
const lookEvery = 200;
const tellEvery = 10_000;

/**
 * Makes changes over HTTP, has them followed and delivered to a receiver that is often out of order, and kills servers and workers
 * all the while; then compares what everybody got with what the database says has happened.
 *
 * @throws Error when it cannot be done; the reason of `interrupted`
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { interrupted, tell = () => {} } = options;
  const timeOver = AbortSignal.timeout(options.minutes * 60_000);
  const signal = AbortSignal.any([interrupted, timeOver]);
  await using open = new AsyncDisposableStack();
  const database = await openDatabase(options.database.connection);
  open.defer(database.close);
  const names = Array.from({ length: options.organisations }, (_, index) => `Organisation ${index + 1}`);
  const tenants = await createTenants(database.connection, names);
  const receiver = await startReceiver();
  open.defer(receiver.close);
  const fleet = await startFleet(options);
  open.defer(fleet.killAll);
  const subscribers = await subscribeAll((await fleet.server()).url, tenants, receiver);
  const followers = startFollowers(fleet, tenants, signal);
  open.defer(followers.stop);

  const began = performance.now();
  const killer = startKilling(fleet, options.killEvery, options.mostKills ?? Number.POSITIVE_INFINITY, signal);
  open.defer(killer.stop);
  let made = 0;
  const progress = (count: number) => {
    made = count;
  };
  const telling = setInterval(() => tell(`${made} changes, ${killer.kills()} kills`), tellEvery);
  open.defer(() => clearInterval(telling));
  const written = await makeChanges({ ...options, fleet, tenants, timeOver, progress });
  const writing = performance.now() - began;
  await killer.stop();
  const kills = killer.kills();
  await untilSettled();
  const settling = performance.now() - began - writing;
  interrupted.throwIfAborted();

  await followers.stop();
  const record = await readRecord(database, tenants);
  const violations = [
    ...(made < options.changes ? [`When the time was over, only ${made} changes had been made`] : []),
    ...judge({ record, subscribers, receiver, followers: followers.all, created: written.created }),
    ...written.faults,
    ...fleet.faults(),
    ...followers.faults,
  ];
  const reconnects = followers.reconnects();
  return { figures: figuresOf({ record, receiver, written, writing, settling, kills, reconnects }), violations };

  /** Waits until nothing is left to dispatch, to deliver or to follow, or the time is over: what is missing then is told. */
  async function untilSettled(): Promise<void> {
    while (!signal.aborted) {
      if ((await readPending(database)) === 0) {
        const { logs } = await readRecord(database, tenants);
        if (logs.every(followers.haveSeen)) return;
      }
      await sleep(lookEvery);
    }
  }
}
