import { fstatSync } from 'node:fs';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { LineBuffer } from './line-buffer.ts';
import { terminalStream } from './terminal-log.ts';

/** The log, and how to get all of it out before the process ends. */
export type Log = { log: Logger; flush: () => void };

/**
 * The server's log on standard error (standard output belongs to what people read and paste): one JSON object per line, or, on a
 * terminal, one short line for the eye. JSON is buffered, because writing each line by itself costs more than the request
 * (measured.md), and comes out at least every second.
 *
 * @param shared whether several processes write there: then each line says which one, and they do not write into each other's lines
 */
export function openLog(level: string, { shared = false, terminal = process.stderr.isTTY === true } = {}): Log {
  const options = logOptions(level, shared ? { pid: process.pid } : null);
  if (terminal) return { log: pino(options, terminalStream(process.stderr)), flush: () => {} };
  const most = shared && fstatSync(2).isFIFO() ? pipeAtomic : 16_384;
  // What waits for a slow reader would be put together into larger pieces.
  const destination = pino.destination({ dest: 2, sync: false, maxWrite: most });
  const lines = new LineBuffer(destination, most);
  return { log: pino(options, lines), flush: () => lines.flushSync() };
}

/** How many bytes a pipe takes in one piece, whoever else writes to it (PIPE_BUF). Whole lines go into one write. */
const pipeAtomic = 4096;

/** How every line of the log is made. @param base members of every line */
export function logOptions(level: string, base: { pid: number } | null = null): LoggerOptions {
  return {
    level,
    base,
    timestamp: timeMember,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: withoutValues },
  };
}

let [millisecond, member] = [0, ''];

/** The time as a member of a line, ISO 8601 in UTC. Busy servers write many lines in a millisecond. */
function timeMember(): string {
  const now = Date.now();
  if (now !== millisecond) [millisecond, member] = [now, `,"time":"${new Date(now).toISOString()}"`];
  return member;
}

/** PostgreSQL quotes the row of a violated constraint in these: personal data has no place in a log. */
const withValues = ['detail', 'where', 'internalQuery', 'query', 'parameters'];

function withoutValues(error: Error): object {
  const serialized = pino.stdSerializers.err(error);
  return Object.fromEntries(Object.entries(serialized).filter(([member]) => !withValues.includes(member)));
}
