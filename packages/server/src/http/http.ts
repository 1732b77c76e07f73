import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import type { AddressLimits, Dialect } from './dialect.ts';
import type { InFlight } from './idempotency.ts';
import { countRequests, type Metrics } from './metrics.ts';
import { RateLimiter } from './rate-limit.ts';
import { checkResponses } from './response-check.ts';
import { allowedMethods } from './route-match.ts';
import { type Entry, refusalAnswer, send, serveRoute } from './serve.ts';

/** What the HTTP layer needs of the configuration. */
export type HttpConfig = {
  /** Origin of this installation without trailing slash. */
  publicUrl: string;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  addressLimits: AddressLimits;
  /** Tests: every response is checked against its route's schema; a mismatch becomes a 500. */
  checkResponses?: boolean;
};

/** All that requests share. */
export type Http = {
  store: Store;
  config: HttpConfig;
  log: Logger;
  clock: () => Date;
  limiter: RateLimiter;
  inFlight: InFlight;
  entries: WeakMap<FastifyRequest, Entry>;
  correlationIdOf: (request: FastifyRequest) => string;
};

/** Builds the HTTP server with the dialects mounted, with and without `/o/{slug}` before them. */
export function buildHttp(parts: {
  store: Store;
  config: HttpConfig;
  log: Logger;
  clock?: () => Date;
  metrics: Metrics;
  dialects: readonly Dialect[];
}): FastifyInstance {
  const { store, config, log, metrics, dialects } = parts;
  const http: Http = {
    store,
    config,
    log,
    clock: parts.clock ?? (() => new Date()),
    limiter: new RateLimiter(),
    inFlight: new Map(),
    entries: new WeakMap(),
    correlationIdOf,
  };
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => uuidv7(),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 4096, querystringParser: () => ({}) },
    frameworkErrors: (error, request, reply) => void refuseOutside(http, dialects, request, reply, error),
    requestTimeout: 30_000, // a body that trickles in holds no connection for long
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => refuseOutside(http, dialects, request, reply, error));
  app.setNotFoundHandler((request, reply) => refuseOutside(http, dialects, request, reply, undefined));
  app.addHook('onSend', async (request, reply) => void reply.headers(commonHeaders(request)));
  app.addHook('onResponse', async (request, reply) => logRequest(http, request, reply.statusCode, reply.elapsedTime));
  countRequests(app, metrics);
  if (config.checkResponses) checkResponses(app, http.entries);
  for (const dialect of dialects) {
    for (const route of dialect.routes) {
      serveRoute(app, http, dialect, route);
      serveRoute(app, http, { ...dialect, prefix: `/o/:organisationSlug${dialect.prefix}` }, route);
    }
  }
  return app;
}

/** On every response, for support cases. */
function commonHeaders(request: FastifyRequest): Record<string, string> {
  return {
    'X-Correlation-Id': correlationIdOf(request),
    'X-Request-Id': request.id,
    'X-Content-Type-Options': 'nosniff',
  };
}

/** The caller's id if it is 1..128 visible ASCII characters, otherwise ours (entur.md 1.2). */
function correlationIdOf(request: FastifyRequest): string {
  const given = request.headers['x-correlation-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : request.id;
}

/** Answers what no route answers: unknown paths, wrong methods, URLs and bodies that cannot be read. */
function refuseOutside(
  http: Http,
  dialects: readonly Dialect[],
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
) {
  const path = (request.url.split('?')[0] as string).replace(/^\/o\/[^/]+(?=\/)/, '');
  const dialect =
    dialects.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`)) ?? (dialects[0] as Dialect);
  const answer = refusalAnswer(http, request, dialect, error ?? unrouted(request, dialect, path));
  reply.headers(commonHeaders(request)); // hooks do not run for URLs that the router refuses
  return send(http, request, reply, dialect, answer);
}

function unrouted(request: FastifyRequest, dialect: Dialect, path: string): Refusal {
  const allow = allowedMethods(dialect, path);
  if (allow.length === 0 || allow.includes(request.method)) return new Refusal({ kind: 'unknown-route' });
  return new Refusal({ kind: 'method', allow });
}

/** One line per request; the route's pattern instead of the URL, because URLs hold personal data. */
function logRequest(
  { log, entries, correlationIdOf }: Http,
  request: FastifyRequest,
  status: number,
  milliseconds: number,
): void {
  const entry = entries.get(request);
  // Probes and pages of the documentation are nobody's business.
  const level = entry || status >= 400 ? 'info' : 'debug';
  log[level](
    {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status,
      ms: Math.round(milliseconds * 10) / 10,
      requestId: request.id,
      correlationId: correlationIdOf(request),
      organisation: entry?.organisation?.id,
      client: entry?.client?.id,
    },
    'request',
  );
}
