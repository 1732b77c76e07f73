import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { correlationIdOf } from './request-id.ts';

/** One line per request; the route's pattern instead of the URL, because URLs hold personal data. */
export function logRequest(log: Logger, request: FastifyRequest, reply: FastifyReply, status: number): void {
  const { entry } = request;
  // Probes and pages of the documentation are nobody's business.
  const level = entry || status >= 400 ? 'info' : 'debug';
  log[level](
    {
      method: request.method,
      route: patternOf(request),
      status,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      requestId: request.id,
      correlationId: correlationIdOf(request),
      organisation: entry?.organisation?.id,
      client: entry?.client?.id,
    },
    'request',
  );
}

/** The route's pattern; `none` where there is no route. */
export function patternOf(request: FastifyRequest): string {
  // Fastify makes its options anew for each who asks.
  return request.entry?.url ?? request.routeOptions.url ?? 'none';
}
