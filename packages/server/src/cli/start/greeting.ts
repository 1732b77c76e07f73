import type { Logger } from 'pino';
import { type Config, localUrlOf, publicUrlOf } from '#config';
import type { Store } from '#store/store.ts';
import { tesseraCommand } from '../command-line.ts';
import { demoSlug, ensureDemo } from '../demo/demo.ts';
import type { EvidenceKeyFound } from './evidence-key.ts';
import { demoAgainText, demoText, keyCreatedText, keyMissingText, movedText, noOrganisationText } from './texts.ts';

/** Says what the person at the terminal needs to know or do; creates the demo organisation on an empty database. */
export async function greet(store: Store, config: Config, port: number): Promise<void> {
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
export function tellOfKey(found: EvidenceKeyFound, { databaseUrl }: Config, log: Logger): void {
  if (!found.key) {
    log.warn({ reason: found.missing }, 'files of evidence cannot be uploaded or read, and webhooks not sent');
    say(keyMissingText(found.missing));
  } else if (found.created !== undefined && databaseUrl !== undefined) {
    say(keyCreatedText(found.created));
  }
}

/** Standard output is for people; the log goes to standard error. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
