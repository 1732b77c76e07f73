import type { Agent, IncomingMessage } from 'node:http';
import { request as requestOverHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { TLSSocket } from 'node:tls';
import { request as requestOverHttp } from './node-http.ts';

/** How far a request came. `queue`: no connection was free yet. */
export type Phase = 'queue' | 'dns' | 'connect' | 'tls' | 'answer';

/** Why there is no answer. */
export class NoAnswer extends Error {
  readonly phase: Phase;
  /** The connection had been used before, so that the receiver may have closed it before it saw the request. */
  readonly reused: boolean;

  constructor(phase: Phase, reused: boolean, cause: unknown) {
    super('no answer', { cause });
    this.phase = phase;
    this.reused = reused;
  }
}

export type ExchangeOptions = {
  url: URL;
  /** The host to connect to: an address, or the name that `resolve` is asked for. */
  host: string;
  /** Gives the addresses to connect to. */
  resolve: () => Promise<{ address: string; family: number }[]>;
  agent: Agent;
  headers: Record<string, string>;
  body: Buffer;
  /** Ends the exchange whatever it waits for, with its reason as the cause of {@link NoAnswer}. */
  stop: AbortSignal;
};

export type Answer = {
  status: number;
  retryAfter: string | undefined;
  /** The first bytes of the body, at most 256. */
  head: Buffer;
};

/** The upgrade of a connection that nobody asked for. */
export class Upgraded extends Error {}

const headSize = 256;
/** A body up to this size is read to its end, which keeps the connection; after more of it the connection is closed. */
const drainSize = 16_384;

/**
 * One POST and its answer. The answer's status decides: a body that is long, breaks off or never ends changes nothing.
 * Afterwards the connection is back in the agent's pool or destroyed.
 *
 * @returns rejects with {@link NoAnswer} only
 * @throws node's error about headers that cannot be sent
 */
export function exchange(options: ExchangeOptions): Promise<Answer> {
  const { url, host, agent, headers, body, stop } = options;
  if (stop.aborted) return Promise.reject(new NoAnswer('queue', false, stop.reason));
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let phase: Phase = 'queue';
  const send = url.protocol === 'https:' ? requestOverHttps : requestOverHttp;
  const request = send({
    method: 'POST',
    host,
    port: url.port,
    path: url.pathname + url.search,
    headers,
    agent,
    lookup: pinned(options.resolve, (entered) => {
      phase = entered;
    }),
  });
  let answered = false;
  const fail = (cause: unknown) => {
    if (!answered) reject(new NoAnswer(phase, request.reusedSocket, cause));
    request.destroy();
  };
  const halt = () => fail(stop.reason); // by itself, a destroyed request that waits for a connection emits nothing
  stop.addEventListener('abort', halt, { once: true });
  request.once('socket', (socket) => {
    if (!socket.connecting) {
      phase = 'answer';
      return;
    }
    if (phase === 'queue') phase = 'connect'; // an address needs no look-up
    socket.once('connect', () => {
      phase = socket instanceof TLSSocket ? 'tls' : 'answer';
    });
    socket.once('secureConnect', () => {
      phase = 'answer';
    });
  });
  request.on('error', fail); // also after the answer, when the rest of the body could not be written
  request.once('upgrade', () => fail(new Upgraded()));
  request.once('response', (response) => {
    answered = true;
    headOf(response).then((head) => {
      // It answered before it had read everything, and nobody will read the rest.
      if (!request.writableFinished) request.destroy();
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], head });
    });
  });
  request.end(body);
  return promise.finally(() => stop.removeEventListener('abort', halt));
}

/** A look-up for node:net that hands on what `resolve` says, and never asks the DNS itself. */
function pinned(resolve: ExchangeOptions['resolve'], enter: (phase: Phase) => void): LookupFunction {
  return (_name, options, callback) => {
    enter('dns');
    resolve().then(
      (addresses) => {
        enter('connect');
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family ?? 0);
      },
      (error) => callback(error, []),
    );
  };
}

/** Reads a body until it ends, breaks off or gets too long; gives its first bytes. */
function headOf(response: IncomingMessage): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  let head = Buffer.alloc(0);
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    if (head.length < headSize) head = Buffer.concat([head, chunk.subarray(0, headSize - head.length)]);
    size += chunk.length;
    if (size > drainSize) response.destroy();
  });
  response.on('error', () => {}); // the status was heard; 'close' follows
  response.once('close', () => resolve(head));
  return promise;
}
