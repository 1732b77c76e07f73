import type { FastifyRequest } from 'fastify';

/** What the body of a request says; undefined when there is none. Only for what was found to be valid JSON. */
export function sentBody({ body }: FastifyRequest): unknown {
  if (!(body instanceof Buffer)) return body;
  if (body.length === 0) return undefined;
  return JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
}
