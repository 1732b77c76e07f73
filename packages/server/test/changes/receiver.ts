import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { createAddressGuard } from '#changes/address-guard.ts';
import { type AttemptResult, createSender, type Sender, type SenderOptions } from '#changes/send.ts';

/** The key and certificate of `hooks.example.com`; see fixtures/README.md. */
export const certificate = readFileSync(new URL('../fixtures/webhook-receiver.pem', import.meta.url), 'utf8');

export type Receiver = {
  port: number;
  /** Everything that was received, request by request, where requests were read. */
  requests: string[];
  /** Connections that were ever made, and those that are open. */
  connections: { total: number; open: number };
  /** Those that are open. */
  sockets: ReadonlySet<Socket>;
  /** Resolves when no connection is open; fails after two seconds. */
  closed: () => Promise<void>;
  /** From now on nobody listens there. */
  stop: () => Promise<void>;
};

export type Behaviour = {
  /** What to do when a whole request has come; `count` of this receiver, from 1. */
  answer?: (socket: Socket, count: number) => void;
  /** What to do when a connection was made, instead of reading requests. */
  connected?: (socket: Socket) => void;
  tls?: boolean;
  host?: string;
};

/** A server for one test that does exactly what it is told, however wrong that is; closed when the test file ends. */
export async function startReceiver({
  answer,
  connected,
  tls = false,
  host = '127.0.0.1',
}: Behaviour): Promise<Receiver> {
  const requests: string[] = [];
  const connections = { total: 0, open: 0 };
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    connections.total += 1;
    connections.open += 1;
    sockets.add(socket);
    socket.on('error', () => {}); // clients hang up as they please
    socket.on('close', () => {
      connections.open -= 1;
      sockets.delete(socket);
    });
    if (connected) return connected(socket);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      const [head = '', body] = text.split('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      requests.push(text);
      text = '';
      answer?.(socket, requests.length);
    });
  };
  const server = tls ? createTlsServer({ key: certificate, cert: certificate }, serve) : createServer(serve);
  server.on('tlsClientError', () => {}); // clients that do not trust us
  server.listen(0, host);
  await once(server, 'listening');
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    if (server.listening) await once(server, 'close');
  };
  after(stop);
  const closed = async () => {
    for (let tries = 0; connections.open > 0; tries += 1) {
      assert.ok(tries < 200, `${connections.open} connections are still open`);
      await sleep(10);
    }
  };
  return { port: (server.address() as AddressInfo).port, requests, connections, sockets, closed, stop };
}

/** An answer as text. */
export function http(status: string, body = '', ...headers: string[]): string {
  return [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n');
}

/** A sender that may go to 127.0.0.0/8, closed when the test file ends. */
export function startSender(options: Partial<SenderOptions> = {}): Sender {
  const sender = createSender({ guard: createAddressGuard({ allowedNetworks: ['127.0.0.0/8'] }), ...options });
  after(() => sender.close());
  return sender;
}

/** Sends a small message to a receiver. */
export function sendTo(sender: Sender, { port }: Pick<Receiver, 'port'>, path = '/hook'): Promise<AttemptResult> {
  return sender.send({ url: `http://127.0.0.1:${port}${path}`, headers, body: '{"a":"ä"}' });
}

export const headers = {
  'content-type': 'application/json',
  'X-Api-Key': 'the-static-secret',
  'webhook-signature': 'v1,signed',
};

/** A result without its duration, which must be a whole number from 0 to `most`. */
export function shapeOf({ durationMs, ...rest }: AttemptResult, most = 2_000): Omit<AttemptResult, 'durationMs'> {
  assert.ok(Number.isInteger(durationMs) && durationMs >= 0 && durationMs <= most, `took ${durationMs} ms`);
  assert.ok(!JSON.stringify(rest).includes('the-static-secret') && !JSON.stringify(rest).includes('v1,signed'));
  return rest;
}
