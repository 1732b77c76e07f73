import type { DestinationStream } from 'pino';

type Line = {
  time: string;
  level: string;
  pid?: number;
  msg?: string;
  method?: string;
  route?: string;
  status?: number;
  ms?: number;
  err?: { message?: string; stack?: string };
};

/** Turns the log's JSON lines into short ones for somebody who watches. */
export function terminalStream(terminal: { write: (text: string) => unknown }): DestinationStream {
  return { write: (json) => void terminal.write(`${terminalLine(JSON.parse(json))}\n`) };
}

/** `12:00:01  GET /v1/accounts/:identifier 200, 3.1 ms`; the time is UTC, as everywhere. Where several processes serve, `[pid]` stands before it. */
export function terminalLine({ time, level, pid, msg = '', method, route, status, ms, err }: Line): string {
  const clock = time.slice(11, 19) + (pid === undefined ? '' : `  [${pid}]`);
  if (method !== undefined) return `${clock}  ${method} ${route} ${status}, ${ms} ms`;
  const serious = level === 'error' || level === 'fatal';
  const word = serious ? 'error: ' : level === 'warn' ? 'warning: ' : '';
  const cause = err === undefined ? '' : `: ${serious ? (err.stack ?? err.message) : err.message}`;
  return `${clock}  ${word}${msg}${cause}`;
}
