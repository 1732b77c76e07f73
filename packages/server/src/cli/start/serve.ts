import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Config, publicUrlOf } from '#config';
import { renderAccount } from '#dialects/native/render.ts';
import { createMetrics } from '#http/metrics.ts';
import { startWorker } from '#jobs/worker.ts';
import { bringUpToDate, connectionsOf, openDatabase, openSafeStore } from '../database.ts';
import { unless } from '../interruption.ts';
import { replicaOf, startReplica } from '../replica.ts';
import { findEvidenceKey } from './evidence-key.ts';
import { greet, say, tellOfKey } from './greeting.ts';
import { choosePort, closeHttp, listen, patience } from './listen.ts';
import { startProcesses } from './processes/supervise.ts';
import { withLog } from './with-log.ts';

/**
 * Runs the server until `interrupted`, then ends in order: running requests and HTTP beside jobs, connections, database.
 *
 * With WORKERS=1 this process does everything. With more, it keeps what there is once (the embedded database, migrations, the key, the
 * worker, what is said to people) and leaves HTTP to processes of their own, which it starts, watches and ends.
 *
 * @throws StartError, DatabaseNotUsable, Failure when it cannot start, or cannot go on
 */
export function serve(config: Config, interrupted: AbortSignal): Promise<void> {
  return withLog(config.logLevel, (log) => run(config, log, interrupted), config.workers > 1);
}

async function run(config: Config, log: Logger, interrupted: AbortSignal): Promise<void> {
  await using open = new AsyncDisposableStack();
  const database = await openDatabase(config, 'server', (sentence) => log.info(sentence));
  open.defer(database.stop);
  await unless(interrupted, () => bringUpToDate(database));
  const onError = (err: Error) => log.warn({ err }, 'database error');
  const store = await openSafeStore(database, { onError, replica: replicaOf(config, log) });
  open.defer(store.close);
  await startReplica(store);

  const { connection } = database;
  const port = await choosePort(config);
  const found = await findEvidenceKey(config, store);
  const { key } = found;
  const metrics = createMetrics();
  // Neither needs the other, and each may take its ten seconds.
  const stops: (() => Promise<unknown>)[] = [];
  open.defer(async () => void (await Promise.all(stops.map((stop) => stop()))));
  if (config.worker) {
    const { registry } = metrics;
    const webhooks = { ...config.webhooks, ...(key ? { key } : {}) };
    const worker = startWorker({ store, connection, log, registry, webhooks, renderAccount });
    stops.push(() => Promise.race([worker.stop(), sleep(patience, undefined, { ref: false })]));
  }
  const ends: Promise<unknown>[] = [];
  if (config.workers === 1) {
    const { createApp } = await import('./app.ts'); // the processes below need it, not this one beside them
    const app = createApp(config, { store, log, metrics, port, key });
    stops.push(() => closeHttp(app, store.database));
    await store.readRecords.start();
    await listen(app, config.host, port);
  } else {
    const task = { config, connection, maxConnections: connectionsOf(config), port, key };
    const processes = startProcesses({ count: config.workers, task, store, registry: metrics.registry, log });
    stops.push(processes.stop);
    await unless(interrupted, () => processes.ready);
    ends.push(processes.failed);
  }

  // After listening: an organisation created for a port that is taken would have wrong ids for ever.
  await greet(store, config, port);
  tellOfKey(found, config, log);
  say(`Tessera is ready at ${publicUrlOf(config, port)}`);
  if (!interrupted.aborted) await Promise.race([once(interrupted, 'abort'), ...ends]);
  log.info('stopping');
}
