import type { FastifyRequest } from 'fastify';

/** The body of a request as it was sent; undefined when there is none. Only for what was found to be valid JSON. */
export function sentBody({ body }: FastifyRequest): unknown {
  if (!(body instanceof Buffer) || body.length === 0) return undefined;
  return JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
}
