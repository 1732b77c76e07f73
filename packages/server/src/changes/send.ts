import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import { type AddressGuard, nameIn } from './address-guard.ts';
import { type AttemptError, AttemptStop, errorOf, errorOfStatus, isStale } from './attempt-error.ts';
import { excerptOf } from './excerpt.ts';
import { type Answer, exchange, NoAnswer } from './exchange.ts';
import { Agent as HttpAgent } from './node-http.ts';
import { retryAfterIn } from './retry-after.ts';
import { isSendable } from './sendable-header.ts';

export type SenderOptions = {
  guard: AddressGuard;
  /** Milliseconds for a whole attempt: waiting for a connection, DNS, connecting, TLS, and the answer. */
  timeout?: number;
  /**
   * Connections to one origin (scheme, host, port) at a time; further attempts wait for one, and their time runs. Absent: any number,
   * because subscriptions of one receiver must not wait for each other.
   */
  maxSockets?: number;
  /** Milliseconds for which a connection is kept that nobody uses. */
  idleTime?: number;
  userAgent?: string;
  /** Certificates of authorities that are trusted besides the usual ones, as PEM text. */
  extraCa?: string;
};

export type WebhookRequest = {
  url: string;
  /** All but those of the connection and the length, e.g. the signature and the static header of the subscription. */
  headers: Readonly<Record<string, string>>;
  body: string;
};

export type AttemptResult = {
  outcome: 'delivered' | 'failed';
  /** Of the answer, where there was one. */
  status?: number;
  /** Present when it failed. */
  error?: AttemptError;
  durationMs: number;
  /** The beginning of the answer, from its first 256 bytes, as one line. */
  excerpt?: string;
  /** Seconds after which the receiver wants to be asked again (429 and 503 only), at most a day. */
  retryAfter?: number;
  /** The receiver wants no more deliveries (410). */
  gone?: true;
};

export type Sender = {
  /** One attempt. Whatever the endpoint does is a result; it never rejects. */
  send: (webhook: WebhookRequest) => Promise<AttemptResult>;
  /** Ends attempts that are under way with `cancelled`, and all connections. */
  close: () => void;
};

/**
 * Sends webhooks: POST only, no redirects, no proxies, no other addresses than those that the guard has checked.
 * One sender serves a whole process; it keeps connections for the next delivery.
 */
export function createSender(options: SenderOptions): Sender {
  const {
    guard,
    timeout = 20_000,
    maxSockets = Number.POSITIVE_INFINITY,
    idleTime = 5_000,
    userAgent = 'Tessera/0.1',
    extraCa,
  } = options;
  const pool = { maxSockets, maxFreeSockets: 64, timeout: idleTime, autoSelectFamilyAttemptTimeout: 1_000 };
  const secureContext = createSecureContext(extraCa ? { ca: [...getCACertificates('default'), extraCa] } : {});
  const agentsFor = (keepAlive: boolean) => ({
    'http:': new HttpAgent({ ...pool, keepAlive }),
    // `rejectUnauthorized` is said, so that NODE_TLS_REJECT_UNAUTHORIZED cannot unsay it.
    'https:': new HttpsAgent({ ...pool, keepAlive, secureContext, rejectUnauthorized: true }),
  });
  const kept = agentsFor(true);
  const fresh = agentsFor(false);
  const underWay = new Set<() => void>();
  let closed = false;

  /** @throws NoAnswer */
  const request = async (webhook: WebhookRequest, stop: AbortSignal): Promise<Answer> => {
    const url = new URL(webhook.url);
    const body = Buffer.from(webhook.body);
    const resolve = async () => {
      const verdict = await guard.check(webhook.url);
      if ('allowed' in verdict) return verdict.allowed;
      throw new AttemptStop('blocked-address', `${verdict.refused}.`);
    };
    const headers = { 'user-agent': userAgent, ...webhook.headers };
    const by = (agents: typeof kept) => {
      const agent = agents[url.protocol as keyof typeof agents];
      return exchange({ url, host: nameIn(url), resolve, agent, headers, body, stop });
    };
    try {
      return await by(kept);
    } catch (error) {
      if (error instanceof NoAnswer && isStale(error)) return await by(fresh);
      throw error;
    }
  };

  const attempt = async (webhook: WebhookRequest, stop: AbortSignal): Promise<Omit<AttemptResult, 'durationMs'>> => {
    const fault = guard.urlFault(webhook.url); // an address in the URL never comes to a look-up
    if (fault !== undefined) return failed({ code: 'blocked-address', message: `${fault}.` });
    const header = Object.entries(webhook.headers).find(([name, value]) => !isSendable(name, value));
    if (header) return failed({ code: 'header', message: `The header ${JSON.stringify(header[0])} cannot be sent.` });
    try {
      return resultOf(await request(webhook, stop));
    } catch (error) {
      if (error instanceof NoAnswer) return failed(errorOf(error, nameIn(new URL(webhook.url))));
      throw error;
    }
  };

  return {
    send: async (webhook) => {
      const began = performance.now();
      const stop = new AbortController();
      const cancel = () =>
        stop.abort(new AttemptStop('cancelled', 'The attempt was ended before there was an answer.'));
      const outOfTime = () =>
        stop.abort(new AttemptStop('timeout', `The attempt took longer than ${timeout / 1000} s.`));
      const timer = setTimeout(outOfTime, timeout);
      underWay.add(cancel);
      if (closed) cancel();
      try {
        const result = await attempt(webhook, stop.signal);
        return { ...result, durationMs: Math.round(performance.now() - began) };
      } finally {
        clearTimeout(timer);
        underWay.delete(cancel);
      }
    },
    close: () => {
      closed = true;
      for (const cancel of underWay) cancel();
      for (const agent of [kept, fresh].flatMap((agents) => Object.values(agents))) agent.destroy();
    },
  };
}

function failed(error: AttemptError): Omit<AttemptResult, 'durationMs'> {
  return { outcome: 'failed', error };
}

function resultOf({ status, retryAfter, head }: Answer): Omit<AttemptResult, 'durationMs'> {
  const error = errorOfStatus(status);
  const excerpt = excerptOf(head);
  const wait = status === 429 || status === 503 ? retryAfterIn(retryAfter, new Date()) : undefined;
  return {
    outcome: error ? 'failed' : 'delivered',
    status,
    ...(error && { error }),
    ...(excerpt !== undefined && { excerpt }),
    ...(wait !== undefined && { retryAfter: wait }),
    ...(status === 410 && { gone: true }),
  };
}
