import type { Server } from 'node:http';
import type { FastifyRequest } from 'fastify';

const lingering = { time: 5_000, bytes: 16 * 1024 * 1024 };

/** Whether the request's headers announce a body. */
export function hasBody({ headers }: FastifyRequest): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return length !== '0' || coding !== undefined;
}

/** Ends the connection of a request whose body does not come in time, with the bare 408 with which Node ends slow headers. */
export function limitBodyTime(server: Server, { raw }: FastifyRequest, milliseconds: number): void {
  const end = () => {
    if (raw.complete !== false) return; // undefined: no real request, but one of `inject`
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    server.emit('clientError', error, raw.socket);
  };
  const timer = setTimeout(end, milliseconds).unref();
  raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}

/**
 * Deals with a body of which the answer did not need all: reads on for a moment, because an end of the connection could reach a caller
 * that still writes before the answer does, and then ends the connection.
 */
export function linger({ raw }: FastifyRequest): void {
  const { socket } = raw;
  const isOver = () => raw.complete !== false || socket.destroyed; // undefined: no real request, but one of `inject`
  if (isOver()) return;
  const [since, before] = [Date.now(), socket.bytesRead];
  const timer = setInterval(() => {
    const tooMuch = Date.now() - since > lingering.time || socket.bytesRead - before > lingering.bytes;
    if (tooMuch) socket.destroy();
    if (tooMuch || isOver()) clearInterval(timer);
  }, 50).unref();
  raw.resume();
}
