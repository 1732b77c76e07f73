import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after } from 'node:test';
import { pino } from 'pino';
import { Type } from 'typebox';
import { Refusal, type RefusalReason } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';
import { type Dialect, perSecond } from '#http/dialect.ts';
import { buildHttp, type HttpConfig } from '#http/http.ts';
import { createMetrics } from '#http/metrics.ts';
import { refusalHeaders } from '#http/refusal-headers.ts';
import type { Route } from '#http/route.ts';
import { acceptedTypes } from '#operations/evidence/clean-file.ts';
import { keepRefusal } from '#operations/kept-answers.ts';
import { evidence } from '../support/evidence.ts';
import { publicUrl, startTestServer } from '../support/server.ts';
import { multipart } from './upload-forms.ts';

// A server with a route that takes an upload, one whose link is judged first, and one that takes JSON; on real sockets.

export const MiB = 1024 * 1024;
const statuses: Partial<Record<RefusalReason['kind'], number>> = {
  'bad-credentials': 401,
  'missing-credentials': 401,
  scope: 403,
  'not-found': 404,
  'too-large': 413,
  'media-type': 415,
  'idempotency-reused': 422,
  'rate-limit': 429,
  internal: 500,
  unavailable: 503,
};

const server = await startTestServer();
export const { key, keyWith } = server;

export type UploadServer = {
  url: string;
  port: number;
  /** What the handlers got, in order. */
  calls: Call[];
  /** Called by the handler of an upload before it answers. */
  onUpload: { work: (call: Call) => Promise<void> };
};

const route = { method: 'POST', summary: 'Do', tag: 'Test', scope: 'customers:write', responses: {} } as const;
const upload = { file: 'file', maxFiles: 5, types: acceptedTypes, texts: { note: { maxLength: 1000 } } };

/** @param config what differs from a server as it is usually */
export async function startUploadServer(config: Partial<HttpConfig> = {}): Promise<UploadServer> {
  const calls: Call[] = [];
  const onUpload: UploadServer['onUpload'] = { work: async () => {} };
  const handler: Route['handler'] = async (call) => {
    calls.push(call);
    await onUpload.work(call);
    const { files, texts } = call.upload ?? { files: [], texts: {} };
    const answer = { status: 200, body: { sizes: files.map(({ bytes }) => bytes.length), texts, calls: calls.length } };
    const kept = call.keep(() => answer)?.(undefined);
    if (kept) await keepRefusal(call.store, call.actor, kept);
    return answer;
  };
  const admit = async ({ params }: Call) => {
    if (params.link !== 'good') throw new Refusal({ kind: 'not-found', subject: 'evidence-request' });
  };
  const dialect: Dialect = {
    name: 'native',
    title: 'Test',
    description: 'A dialect of this test',
    prefix: '/test',
    credentials: { bearer: true, apiKey: false },
    bodyLimit: MiB,
    produces: ['application/json'],
    clientLimit: (_request, client) => perSecond(client),
    refuse: (reason) => {
      const status = statuses[reason.kind] ?? 400;
      return { status, headers: refusalHeaders(reason, status), body: reason };
    },
    routes: [
      { ...route, path: '/files', operationId: 'upload', upload, handler },
      {
        ...route,
        path: '/links/:link',
        operationId: 'uploadByLink',
        scope: null,
        upload: { ...upload, admit },
        handler,
      },
      { ...route, path: '/json', operationId: 'json', body: Type.Object({}), handler },
    ],
  };
  const app = buildHttp({
    store: server.store,
    config: {
      publicUrl,
      trustedProxies: [],
      addressLimits: { identified: 1, unidentified: 1 },
      evidence,
      webhooks: { urlFault: () => undefined },
      ...config,
    },
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    metrics: createMetrics(),
    dialects: [dialect],
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  after(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/test`, port, calls, onUpload };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export type Answered = { status: number; headers: Headers; body: any };

/** Posts as the organisation's client. */
export async function post(
  url: string,
  body: FormData | Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(url, { method: 'POST', body, headers: { authorization: `Bearer ${key}`, ...headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export type RawRequest = {
  socket: Socket;
  /** All that was answered so far. */
  answer: () => string;
  /** The status line's number, once there is one. */
  status: Promise<number>;
  closed: Promise<unknown>;
};

/** Begins an upload by hand; the body is up to the caller. */
export async function beginUpload(
  port: number,
  path: string,
  headers: Record<string, string | number>,
): Promise<RawRequest> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {}); // the server may end it while we write
  let text = '';
  const status = new Promise<number>((resolve, reject) => {
    socket.on('data', (chunk) => {
      text += chunk;
      const found = /^HTTP\/1\.1 (\d{3})/.exec(text);
      if (found) resolve(Number(found[1]));
    });
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
  status.catch(() => {});
  const all = { host: 'test', authorization: `Bearer ${key}`, ...multipart, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.write(`POST /test${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  return { socket, answer: () => text, status, closed: new Promise((resolve) => socket.once('close', resolve)) };
}
