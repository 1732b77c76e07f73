import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal, type RefusalReason, refuseFaults } from '#domain/refusal.ts';
import { type ApiClient, authenticate } from '#operations/clients/authenticate.ts';
import { hasScope } from '#operations/clients/scopes.ts';
import { Unavailable } from '#store/unavailable.ts';
import type { Answer } from './answer.ts';
import { type Call, fingerprint, keptAnswer } from './call.ts';
import { keyOf } from './credentials.ts';
import type { Dialect, RefusedCall } from './dialect.ts';
import { allFaults } from './faults.ts';
import type { Http } from './http.ts';
import { underKey } from './idempotency.ts';
import { cleanText, parseJson } from './json.ts';
import { assertAcceptable, assertMediaType, assertNotEncoded, negotiate } from './media-type.ts';
import { parseQuery } from './query.ts';
import { type Quota, rateLimitHeaders } from './rate-limit.ts';
import type { Route } from './route.ts';
import { maxFaults, validatorOf } from './validation.ts';

/** What is known of a request before its handler runs. */
export type Entry = { client?: ApiClient; organisation?: Organisation; quota?: Quota; route: Route; dialect: Dialect };

/** Serves one route of a dialect. Checks run in one order (architecture.md, Settled 16): address limit, credentials, quota, scope, replay, syntax, then the handler. */
export function serveRoute(app: FastifyInstance, http: Http, dialect: Dialect, route: Route): void {
  const parse = parserOf(route);
  app.route({
    method: route.method,
    url: `${dialect.prefix}${route.path}`,
    bodyLimit: dialect.bodyLimit,
    onRequest: async (request, reply) => {
      const entry: Entry = { route, dialect };
      http.entries.set(request, entry);
      await answering(http, request, reply, dialect, () => admit(http, request, entry));
    },
    handler: (request, reply) =>
      answering(http, request, reply, dialect, () => handle(http, request, dialect, route, parse)),
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

function limit(
  http: Http,
  entry: Entry,
  { key, policy, limit: most, window }: ReturnType<Dialect['clientLimit']>,
): void {
  const quota = http.limiter.take(`${entry.dialect.name}:${policy}:${key}`, policy, most, window);
  entry.quota = quota;
  if (!quota.allowed) throw new Refusal({ kind: 'rate-limit', retryAfter: quota.reset, policy });
}

async function handle(
  http: Http,
  request: FastifyRequest,
  dialect: Dialect,
  route: Route,
  parse: ReturnType<typeof parserOf>,
): Promise<Answer> {
  const { client, organisation } = http.entries.get(request) as Entry & { organisation: Organisation };
  const actor: Actor = {
    organisation,
    client: client ? { id: client.id, name: client.name } : { id: 0, name: 'anonymous' },
    dialect: dialect.name,
    name: dialect.actorName?.(request) ?? client?.name ?? 'anonymous',
    now: http.clock(),
    correlationId: http.correlationIdOf(request),
    requestId: request.id,
  };
  assertAcceptable(request, dialect.produces);
  const body = parse.body(request);
  const print = route.readOnly ? undefined : fingerprint(request, actor, body);
  const call: Call = {
    request,
    store: http.store,
    actor,
    publicUrl: http.config.publicUrl,
    params: {},
    query: {},
    body,
    keep: (render) => print && ((result) => keptAnswer(print, render(result))),
  };
  const run = async () => {
    parse.check(request, call);
    return route.handler(call);
  };
  if (!print) return run();
  return underKey(http.inFlight, call, print, async () => {
    try {
      return { answer: await run() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { answer: refusalAnswer(http, request, dialect, error), refused: error };
    }
  });
}

function parserOf(route: Route) {
  const verbatim = new Set(route.verbatim ?? []);
  const params = route.params && validatorOf(route.params);
  const query = route.query && validatorOf(route.query);
  const body = route.judgesBody ? undefined : route.body && validatorOf(route.body);
  return {
    body: (request: FastifyRequest): unknown => {
      const bytes = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
      if (!route.body || (bytes.length === 0 && route.bodyOptional)) return undefined;
      const type = request.headers['content-type'];
      if (bytes.length === 0 && type === undefined) throw new Refusal({ kind: 'malformed', message: 'has no body' });
      assertNotEncoded(request.headers['content-encoding'], route.consumes ?? ['application/json']);
      assertMediaType(type, route.consumes ?? ['application/json']);
      return parseJson(bytes, verbatim);
    },
    check: (request: FastifyRequest, call: Call): void => {
      const { organisationSlug: _, ...given } = request.params as Record<string, string>;
      for (const [name, value] of Object.entries(given)) cleanText(value, [name], true, 'path');
      const queried = parseQuery(request.url, route.query as object, verbatim);
      if (params) refuseFaults(params(given), 'path');
      if (query) refuseFaults(query(queried), 'query');
      else if (!route.looseQuery)
        refuseFaults(
          Object.keys(queried)
            .slice(0, maxFaults)
            .map((name) => ({ path: [name], code: 'unknown', message: 'unknown parameter' })),
          'query',
        );
      if (body && call.body !== undefined) {
        const faults = body(call.body);
        if (faults.length > 0) refuseFaults(allFaults(route, call, faults), 'body');
      }
      call.params = given;
      call.query = queried;
    },
  };
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

function reasonOf(http: Http, request: FastifyRequest, error: unknown): RefusalReason {
  if (error instanceof Refusal) return error.reason;
  if (error instanceof Unavailable) {
    // Without a stack: in an outage this is one line per request.
    http.log.warn({ cause: String(error.cause), requestId: request.id }, 'database not available');
    return { kind: 'unavailable', retryAfter: 2 };
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { kind: 'too-large', limit: http.entries.get(request)?.dialect.bodyLimit ?? 1024 * 1024 };
  const route = http.entries.get(request)?.route;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' && route?.body)
    return { kind: 'media-type', accepted: [...(route.consumes ?? ['application/json'])] };
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
  const quota = http.entries.get(request)?.quota;
  reply
    .code(answer.status)
    .headers({ ...dialect.headers?.({ request }), ...(quota ? rateLimitHeaders(quota) : {}), ...answer.headers });
  if (answer.body === undefined) return reply.send();
  return reply.type(answer.contentType ?? negotiate(request, dialect.produces)).send(JSON.stringify(answer.body));
}
