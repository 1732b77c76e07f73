import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal, type RefusalReason } from '#domain/refusal.ts';
import { type ApiClient, authenticate } from '#operations/clients/authenticate.ts';
import { hasScope } from '#operations/clients/scopes.ts';
import { Unavailable } from '#store/unavailable.ts';
import type { Answer } from './answer.ts';
import { type Call, fingerprint, keptAnswer } from './call.ts';
import { keyOf } from './credentials.ts';
import type { Dialect, Limit, RefusedCall } from './dialect.ts';
import type { Http } from './http.ts';
import { underKey } from './idempotency.ts';
import { assertAcceptable, negotiate } from './media-type.ts';
import { type Quota, rateLimitHeaders } from './rate-limit.ts';
import { receiveUpload } from './receive-upload.ts';
import { parserOf, type RequestParser } from './request-parser.ts';
import { consumedBy, producedBy, type Route } from './route.ts';
import { readableOf } from './stream.ts';
import { digestible } from './upload.ts';

/** What is known of a request before its handler runs. */
export type Entry = { client?: ApiClient; organisation?: Organisation; quota?: Quota; route: Route; dialect: Dialect };

/** Serves one route of a dialect. Checks run in one order (architecture.md, Settled 16): address limit, credentials, quota, scope, replay, syntax, then the handler. */
export function serveRoute(app: FastifyInstance, http: Http, dialect: Dialect, route: Route): void {
  const parse = parserOf(route);
  app.route({
    method: route.method,
    url: `${dialect.prefix}${route.path}`,
    bodyLimit: route.bodyLimit ?? dialect.bodyLimit,
    config: { upload: route.upload !== undefined },
    onRequest: async (request, reply) => {
      const entry: Entry = { route, dialect };
      http.entries.set(request, entry);
      await answering(http, request, reply, dialect, () => admit(http, request, entry));
    },
    handler: (request, reply) =>
      answering(http, request, reply, dialect, () => handle(http, { request, reply }, dialect, route, parse)),
  });
}

/** Runs a step of a request and sends what it answers, refusals in the dialect's shape. A step that returns nothing lets the request go on. */
async function answering(
  http: Http,
  request: FastifyRequest,
  reply: FastifyReply,
  dialect: Dialect,
  step: () => Promise<Answer | undefined>,
): Promise<FastifyReply | undefined> {
  try {
    const answer = await step();
    return answer && send(http, request, reply, dialect, answer);
  } catch (error) {
    return send(http, request, reply, dialect, refusalAnswer(http, request, dialect, error));
  }
}

async function admit(http: Http, request: FastifyRequest, entry: Entry): Promise<undefined> {
  const { dialect, route } = entry;
  if (dialect.urlLimit !== undefined && request.url.length > dialect.urlLimit)
    throw new Refusal({ kind: 'uri-too-long' });
  const slug = (request.params as Record<string, string>).organisationSlug;
  const address = dialect.addressLimit?.(request, http.config.addressLimits);
  if (address) limit(http, entry, address);
  if (route.scope === null) {
    const organisation = await http.store.organisations.find(slug);
    if (!organisation) throw new Refusal({ kind: 'unknown-route' });
    entry.organisation = organisation;
    return;
  }
  const holder = await authenticate(http.store, keyOf(request.headers, dialect.credentials));
  if (!holder) throw new Refusal({ kind: 'bad-credentials', message: 'The key is unknown, expired or revoked.' });
  Object.assign(entry, holder);
  limit(http, entry, dialect.clientLimit(request, holder.client));
  if (slug !== undefined && slug !== holder.organisation.slug) throw new Refusal({ kind: 'unknown-route' });
  if (!hasScope(holder.client, route.scope)) throw new Refusal({ kind: 'scope', scope: route.scope });
}

function limit(http: Http, entry: Entry, { key, policy, limit: most, window }: Limit): void {
  const quota = http.limiter.take(`${entry.dialect.name}:${policy}:${key}`, policy, most, window);
  entry.quota = quota;
  if (!quota.allowed) throw new Refusal({ kind: 'rate-limit', retryAfter: quota.reset, policy });
}

async function handle(
  http: Http,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  dialect: Dialect,
  route: Route,
  parse: RequestParser,
): Promise<Answer> {
  const call = callOf(http, request, reply, dialect);
  assertAcceptable(request, producedBy(route, dialect));
  if (!route.upload) {
    call.body = parse.body(request);
    return carryOut(http, call, dialect, route, parse, () => call.body);
  }
  const form = route.upload;
  parse.parameters(call);
  using memory = http.uploadMemory.open();
  const upload = await receiveUpload(http, call, route, form, memory);
  call.upload = upload;
  return await carryOut(http, call, dialect, route, parse, () => digestible(form, upload));
}

function callOf(http: Http, request: FastifyRequest, reply: FastifyReply, dialect: Dialect): Call {
  const entry = http.entries.get(request) as Entry & { organisation: Organisation };
  const { client, organisation } = entry;
  const actor: Actor = {
    organisation,
    client: client ? { id: client.id, name: client.name } : { id: 0, name: 'anonymous' },
    dialect: dialect.name,
    name: dialect.actorName?.(request) ?? client?.name ?? 'anonymous',
    now: http.clock(),
    correlationId: http.correlationIdOf(request),
    requestId: request.id,
  };
  const { publicUrl, evidence, webhooks } = http.config;
  const { store, room, clock } = http;
  const given = { request, store, actor, publicUrl, evidence, webhooks, params: {}, query: {}, body: undefined };
  return {
    ...given,
    limit: (own) => limit(http, entry, own),
    assertScope: (scope) => {
      if (!client || !hasScope(client, scope)) throw new Refusal({ kind: 'scope', scope });
    },
    waiting: { limits: room.limits, enter: () => room.enter(actor.client.id, reply.raw), clock },
    keep: () => undefined,
  };
}

/** Runs the handler; under the request's Idempotency-Key where it has one. @param content what a repeat must have too */
async function carryOut(
  http: Http,
  call: Call,
  dialect: Dialect,
  route: Route,
  parse: RequestParser,
  content: () => unknown,
): Promise<Answer> {
  const run = async () => {
    parse.parameters(call);
    parse.checkBody(call);
    return route.handler(call);
  };
  // Keys are each client's own, and on a public route there is none.
  const print = route.readOnly || route.scope === null ? undefined : fingerprint(call, content);
  if (!print) return run();
  call.keep = (render) => (result) => keptAnswer(print, render(result));
  return underKey(http.inFlight, call, print, async () => {
    try {
      return { answer: await run() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { answer: refusalAnswer(http, call.request, dialect, error), refused: error };
    }
  });
}

/** The dialect's answer to anything thrown. What is not a refusal is a defect: logged whole, answered without details. */
export function refusalAnswer(http: Http, request: FastifyRequest, dialect: Dialect, error: unknown): Answer {
  const entry = http.entries.get(request);
  const call: RefusedCall = {
    request,
    publicUrl: http.config.publicUrl,
    baseUrl: entry?.organisation?.baseUrl ?? http.config.publicUrl,
    requestId: request.id,
    correlationId: http.correlationIdOf(request),
    now: http.clock(),
    ...(entry ? { route: entry.route } : {}),
  };
  return dialect.refuse(reasonOf(http, request, error), call);
}

/** Why; logs what is not a refusal. */
function reasonOf(http: Http, request: FastifyRequest, error: unknown): RefusalReason {
  if (error instanceof Refusal) return error.reason;
  if (error instanceof Unavailable) {
    // Without a stack: in an outage this is one line per request.
    http.log.warn({ cause: String(error.cause), requestId: request.id }, 'database not available');
    return { kind: 'unavailable', retryAfter: 2 };
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const entry = http.entries.get(request);
  const route = entry?.route;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { kind: 'too-large', limit: route?.bodyLimit ?? entry?.dialect.bodyLimit ?? 1024 * 1024 };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' && route && (route.body || route.upload))
    return { kind: 'media-type', accepted: [...consumedBy(route)] };
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return { kind: 'uri-too-long' };
  if (code === 'FST_ERR_BAD_URL') return { kind: 'malformed', message: 'has a malformed percent-escape in its path' };
  if (statusCode !== undefined && statusCode < 500) return { kind: 'malformed', message: 'could not be read' };
  http.log.error({ err: error, requestId: request.id }, 'unexpected error');
  return { kind: 'internal' };
}

/** Sends an answer with the headers that every response has. */
export function send(
  http: Http,
  request: FastifyRequest,
  reply: FastifyReply,
  dialect: Dialect,
  answer: Answer,
): FastifyReply {
  const { quota, route } = http.entries.get(request) ?? {};
  reply
    .code(answer.status)
    .headers({ ...dialect.headers?.({ request }), ...(quota ? rateLimitHeaders(quota) : {}), ...answer.headers });
  if (answer.stream) {
    // The status has been sent by then: what fails is logged, and the connection ends.
    const body = readableOf(answer.stream, reply.raw).on('error', (error) => void reasonOf(http, request, error));
    return reply.type(answer.contentType as string).send(body);
  }
  if (answer.raw !== undefined) return reply.type(answer.contentType as string).send(answer.raw);
  if (answer.body === undefined) return reply.send();
  const produces = route && answer.status < 400 ? producedBy(route, dialect) : dialect.produces;
  const type = answer.contentType ?? negotiate(request, produces);
  const text = JSON.stringify(answer.body);
  // Fastify adds a charset to JSON that is text: a media type with a parameter of its own stays as it is documented.
  return reply.type(type).send(type.includes(';') ? Buffer.from(text) : text);
}
