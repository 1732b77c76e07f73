import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

/** What the receiver does with a request, and how often of all. */
const behaviours = { accepted: 0.75, 'accepted late': 0.08, 'answered 500': 0.1, reset: 0.05, hung: 0.02 };
export type Behaviour = keyof typeof behaviours;

/** How late, milliseconds; below the shortest timeout of an attempt. */
const lateness = 400;

/** A message: all requests with one webhook-id at one subscription. */
export type Message = {
  path: string;
  id: string;
  eventType: string;
  text: string;
  requests: number;
  /** Requests that came after one had been accepted. */
  unneeded: number;
  /** Instants of the first request, and of those that were accepted. */
  arrivedAt: number;
  acceptedAt: number[];
};

export type Receiver = {
  url: (path: string) => string;
  /** From now on requests to the path are verified with the secret. */
  expect: (path: string, secret: string) => void;
  /** By path and webhook-id. */
  messages: Map<string, Message>;
  answers: Record<Behaviour, number>;
  /** What was wrong with requests. */
  faults: string[];
  close: () => Promise<void>;
};

/** A receiver of webhooks on loopback that often does not do what it should. */
export async function startReceiver(): Promise<Receiver> {
  const secrets = new Map<string, Webhook>();
  const messages: Receiver['messages'] = new Map();
  const answers = { accepted: 0, 'accepted late': 0, 'answered 500': 0, reset: 0, hung: 0 };
  const faults: string[] = [];
  const server = createServer((request, response) => {
    receive(request, response).catch(() => {}); // a sender that was killed in the middle
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const message = noted(request, Buffer.concat(chunks).toString());
    const behaviour = anyBehaviour();
    answers[behaviour] += 1;
    if (behaviour === 'hung') return;
    if (behaviour === 'reset') return void request.socket.resetAndDestroy();
    if (behaviour === 'answered 500') return void response.writeHead(500).end('out of order');
    if (behaviour === 'accepted late') await sleep(Math.random() * lateness);
    if (response.writable) message.acceptedAt.push(Date.now());
    response.writeHead(204).end();
  }

  function noted({ url: path = '', headers }: IncomingMessage, text: string): Message {
    const id = String(headers['webhook-id']);
    const eventType = String(headers['tessera-event-type']);
    const key = `${path} ${id}`;
    try {
      secrets.get(path)?.verify(text, headers as Record<string, string>);
      if (!secrets.has(path)) faults.push(`a message came to ${path}, which nobody subscribed to`);
    } catch (error) {
      faults.push(`${key}: ${(error as Error).message}`);
    }
    const known = messages.get(key);
    if (known && (known.text !== text || known.eventType !== eventType))
      faults.push(`${key}: ${known.eventType} ${known.text} came again as ${eventType} ${text}`);
    const message = known ?? {
      path,
      id,
      eventType,
      text,
      requests: 0,
      unneeded: 0,
      arrivedAt: Date.now(),
      acceptedAt: [],
    };
    message.requests += 1;
    if (message.acceptedAt.length > 0) message.unneeded += 1;
    messages.set(key, message);
    return message;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    expect: (path, secret) => void secrets.set(path, new Webhook(secret)),
    messages,
    answers,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function anyBehaviour(): Behaviour {
  let left = Math.random();
  for (const [behaviour, share] of Object.entries(behaviours)) {
    left -= share;
    if (left < 0) return behaviour as Behaviour;
  }
  return 'accepted';
}
