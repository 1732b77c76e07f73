import { format } from 'node:util';
import type { Logger } from 'pino';
import { Interrupted } from '../interruption.ts';
import { openLog } from './log.ts';

/**
 * Does `work` with a log that is written out whatever ends it; being interrupted is a good end. Throws what `work` throws.
 *
 * @param shared whether several processes of this server write to the log
 */
export async function withLog(
  level: string,
  work: (log: Logger) => Promise<void>,
  shared: boolean = false,
): Promise<void> {
  const { log, flush } = openLog(level, { shared });
  // Before the one of run.ts, which only says a sentence.
  process.prependListener('uncaughtException', (err) => {
    log.fatal({ err }, 'unexpected error, the process ends');
    flush();
    process.exit(1); // an embedded database is adopted by the next start
  });
  process.on('exit', flush);
  // Of libraries, which write to it when a database goes away: the log is one JSON object per line.
  for (const level of ['error', 'warn'] as const) console[level] = (...parts) => log[level](format(...parts));
  try {
    await work(log);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    flush();
  }
}
