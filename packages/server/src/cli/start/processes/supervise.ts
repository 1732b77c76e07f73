import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Store } from '#store/store.ts';
import { Failure } from '../../failure.ts';
import { patience } from '../listen.ts';
import { order, type Report, type Task } from './messages.ts';
import { collectNews } from './news.ts';
import { Scrapes } from './scrapes.ts';

/** A process that ends sooner after it was ready has had a short life. Milliseconds. */
const shortLife = 10_000;
/** So many short lives, one in place of the other, and there is no use in going on. */
const mostShortLives = 5;
/** How much later the next one is started after each of them. Milliseconds. */
const pauseAfterShortLife = 200;
/** For what comes after the requests: reads to record, connections, the log. Milliseconds. */
const patienceAfterRequests = 8_000;

const servingProcess = fileURLToPath(new URL('./serving-process.mjs', import.meta.url));

export type Processes = {
  /** Resolves when all of them serve; rejects with a Failure when one ends before. */
  ready: Promise<void>;
  /** Never resolves; rejects with a Failure when they cannot be kept running. */
  failed: Promise<never>;
  /** Ends them all in order; running requests have ten seconds. */
  stop: () => Promise<void>;
};

/** A serving process. `shortLives`: how many were tried in its place before, and ended at once. */
type Member = { worker: Worker; shortLives: number; readyAt?: number; said?: string };

/**
 * Starts processes that serve requests on one port, and starts another in place of one that dies. They hear of each other's commits
 * through this process, and a scrape of any of them gets the sum of the metrics of all, this one included.
 *
 * By node:cluster: this process accepts connections and hands them out in turn, so that also few connections are spread evenly, and a
 * process that is too busy to take one gets no more meanwhile. Sockets of their own (SO_REUSEPORT) would spread them by chance. When
 * this process is gone, however that came about, the channel between them closes and they end too.
 *
 * @param program what each of them runs; tests run other things
 */
export function startProcesses(
  parts: { count: number; task: Task; store: Store; registry: Registry; log: Logger },
  program: string = servingProcess,
): Processes {
  const { count, task, store, registry, log } = parts;
  const members = new Set<Member>();
  const serving = () => [...members].flatMap(({ worker, readyAt }) => (readyAt === undefined ? [] : [worker]));
  const scrapes = new Scrapes(registry, serving);
  const complete = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // heard of by whoever waits for it
  let begun = false;
  let stopping = false;

  function begin(shortLives: number): void {
    if (stopping) return;
    const worker = cluster.fork();
    const member: Member = { worker, shortLives };
    members.add(member);
    worker.on('message', (report: Report) => heed(member, report));
    worker.on('exit', (code, signal) => ended(member, signal ?? `exit code ${code}`));
    // One that could not be started has no exit; other errors are of sending to one that ends.
    worker.on('error', (error) => worker.process.pid === undefined && ended(member, error.message));
    order(worker, { kind: 'serve', task });
  }

  function heed(member: Member, report: Report): void {
    const { worker } = member;
    if (report.kind === 'ready') {
      member.readyAt = Date.now();
      begun ||= serving().length === count;
      if (begun) complete.resolve();
    } else if (report.kind === 'failed') {
      member.said = report.sentence;
    } else if (report.kind === 'committed') {
      for (const organisationId of report.organisations) store.positions.heard(organisationId);
      tell(report.organisations, worker);
    } else if (report.kind === 'counted') {
      scrapes.counted(worker, report);
    } else {
      scrapes
        .text()
        .catch((err) => void log.warn({ err }, 'the metrics of all processes could not be gathered'))
        .then((text) => order(worker, { kind: 'metrics', ...(text === undefined ? {} : { text }) }));
    }
  }

  function tell(organisations: number[], except?: Worker): void {
    for (const worker of serving()) if (worker !== except) order(worker, { kind: 'committed', organisations });
  }

  function ended(member: Member, how: string): void {
    const { worker, readyAt, said } = member;
    members.delete(member);
    scrapes.gone(worker);
    if (stopping) return;
    log.error({ ended: worker.process.pid, how }, 'a process that served requests has ended unexpectedly');
    const reason = said ?? `A process that serves requests ended by itself (${how}); the log may say why.`;
    const lived = readyAt !== undefined && Date.now() - readyAt >= shortLife;
    const shortLives = lived ? 0 : member.shortLives + 1;
    if (!begun) failed.reject(new Failure(reason));
    else if (shortLives === mostShortLives) failed.reject(new Failure(`${reason} It was the last of ${shortLives}.`));
    else setTimeout(begin, shortLives * pauseAfterShortLife, shortLives);
  }

  async function stop(): Promise<void> {
    stopping = true;
    await Promise.all([...members].map(({ worker }) => endInOrder(worker)));
    process.off('exit', endAtOnce);
  }

  function endAtOnce(): void {
    for (const { worker } of members) worker.process.kill('SIGKILL');
  }

  process.on('exit', endAtOnce);
  store.positions.tellOthers(collectNews(tell));
  cluster.setupPrimary({ exec: program, args: [], serialization: 'advanced' });
  for (let started = 0; started < count; started += 1) begin(0);
  return { ready: Promise.race([complete.promise, failed.promise]), failed: failed.promise, stop };
}

async function endInOrder(worker: Worker): Promise<void> {
  const exit = new Promise((resolve) => worker.once('exit', resolve));
  // First no connection is handed to it any more: the other way round one on its way would be left hanging. The channel closes by itself
  // after the last connection, which is too late to tell it.
  worker.disconnect();
  order(worker, { kind: 'stop' });
  await Promise.race([exit, sleep(patience + patienceAfterRequests, undefined, { ref: false })]);
  worker.process.kill('SIGKILL'); // nothing, where it has ended
  await exit;
}
