import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '#config';
import { renderAccount } from '#dialects/native/render.ts';
import { serveHealth } from '#http/health.ts';
import { createMetrics, type Metrics } from '#http/metrics.ts';
import { startWorker } from '#jobs/worker.ts';
import type { Store } from '#store/store.ts';
import { bringUpToDate, openDatabase, openSafeStore } from '../database.ts';
import { Failure } from '../failure.ts';
import { unless } from '../interruption.ts';
import { findEvidenceKey } from './evidence-key.ts';
import { closeHttp, listen, patience } from './listen.ts';
import { withLog } from './with-log.ts';

/**
 * Does what no request waits for (webhooks, periodic jobs) until `interrupted`, beside servers or without one.
 *
 * @throws StartError, DatabaseNotUsable, Failure when it cannot start
 */
export function work(config: Config, interrupted: AbortSignal): Promise<void> {
  return withLog(config.logLevel, (log) => run(config, log, interrupted));
}

async function run(config: Config, log: Logger, interrupted: AbortSignal): Promise<void> {
  await using open = new AsyncDisposableStack();
  const database = await openDatabase(config, 'tool', (sentence) => log.info(sentence));
  open.defer(database.stop);
  await unless(interrupted, () => bringUpToDate(database));
  const store = await openSafeStore(database, { onError: (err) => log.warn({ err }, 'database error') });
  open.defer(store.close);
  const found = await findEvidenceKey(config, store);
  if (!found.key) throw new Failure(`Webhooks cannot be sent by this process, because ${found.missing}.`);
  const metrics = createMetrics();
  const webhooks = { ...config.webhooks, key: found.key };
  const { connection } = database;
  const worker = startWorker({ store, connection, log, registry: metrics.registry, webhooks, renderAccount });
  const stops = [() => Promise.race([worker.stop(), sleep(patience, undefined, { ref: false })])];
  open.defer(async () => void (await Promise.all(stops.map((stop) => stop()))));
  const { workerPort } = config;
  if (workerPort !== undefined) stops.push(await answerProbes({ ...config, port: workerPort }, store, metrics));
  process.stdout.write('Tessera is working.\n');
  if (!interrupted.aborted) await once(interrupted, 'abort');
  log.info('stopping');
}

/** Health and metrics of this process. Returns how to end it. */
async function answerProbes({ host, port }: Config, store: Store, metrics: Metrics): Promise<() => Promise<void>> {
  const app = Fastify();
  serveHealth(app, { store, metrics });
  await listen(app, host, port);
  return () => closeHttp(app, store.database);
}
