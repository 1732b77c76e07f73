import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { closeHttp } from '#cli/start/listen.ts';
import { Change, EnturChange } from '#dialects/native/change-schema.ts';
import { validatorOf } from '#http/validation.ts';
import type { WaitingLimits } from '#http/waiting-room.ts';
import { buildServer } from '#server';
import type { Store } from '#store/store.ts';
import { evidence } from '../../support/evidence.ts';
import { publicUrl } from '../../support/server.ts';

export type ListeningServer = {
  url: string;
  /** Warnings and errors. */
  log: string[];
  /** How many requests wait or stream. */
  waiting: () => Promise<number>;
  /** As a stop of the process does it. */
  close: () => Promise<void>;
};

/** A server on a real port, because only there clients hang up, read slowly and are cut off. Closed when the test file ends. */
export async function listeningServer(store: Store, waiting: Partial<WaitingLimits> = {}): Promise<ListeningServer> {
  const log: string[] = [];
  const addressLimits = { identified: 1_000_000, unidentified: 1_000_000 };
  const app = buildServer({
    store,
    config: { publicUrl, trustedProxies: [], addressLimits, evidence, waiting, checkResponses: true },
    log: pino({ level: 'warn' }, { write: (line: string) => void log.push(line) }),
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  after(async () => {
    app.server.closeAllConnections(); // fetch keeps some on which nothing was ever asked
    await app.close();
  });
  return { url, log, waiting: () => waitingIn(url), close: () => closeHttp(app) };
}

async function waitingIn(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tessera_http_waiting_requests (\d+)$/m.exec(metrics)?.[1]);
}

/** Asks until it is so. */
export async function eventually(is: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 5000;
  while (!(await is())) {
    assert.ok(Date.now() < until, `not within five seconds: ${is}`);
    await setTimeout(5);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into items freely
export type Message = { id?: string; event?: string; data?: any; comment?: string; retry?: string };

export type OpenStream = {
  response: Response;
  /** The next message; undefined when the stream has ended. */
  next: () => Promise<Message | undefined>;
  /** Messages until one for which this holds, which is the last of them. */
  until: (is: (message: Message) => boolean) => Promise<Message[]>;
  close: () => void;
};

/** Opens a stream of changes; its items are checked against their schemas. */
export async function openStream(url: string, key: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const controller = new AbortController();
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
    signal: controller.signal,
  });
  const messages = response.ok ? messagesOf(response) : undefined;
  const next = async () => (await messages?.next())?.value as Message | undefined;
  const until: OpenStream['until'] = async (is) => {
    const seen: Message[] = [];
    for (;;) {
      const message = await next();
      assert.ok(message, `the stream ended after ${JSON.stringify(seen.at(-1))}`);
      seen.push(message);
      if (is(message)) return seen;
    }
  };
  return { response, next, until, close: () => controller.abort() };
}

async function* messagesOf(response: Response): AsyncGenerator<Message> {
  let text = '';
  for await (const piece of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
    const parts = (text + piece).split('\n\n');
    text = parts.pop() as string;
    yield* parts.map(messageOf);
  }
  assert.equal(text, '', 'the last message is whole');
}

function messageOf(part: string): Message {
  const fields = part.split('\n').map((line) => {
    const [, name, value] = /^([a-z]*): (.*)$/.exec(line) ?? assert.fail(`no field: ${line}`);
    return [name || 'comment', value] as const;
  });
  const { data, ...message } = Object.fromEntries(fields);
  if (data === undefined) return message;
  const item = JSON.parse(data);
  if (message.event === 'position') assert.deepEqual(item, { position: Number(message.id) });
  else {
    assert.deepEqual(validatorOf('payload' in item ? EnturChange : Change)(item), []);
    assert.deepEqual([message.id, message.event], [String(item.number), item.kind]);
  }
  return { ...message, data: item };
}
