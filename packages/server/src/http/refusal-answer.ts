import type { FastifyRequest } from 'fastify';
import { Refusal, type RefusalReason } from '#domain/refusal.ts';
import { Unavailable } from '#store/unavailable.ts';
import type { Answer } from './answer.ts';
import type { Dialect, RefusedCall } from './dialect.ts';
import type { Http } from './http.ts';
import { correlationIdOf } from './request-id.ts';
import { consumedBy } from './route.ts';

/** The dialect's answer to anything thrown. What is not a refusal is a defect: logged whole, answered without details. */
export function refusalAnswer(http: Http, request: FastifyRequest, dialect: Dialect, error: unknown): Answer {
  const entry = request.entry;
  const call: RefusedCall = {
    request,
    publicUrl: http.config.publicUrl,
    baseUrl: entry?.organisation?.baseUrl ?? http.config.publicUrl,
    requestId: request.id,
    correlationId: correlationIdOf(request),
    now: http.clock(),
    ...(entry ? { route: entry.route } : {}),
  };
  return dialect.refuse(reasonOf(http, request, error), call);
}

/** Why; logs what is not a refusal. */
export function reasonOf(http: Http, request: FastifyRequest, error: unknown): RefusalReason {
  if (error instanceof Refusal) return error.reason;
  if (error instanceof Unavailable) {
    // Without a stack: in an outage this is one line per request.
    http.log.warn({ cause: String(error.cause), requestId: request.id }, 'database not available');
    return { kind: 'unavailable', retryAfter: 2 };
  }
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const entry = request.entry;
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
