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
import type { EvidenceSettings } from '#operations/evidence/settings.ts';
import type { WebhookSettings } from '#operations/webhooks/settings.ts';
import type { Store } from '#store/store.ts';
import type { AddressLimits, Dialect } from './dialect.ts';
import type { InFlight } from './idempotency.ts';
import { countReadRecords, countRequests, countWaiting, type Metrics } from './metrics.ts';
import type { UploadPatience } from './multipart.ts';
import { RateLimiter } from './rate-limit.ts';
import { checkResponses } from './response-check.ts';
import { allowedMethods } from './route-match.ts';
import { type Entry, refusalAnswer, send, serveRoute } from './serve.ts';
import { limitBodyTime, linger } from './unread-body.ts';
import { UploadMemory } from './upload-memory.ts';
import { defaultWaiting, type WaitingLimits, WaitingRoom } from './waiting-room.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body itself. */
    upload?: boolean;
  }
}

/** 50 MiB in ten minutes is less than the worst mobile networks bring. */
const defaultPatience = { body: 30_000, upload: { pause: 20_000, whole: 600_000 } };
/** What all uploads under way may fill together, in files of the largest size: four uploads of five, or dozens of usual ones. */
const uploadedFiles = 20;

/** What the HTTP layer needs of the configuration. */
export type HttpConfig = {
  /** Origin of this installation without trailing slash. */
  publicUrl: string;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  addressLimits: AddressLimits;
  evidence: EvidenceSettings;
  webhooks: WebhookSettings;
  /** How long bodies may take, milliseconds; absent: half a minute, and ten minutes for uploads. */
  patience?: { body: number; upload: UploadPatience };
  /** How many requests may wait or stream, and how; absent members have their defaults. */
  waiting?: Partial<WaitingLimits>;
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
  uploadMemory: UploadMemory;
  uploadPatience: UploadPatience;
  room: WaitingRoom;
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
  const { patience = defaultPatience } = config;
  const http: Http = {
    store,
    config,
    log,
    clock: parts.clock ?? (() => new Date()),
    limiter: new RateLimiter(),
    inFlight: new Map(),
    uploadMemory: new UploadMemory(uploadedFiles * config.evidence.maxFileSize),
    uploadPatience: patience.upload,
    room: new WaitingRoom({ ...defaultWaiting, ...config.waiting }),
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
    http: { headersTimeout: 30_000 }, // what trickles in holds no connection for long
    requestTimeout: patience.upload.whole + 30_000,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => refuseOutside(http, dialects, request, reply, error));
  app.setNotFoundHandler((request, reply) => refuseOutside(http, dialects, request, reply, undefined));
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.routeOptions.config?.upload) limitBodyTime(app.server, request, patience.body);
    done();
  });
  app.addHook('onSend', async (request, reply) => void reply.headers(commonHeaders(request)));
  app.addHook('onResponse', async (request, reply) => {
    linger(request);
    logRequest(http, request, reply.statusCode, reply.elapsedTime);
  });
  // Before connections are waited for: who waits or streams would hold up the end.
  app.addHook('preClose', async () => http.room.close());
  countRequests(app, metrics);
  countReadRecords(metrics, store);
  countWaiting(metrics, http.room);
  if (config.checkResponses) checkResponses(app, http.entries);
  const serve = (scope: FastifyInstance, uploads: boolean) => {
    for (const dialect of dialects) {
      for (const route of dialect.routes) {
        if ((route.upload !== undefined) !== uploads) continue;
        serveRoute(scope, http, dialect, route);
        serveRoute(scope, http, { ...dialect, prefix: `/o/:organisationSlug${dialect.prefix}` }, route);
      }
    }
  };
  serve(app, false);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null)); // left for the route to read
    serve(scope, true);
  });
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
  const dialect = dialects.find((one) => covers(one, path)) ?? (dialects[0] as Dialect);
  const answer = refusalAnswer(http, request, dialect, error ?? unrouted(request, dialect, path));
  reply.headers(commonHeaders(request)); // hooks do not run for URLs that the router refuses
  return send(http, request, reply, dialect, answer);
}

/** Whether a path is a dialect's: what stands below its prefix, or without a prefix only the paths of its routes. */
function covers(dialect: Dialect, path: string): boolean {
  const { prefix } = dialect;
  if (prefix === '') return allowedMethods(dialect, path).length > 0;
  return path === prefix || path.startsWith(`${prefix}/`);
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
