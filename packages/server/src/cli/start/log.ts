import { type Logger, type LoggerOptions, pino } from 'pino';
import { terminalStream } from './terminal-log.ts';

/** The log, and how to get all of it out before the process ends. */
export type Log = { log: Logger; flush: () => void };

/**
 * The server's log on standard error (standard output belongs to what people read and paste): one JSON object per line, or, on a
 * terminal, one short line for the eye. JSON is buffered, because writing each line by itself costs more than the request
 * (measured.md), and comes out at least every second.
 */
export function openLog(level: string, terminal: boolean = process.stderr.isTTY === true): Log {
  if (terminal) return { log: pino(logOptions(level), terminalStream(process.stderr)), flush: () => {} };
  const destination = pino.destination({ dest: 2, sync: false, minLength: 4096, periodicFlush: 1000 });
  return { log: pino(logOptions(level), destination), flush: () => destination.flushSync() };
}

/** How every line of the log is made. */
export function logOptions(level: string): LoggerOptions {
  return {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: withoutValues },
  };
}

/** PostgreSQL quotes the row of a violated constraint in these: personal data has no place in a log. */
const withValues = ['detail', 'where', 'internalQuery', 'query', 'parameters'];

function withoutValues(error: Error): object {
  const serialized = pino.stdSerializers.err(error);
  return Object.fromEntries(Object.entries(serialized).filter(([member]) => !withValues.includes(member)));
}
