import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { newIdentifier } from '#domain/identifier.ts';
import { Refusal } from '#domain/refusal.ts';
import type { EvidenceSettings } from '#operations/evidence/settings.ts';
import type { WebhookSettings } from '#operations/webhooks/settings.ts';
import type { Store } from '#store/store.ts';
import { enterUnread } from './admission.ts';
import type { AddressLimits, Dialect } from './dialect.ts';
import type { InFlight } from './idempotency.ts';
import { countReadRecords, countRequest, countWaiting, type Metrics, showReplica } from './metrics.ts';
import type { UploadPatience } from './multipart.ts';
import { RateLimiter } from './rate-limit.ts';
import { refusalAnswer } from './refusal-answer.ts';
import { logRequest } from './request-log.ts';
import { allowedMethods } from './route-match.ts';
import { commonHeaders, send } from './send.ts';
import { serveRoute } from './serve.ts';
import { hasBody, limitBodyTime, linger } from './unread-body.ts';
import { UploadMemory } from './upload-memory.ts';
import { defaultWaiting, type WaitingLimits, WaitingRoom } from './waiting-room.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether it has its line in the log. */
    told: boolean;
  }
  interface FastifyContextConfig {
    /** The route reads its body itself. */
    upload?: boolean;
  }
}

/** 50 MiB in ten minutes is less than the worst mobile networks bring. */
const defaultPatience = { body: 30_000, upload: { pause: 20_000, whole: 600_000 } };
/** What all uploads under way may fill together, in files of the largest size: four uploads of five, or dozens of usual ones. */
const uploadedFiles = 20;
/** In the log and in metrics, where the caller had gone before there was an answer. Nobody is ever sent it. */
const leftStatus = 499;

/** Bodies are checked by validation.ts. Without this, Fastify loads what would compile schemas of its own: 2 MB, 50 modules. */
const noSchemas = { buildValidator: unused, buildSerializer: unused };

function unused(): never {
  throw new Error('No route has a schema of Fastify.');
}

/** What the HTTP layer needs of the configuration. */
export type HttpConfig = {
  /** Origin of this installation without trailing slash. */
  publicUrl: string;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  addressLimits: AddressLimits;
  evidence: EvidenceSettings;
  webhooks: WebhookSettings;
  /** Among how many processes requests are spread; each allows its share of a rate limit. Absent: one. */
  processes?: number;
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
  /** How many requests to hot routes are being asked about: who has their key. */
  asking: number;
  inFlight: InFlight;
  uploadMemory: UploadMemory;
  uploadPatience: UploadPatience;
  room: WaitingRoom;
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
    limiter: new RateLimiter(config.processes),
    asking: 0,
    inFlight: new Map(),
    uploadMemory: new UploadMemory(uploadedFiles * config.evidence.maxFileSize),
    uploadPatience: patience.upload,
    room: new WaitingRoom({ ...defaultWaiting, ...config.waiting }),
  };
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger, // lines that belong to a request name it
    genReqId: newIdentifier,
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 4096, querystringParser: () => ({}) },
    frameworkErrors: (error, request, reply) => void refuseOutside(http, dialects, request, reply, error),
    http: { headersTimeout: 30_000 }, // what trickles in holds no connection for long
    requestTimeout: patience.upload.whole + 30_000,
    schemaController: { compilersFactory: noSchemas },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  });
  app.decorateRequest('entry', undefined);
  app.decorateRequest('told', false);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => {
    const refuse = (reason: unknown) => refuseOutside(http, dialects, request, reply, reason);
    enterUnread(request).then(() => refuse(error), refuse);
  });
  app.setNotFoundHandler((request, reply) => refuseOutside(http, dialects, request, reply, undefined));
  const tell = (request: FastifyRequest, reply: FastifyReply, status: number) => {
    if (request.told) return;
    request.told = true;
    logRequest(log, request, reply, status);
    countRequest(metrics, request, reply, status);
  };
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    // Who did not wait for the end is told of too: what they asked for may be done all the same.
    raw.once('close', () => tell(request, reply, raw.headersSent ? raw.statusCode : leftStatus));
    if (hasBody(request) && !request.routeOptions.config?.upload) limitBodyTime(app.server, request, patience.body);
    done();
  });
  // Not for answers of dialects: they are sent beside Fastify, see send.ts.
  app.addHook('onSend', async (request, reply) => void reply.headers(commonHeaders(request)));
  app.addHook('onResponse', (request, reply, done) => {
    linger(request);
    tell(request, reply, reply.statusCode);
    done();
  });
  // Before connections are waited for: who waits or streams would hold up the end.
  app.addHook('preClose', async () => http.room.close());
  countReadRecords(metrics, store);
  countWaiting(metrics, http.room);
  showReplica(metrics, store);
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
  send(http, request, reply, dialect, answer);
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
