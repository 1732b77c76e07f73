import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Config, localUrlOf, publicUrlOf } from '#config';
import { startJobs } from '#jobs/schedule.ts';
import { buildServer } from '#server';
import type { Store } from '#store/store.ts';
import { tesseraCommand } from '../command-line.ts';
import { bringUpToDate, openDatabase, openSafeStore } from '../database.ts';
import { demoSlug, ensureDemo } from '../demo/demo.ts';
import { Interrupted, unless } from '../interruption.ts';
import { type EvidenceKeyFound, findEvidenceKey } from './evidence-key.ts';
import { choosePort, closeHttp, listen, patience } from './listen.ts';
import { openLog } from './log.ts';
import { demoAgainText, demoText, keyCreatedText, keyMissingText, movedText, noOrganisationText } from './texts.ts';

/**
 * Runs the server until `interrupted`, then ends in order: running requests, HTTP, jobs, connections, database.
 *
 * @throws StartError, DatabaseNotUsable, Failure when it cannot start
 */
export async function serve(config: Config, interrupted: AbortSignal): Promise<void> {
  const { log, flush } = openLog(config.logLevel);
  // Before the one of main.ts, which only says a sentence.
  process.prependListener('uncaughtException', (err) => {
    log.fatal({ err }, 'unexpected error, the server ends');
    flush();
    process.exit(1); // an embedded database is adopted by the next start
  });
  process.on('exit', flush);
  try {
    await run(config, log, interrupted);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    flush();
  }
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
  const evidence = { ...config.evidence, ...(found.key ? { key: found.key } : {}) };
  const app = buildServer({ store, config: { publicUrl, trustedProxies, addressLimits, evidence }, log });
  const jobs = startJobs({ store, log });
  open.defer(() => Promise.race([jobs.stop(), sleep(patience, undefined, { ref: false })]));
  open.defer(() => closeHttp(app));
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
    log.warn({ reason: found.missing }, 'files of evidence cannot be uploaded or read');
    say(keyMissingText(found.missing));
  } else if (found.created !== undefined && databaseUrl !== undefined) {
    say(keyCreatedText(found.created));
  }
}

/** Standard output is for people; the log goes to standard error. */
function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
