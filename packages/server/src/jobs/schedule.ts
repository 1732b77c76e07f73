import type { Logger } from 'pino';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { expireCustomers } from '#operations/customers/expire.ts';
import { propagateTypes } from '#operations/entitlement-types/propagate.ts';
import { purgeFiles } from '#operations/evidence/purge-files.ts';
import { pruneAnswers } from '#operations/kept-answers.ts';
import type { Store } from '#store/store.ts';

/** One piece of periodic work; returns how much it did. */
export type Job = (store: Store, now: Date) => Promise<number>;

const allJobs: Record<string, Job> = {
  'begin the day': sweepAccounts,
  'propagate entitlement types': propagateTypes,
  'expire customers': expireCustomers,
  'prune kept answers': pruneAnswers,
  'delete files of evidence': purgeFiles,
};
const everyMinute = 60_000;

/**
 * Runs the periodic jobs now and every minute (a day has to begin in time), one after the other; what fails is logged and done the
 * next time. A timer is enough until a job library brings retries and schedules of their own (a later issue). Does not keep the
 * process alive.
 *
 * @returns `stop`, which resolves when a running job has ended; no job begins after it was called
 */
export function startJobs(
  { store, log, clock = () => new Date() }: { store: Store; log: Logger; clock?: () => Date },
  interval: number = everyMinute,
  jobs: Record<string, Job> = allJobs,
): { stop: () => Promise<void> } {
  let stopped = false;
  let running: Promise<void> | undefined;

  async function runAll(): Promise<void> {
    for (const [job, work] of Object.entries(jobs)) {
      if (stopped) return;
      try {
        const count = await work(store, clock());
        if (count > 0) log.info({ job, count }, 'job done');
      } catch (err) {
        log.error({ job, err }, 'job failed, will be tried again');
      }
    }
  }
  function run(): void {
    running ??= runAll().finally(() => {
      running = undefined;
    });
  }

  run();
  const timer = setInterval(run, interval).unref();
  const stop = async () => {
    stopped = true;
    clearInterval(timer);
    await running;
  };
  return { stop };
}
