import { pipeline } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './answer.ts';
import type { Dialect } from './dialect.ts';
import type { Http } from './http.ts';
import { negotiate } from './media-type.ts';
import { rateLimitHeaders } from './rate-limit.ts';
import { reasonOf } from './refusal-answer.ts';
import { correlationIdOf } from './request-id.ts';
import { complaintOf } from './response-check.ts';
import { producedBy } from './route.ts';
import { readableOf } from './stream.ts';

/** On every response, for support cases. */
export function commonHeaders(request: FastifyRequest): Record<string, string> {
  return {
    'X-Correlation-Id': correlationIdOf(request),
    'X-Request-Id': request.id,
    'X-Content-Type-Options': 'nosniff',
  };
}

/**
 * Sends an answer with the headers that every response has. Node writes it, not Fastify: what Fastify would still do with it (hooks,
 * names in lower case, a look at the payload) is a good part of what a read costs. So each header has one spelling in the code.
 */
export function send(http: Http, request: FastifyRequest, reply: FastifyReply, dialect: Dialect, answer: Answer): void {
  const { quota } = request.entry ?? {};
  const { status, stream } = answer;
  const body = answer.raw ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
  const headers: Record<string, string | number> = {
    ...commonHeaders(request),
    ...dialect.headers?.({ request }),
    ...(quota && rateLimitHeaders(quota)),
    ...answer.headers,
  };
  const type = answer.contentType ?? (body === undefined ? undefined : typeOf(request, dialect, status));
  if (type !== undefined) headers['Content-Type'] = typeof body === 'string' ? withCharset(type) : type;
  if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body);
  else if (!stream && status !== 204 && status !== 304) headers['Content-Length'] = 0;

  const sent = { status, headers, body, streamed: stream !== undefined };
  const complaint = http.config.checkResponses ? complaintOf(request, sent) : undefined;
  reply.hijack();
  if (reply.raw.destroyed) return; // nobody is there any more
  if (complaint !== undefined) {
    reply.raw.writeHead(500, { 'Content-Type': 'text/plain' }).end(complaint);
  } else if (stream && request.method !== 'HEAD') {
    // The status has been sent by then: what fails is logged, and the connection ends.
    const pieces = readableOf(stream, reply.raw);
    pipeline(pieces, reply.raw.writeHead(status, headers), (error) => {
      if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') reasonOf(http, request, error);
    });
  } else {
    // A header that cannot be sent is found out here, where it is still answered.
    const response = reply.raw.writeHead(status, headers);
    inOneGo(() => response.end(body));
  }
}

let waiting: (() => void)[] = [];

/**
 * Writes what is ready at the same moment one after the other. The answers of a shared round trip become ready together: written between
 * the making of one and the next, each would wake the receiver and find it asleep again the next time.
 */
function inOneGo(write: () => void): void {
  if (waiting.length === 0) process.nextTick(writeAll);
  waiting.push(write);
}

function writeAll(): void {
  const writes = waiting;
  waiting = [];
  for (const write of writes) write();
}

function typeOf(request: FastifyRequest, dialect: Dialect, status: number): string {
  const route = request.entry?.route;
  return negotiate(request, route && status < 400 ? producedBy(route, dialect) : dialect.produces);
}

/** JSON says that it is text; a media type with a parameter of its own stays as it is documented. */
function withCharset(type: string): string {
  return type.includes('json') && !type.includes(';') ? `${type}; charset=utf-8` : type;
}
