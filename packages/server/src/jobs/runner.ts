import { setTimeout as sleep } from 'node:timers/promises';
import {
  Logger as JobLogger,
  type LogLevel,
  makeWorkerUtils,
  parseCronItems,
  run,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import type { Logger } from 'pino';
import type { JobPool } from '#store/job-pool.ts';
import { jobSchema } from '#store/job-schema.ts';

/** Jobs under way in one process. They are short: what takes long only begins in a job. */
const concurrency = 6;
/** Jobs of other processes and of later are found at least so often; those of now are announced. */
const pollInterval = 1000;
const restartAfter = 1000;
/** How long jobs under way may take at the end. Milliseconds. */
const patience = 5000;
/** Milliseconds for which a missed time is made up for. */
const aDay = 24 * 60 * 60 * 1000;

/** When a task is run, in the way of cron; and whether also at the start, instead of when a time was missed. */
export type Schedule = { task: string; match: string; atStart: boolean };

const tidy: Schedule = { task: 'tidy-jobs', match: '23 3 * * *', atStart: false };

/**
 * Runs jobs on the job library until stopped. The library gives up when the database stays away; this begins anew.
 *
 * @param schedules tasks that are also run by the clock, in all processes together once each time
 * @returns `stop`: jobs under way have five seconds, then the database is not waited for any longer
 */
export function startRunner(
  { openPool, log }: { openPool: () => JobPool; log: Logger },
  taskList: TaskList,
  schedules: readonly Schedule[],
): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  let connections: JobPool | undefined;
  const done = keepRunning();

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      connections = openPool();
      try {
        await runOn(connections.pool);
      } catch (err) {
        if (!stopping.signal.aborted) log.warn({ err }, 'jobs have stopped, they begin anew');
      } finally {
        await connections.close().catch((err) => log.warn({ err }, 'connections of jobs were not closed'));
      }
      await sleep(restartAfter, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  }

  /**
   * Runs the library until we are told to stop, or it gives up. It is stopped here only, and once: told so twice, it is refused, its
   * connections are closed below what it is still doing, and its first end never comes.
   */
  async function runOn(pool: JobPool['pool']): Promise<void> {
    const runner = await run({
      pgPool: pool,
      schema: jobSchema,
      taskList: { ...taskList, [tidy.task]: () => tidyJobs(pool) },
      parsedCronItems: parseCronItems([...schedules, tidy].map(cronItem)),
      noHandleSignals: true,
      logger: new JobLogger(() => (level, message, meta) => tell(log, level, message, meta)),
      preset: {
        worker: {
          concurrentJobs: concurrency,
          pollInterval,
          // Both in batches: what the library writes down by itself, it does not wait for, and its failure would end the process.
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
    const ended = Promise.race([runner.promise, stopped, failedFirstFetch(runner.events)]);
    ended.catch(() => {}); // heard below
    try {
      for (const { task } of schedules.filter(({ atStart }) => atStart)) await runner.addJob(task, {}, onlyOnce(task));
      await ended;
    } finally {
      await runner.stop().catch(() => {}); // it may have stopped by itself
    }
  }

  return {
    stop: async () => {
      stopping.abort();
      const cutOff = setTimeout(() => void connections?.cutOff(), patience);
      await done;
      clearTimeout(cutOff);
    },
  };
}

/**
 * Rejects when no job could be asked for, not even once: the library looks its tasks up a single time, and where that failed it repeats
 * the error for minutes instead of the question.
 */
function failedFirstFetch(events: WorkerEvents): Promise<never> {
  return new Promise((_, reject) => {
    let answered = false;
    const answer = () => {
      answered = true;
    };
    events.once('worker:getJob:empty', answer);
    events.once('job:start', answer);
    events.on('worker:getJob:error', ({ error }) => {
      if (!answered) reject(error);
    });
  });
}

/** Deletes jobs whose worker was killed and whose work others have done: the library unlocks them after four hours and keeps them. */
async function tidyJobs(pgPool: JobPool['pool']): Promise<void> {
  const utils = await makeWorkerUtils({ pgPool, schema: jobSchema });
  try {
    await utils.cleanup({ tasks: ['DELETE_PERMAFAILED_JOBS'] });
  } finally {
    await utils.release();
  }
}

/** However late it is, and however many ask for it: one waits. */
function onlyOnce(task: string) {
  return { jobKey: task, jobKeyMode: 'preserve_run_at', maxAttempts: 1 } as const;
}

function cronItem({ task, match, atStart }: Schedule) {
  const backfillPeriod = atStart ? 0 : aDay;
  return { task, match, identifier: task, options: { ...onlyOnce(task), backfillPeriod } };
}

/** What the library tells of every job is for those who look for faults. */
function tell(log: Logger, level: `${LogLevel}`, message: string, meta: object | undefined): void {
  const error = (meta as { error?: unknown } | undefined)?.error;
  const details = error instanceof Error ? { err: error } : {};
  if (level === 'error') log.error(details, message);
  else if (level === 'warning') log.warn(details, message);
  else log.debug(details, message);
}
