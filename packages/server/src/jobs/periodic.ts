import type { Logger } from 'pino';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { expireCustomers } from '#operations/customers/expire.ts';
import { propagateTypes } from '#operations/entitlement-types/propagate.ts';
import { purgeFiles } from '#operations/evidence/purge-files.ts';
import { pruneAnswers } from '#operations/kept-answers.ts';
import { pruneReads } from '#operations/reads/prune.ts';
import { endTombstones } from '#operations/retention/end-tombstones.ts';
import { pruneChanges } from '#operations/retention/prune-changes.ts';
import { pruneDeliveries } from '#operations/retention/prune-deliveries.ts';
import type { Store } from '#store/store.ts';

/** One piece of periodic work; returns how much it did. Idempotent, and safe when several servers do it at once. */
export type Job = (store: Store, now: Date, log: Logger) => Promise<number>;

/**
 * When (in the way of cron, UTC) and what. What is done every minute, because a day has to begin in time, is done at every start too;
 * what is done once a day and was missed is done when a process is there again.
 */
export type PeriodicJob = { name: string; schedule: string; work: Job };

export const everyMinute = '* * * * *';
const everyNight = '13 3 * * *';

export const periodicJobs: readonly PeriodicJob[] = [
  { name: 'begin-day', schedule: everyMinute, work: sweepAccounts },
  { name: 'propagate-types', schedule: everyMinute, work: propagateTypes },
  { name: 'expire-customers', schedule: everyMinute, work: expireCustomers },
  { name: 'prune-answers', schedule: everyMinute, work: pruneAnswers },
  { name: 'purge-files', schedule: everyMinute, work: purgeFiles },
  { name: 'end-tombstones', schedule: everyMinute, work: (store, now) => endTombstones(store, now) },
  { name: 'prune-changes', schedule: everyMinute, work: prune },
  { name: 'prune-deliveries', schedule: everyMinute, work: (store, now) => pruneDeliveries(store, now) },
  { name: 'prune-reads', schedule: everyNight, work: pruneReads },
];

/** What webhooks still need stays; for how long is told, because the disk fills meanwhile. */
function prune(store: Store, now: Date, log: Logger): Promise<number> {
  return pruneChanges(store, now, ({ organisation, by, since }) =>
    log.warn(
      { organisation: organisation.id, by, since },
      'changes are kept longer than wanted, because webhooks still need them',
    ),
  );
}

/** A job as the job library runs it. What it throws is logged, and the job is done the next time. */
export function taskOf(
  { name, work }: PeriodicJob,
  { store, log, clock }: { store: Store; log: Logger; clock: () => Date },
): () => Promise<void> {
  return async () => {
    try {
      const count = await work(store, clock(), log);
      if (count > 0) log.info({ job: name, count }, 'job done');
    } catch (err) {
      log.error({ job: name, err }, 'job failed, will be tried again');
    }
  };
}
