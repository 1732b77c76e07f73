import { setTimeout as sleep } from 'node:timers/promises';
import { type PeriodicJob, periodicJobs } from '../../../packages/server/src/jobs/periodic.ts';
import { openStore } from '../../../packages/server/src/store/store.ts';
import type { Connection } from '../../installation/database.ts';
import { count, type Tally } from './agent.ts';
import { changeRetention, deliveryRetention } from './estate.ts';

/** How far ahead the jobs' clock is, days: so that everything is due, but of what is retained only what is half a minute old. */
const halfAMinute = 0.5 / 24 / 60;
const ahead: Record<string, number> = {
  'begin-day': 2,
  'propagate-types': 0,
  'prune-changes': changeRetention - halfAMinute,
  'prune-deliveries': deliveryRetention - halfAMinute,
};
const longAhead = 400;
const day = 24 * 3_600_000;
const rest = 100;
/** What would leave nothing for the others to meet over is done in one of so many rounds. */
const rounds: Record<string, number> = { 'prune-answers': 3 };

/** What the jobs tell is for operators. */
const log = { warn: () => {} } as unknown as Parameters<PeriodicJob['work']>[2];

export type Jobs = { stop: () => Promise<void> };

/** Does all periodic work again and again, twice at once, as two more processes would, and as if everything was due. */
export function startJobs(
  connection: Connection,
  { tally, fault, over }: { tally: Tally; fault: (fault: string) => void; over: AbortSignal },
): Jobs {
  async function keepWorking(): Promise<void> {
    const onError = (error: Error) => fault(`a job's database: ${error.message} ${String(error.cause ?? '')}`);
    const store = openStore({ ...connection, ssl: false }, { maxConnections: 3, onError });
    try {
      while (!over.aborted) {
        for (const { name, work } of periodicJobs) {
          if (Math.random() * (rounds[name] ?? 1) > 1) continue;
          const now = new Date(Date.now() + (ahead[name] ?? longAhead) * day);
          try {
            const done = await work(store, now, log);
            count(tally, `job ${name}${done > 0 ? '' : ' (nothing to do)'}`);
          } catch (error) {
            fault(`the job ${name} failed: ${(error as Error).message} ${String((error as Error).cause ?? '')}`);
          }
        }
        await sleep(Math.random() * rest);
      }
    } finally {
      await store.close();
    }
  }

  const done = Promise.all([keepWorking(), keepWorking()]);
  return { stop: async () => void (await done) };
}
