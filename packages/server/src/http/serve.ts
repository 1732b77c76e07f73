import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';
import { type ApiClient, authenticate } from '#operations/clients/authenticate.ts';
import { hasScope } from '#operations/clients/scopes.ts';
import type { Answer } from './answer.ts';
import { type Call, fingerprint, keptAnswer } from './call.ts';
import { keyOf } from './credentials.ts';
import type { Dialect, Limit } from './dialect.ts';
import type { Http } from './http.ts';
import { underKey } from './idempotency.ts';
import { assertAcceptable } from './media-type.ts';
import type { Quota } from './rate-limit.ts';
import { receiveUpload } from './receive-upload.ts';
import { reasonOf, refusalAnswer } from './refusal-answer.ts';
import { correlationIdOf } from './request-id.ts';
import { parserOf, type RequestParser } from './request-parser.ts';
import { producedBy, type Route } from './route.ts';
import { send } from './send.ts';
import { digestible } from './upload.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent where no route of a dialect was found. */
    entry: Entry | undefined;
  }
}

/** What is known of a request before its handler runs. */
export type Entry = {
  /** The route's pattern: the only form in which logs and metrics may name it. */
  url: string;
  client?: ApiClient;
  organisation?: Organisation;
  quota?: Quota;
  route: Route;
  dialect: Dialect;
};

/** Serves one route of a dialect. Checks run in one order (architecture.md, Settled 16): address limit, credentials, quota, scope, replay, syntax, then the handler. */
export function serveRoute(app: FastifyInstance, http: Http, dialect: Dialect, route: Route): void {
  const parse = parserOf(route);
  const url = `${dialect.prefix}${route.path}`;
  // What a step throws is answered in the dialect's shape; where even that cannot be sent, the connection ends.
  const refuse = (request: FastifyRequest, reply: FastifyReply) => (error: unknown) => {
    try {
      send(http, request, reply, dialect, refusalAnswer(http, request, dialect, error));
    } catch (unsendable) {
      reasonOf(http, request, unsendable);
      reply.raw.destroy();
    }
  };
  app.route({
    method: route.method,
    url,
    bodyLimit: route.bodyLimit ?? dialect.bodyLimit,
    config: { upload: route.upload !== undefined },
    // Callbacks: what Fastify does for promises, it does for each step of each request.
    onRequest: (request, reply, done) => {
      const entry: Entry = { url, route, dialect };
      request.entry = entry;
      admit(http, request, entry).then(() => done(), refuse(request, reply));
    },
    handler: (request, reply) => {
      handle(http, { request, reply }, dialect, route, parse)
        .then((answer) => send(http, request, reply, dialect, answer))
        .catch(refuse(request, reply));
    },
  });
}

async function admit(http: Http, request: FastifyRequest, entry: Entry): Promise<void> {
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
  const entry = request.entry as Entry & { organisation: Organisation };
  const { client, organisation } = entry;
  const actor: Actor = {
    organisation,
    client: client ? { id: client.id, name: client.name } : { id: 0, name: 'anonymous' },
    dialect: dialect.name,
    name: dialect.actorName?.(request) ?? client?.name ?? 'anonymous',
    now: http.clock(),
    correlationId: correlationIdOf(request),
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
