import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';
import type { ApiClient } from '#operations/clients/authenticate.ts';
import { hasScope } from '#operations/clients/scopes.ts';
import { admit, limit, runAhead } from './admission.ts';
import type { Answer } from './answer.ts';
import { type Call, fingerprint, keptAnswer } from './call.ts';
import type { Dialect } from './dialect.ts';
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
  /** Where the handler need not wait until it is certain whose the key is. */
  ahead?: Ahead;
  route: Route;
  dialect: Dialect;
};

/** Whether it is the holder of the key who was let in, when the database has answered; and what lets in the one who is, if not. */
export type Ahead = { admitted: Promise<boolean>; enterAnew: () => Promise<void> };

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
      const run = () => handle(http, { request, reply }, dialect, route, parse);
      const { ahead } = request.entry as Entry;
      const answering = ahead ? runAhead(ahead, run) : run();
      answering.then((answer) => send(http, request, reply, dialect, answer)).catch(refuse(request, reply));
    },
  });
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
    void letGo(request, call.body);
    return carryOut(http, call, dialect, route, parse, () => call.body);
  }
  const form = route.upload;
  parse.parameters(call);
  using memory = http.uploadMemory.open();
  const upload = await receiveUpload(http, call, route, form, memory);
  call.upload = upload;
  return await carryOut(http, call, dialect, route, parse, () => digestible(form, upload));
}

/** Of a body stays what it says, not the bytes that came: it may wait to be written, and they may be a thousand times as long. */
async function letGo(request: FastifyRequest, body: unknown): Promise<void> {
  const { ahead } = request.entry as Entry;
  if (!ahead || (await ahead.admitted)) request.body = body;
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
    ...(entry.ahead && { admitted: entry.ahead.admitted }),
  };
  const { publicUrl, evidence, webhooks } = http.config;
  const { store, room, clock } = http;
  return {
    request,
    store,
    actor,
    publicUrl,
    evidence,
    webhooks,
    params: {},
    query: {},
    body: undefined,
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
  const run = () => {
    parse.parameters(call);
    parse.checkBody(call);
    return route.handler(call);
  };
  // Keys are each client's own, and on a public route there is none.
  const print = route.readOnly || route.scope === null ? undefined : fingerprint(call, content);
  if (!print) return run();
  call.keep = (render) => (result) => keptAnswer(print, render(result));
  const judged = async () => {
    try {
      return { answer: await run() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { answer: refusalAnswer(http, call.request, dialect, error), refused: error };
    }
  };
  return underKey(http.inFlight, call, print, judged, route.ahead);
}
