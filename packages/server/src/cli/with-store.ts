import { type Config, readConfig } from '#config';
import type { Store } from '#store/store.ts';
import { bringUpToDate, openDatabase, openSafeStore } from './database.ts';
import { unless, whenInterrupted } from './interruption.ts';

/**
 * Runs a command on the up-to-date database of the environment, beside a running server or without one, and leaves the database
 * as it was found: running or stopped.
 */
export async function withStore(work: (store: Store, config: Config) => Promise<void>): Promise<void> {
  const config = readConfig(process.env, process.cwd());
  const interrupted = whenInterrupted();
  await using open = new AsyncDisposableStack();
  const database = await openDatabase(config, 'tool', (sentence) => process.stderr.write(`${sentence}\n`));
  open.defer(database.stop);
  await unless(interrupted, () => bringUpToDate(database));
  const store = await openSafeStore(database, { maxConnections: 2 });
  open.defer(store.close);
  await unless(interrupted, () => work(store, config));
}
