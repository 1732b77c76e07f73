import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Config, localUrlOf, publicUrlOf } from '#config';
import { renderAccount } from '#dialects/native/render.ts';
import { createMetrics } from '#http/metrics.ts';
import { startWorker } from '#jobs/worker.ts';
import { buildServer } from '#server';
import type { Store } from '#store/store.ts';
import { tesseraCommand } from '../command-line.ts';
import { bringUpToDate, openDatabase, openSafeStore } from '../database.ts';
import { demoSlug, ensureDemo } from '../demo/demo.ts';
import { unless } from '../interruption.ts';
import { type EvidenceKeyFound, findEvidenceKey } from './evidence-key.ts';
import { choosePort, closeHttp, listen, patience } from './listen.ts';
import { demoAgainText, demoText, keyCreatedText, keyMissingText, movedText, noOrganisationText } from './texts.ts';
import { withLog } from './with-log.ts';

/**
 * Runs the server until `interrupted`, then ends in order: running requests, HTTP, jobs, connections, database.
 *
 * @throws StartError, DatabaseNotUsable, Failure when it cannot start
 */
export function serve(config: Config, interrupted: AbortSignal): Promise<void> {
  return withLog(config.logLevel, (log) => run(config, log, interrupted));
}

async function run(config: Config, log: Logger, interrupted: AbortSignal): Promise<void> {
  await using open = new AsyncDisposableStack();
  const database = await openDatabase(config, 'server', (sentence) => log.info(sentence));
  open.defer(database.stop);
  await unless(interrupted, () => bringUpToDate(database));
  const store = await openSafeStore(database, { onError: (err) => log.warn({ err }, 'database error') });
  open.defer(store.close);

  const port = await choosePort(config);
  const publicUrl = publicUrlOf(config, port);
  const found = await findEvidenceKey(config, store);
  const { trustedProxies, addressLimits } = config;
  const key = found.key ? { key: found.key } : {};
  const evidence = { ...config.evidence, ...key };
  const webhooks = { ...config.webhooks, ...key };
  const metrics = createMetrics();
  const app = buildServer({
    store,
    config: { publicUrl, trustedProxies, addressLimits, evidence, webhooks },
    log,
    metrics,
  });
  if (config.worker) {
    const { connection } = database;
    const worker = startWorker({ store, connection, log, registry: metrics.registry, webhooks, renderAccount });
    open.defer(() => Promise.race([worker.stop(), sleep(patience, undefined, { ref: false })]));
  }
  open.defer(() => closeHttp(app));
  await store.readRecords.start();
  await listen(app, config.host, port);

  // After listening: an organisation created for a port that is taken would have wrong ids for ever.
  await greet(store, config, port);
  tellOfKey(found, config, log);
  say(`Tessera is ready at ${publicUrl}`);
  if (!interrupted.aborted) await once(interrupted, 'abort');
  log.info('stopping');
}

/** Says what the person at the terminal needs to know or do; creates the demo organisation on an empty database. */
async function greet(store: Store, config: Config, port: number): Promise<void> {
  const publicUrl = publicUrlOf(config, port);
  const tessera = tesseraCommand(config);
  const demo = config.demo ? await ensureDemo(store, publicUrl) : undefined;
  const first = await store.organisations.find();
  if (demo) say(demoText(demo, localUrlOf(config, port)));
  else if (config.demo && first?.slug === demoSlug) say(demoAgainText(tessera));
  if (!first) say(noOrganisationText(tessera, publicUrl));
  else if (first.baseUrl !== publicUrl) say(movedText(first, publicUrl, tessera));
}

/** A key that was made for the embedded database is part of its data; one that lies apart from the database can get lost. */
function tellOfKey(found: EvidenceKeyFound, { databaseUrl }: Config, log: Logger): void {
  if (!found.key) {
    log.warn({ reason: found.missing }, 'files of evidence cannot be uploaded or read, and webhooks not sent');
    say(keyMissingText(found.missing));
  } else if (found.created !== undefined && databaseUrl !== undefined) {
    say(keyCreatedText(found.created));
  }
}

/** Standard output is for people; the log goes to standard error. */
function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
