import type { FastifyRequest } from 'fastify';

/** The caller's id if it is 1..128 visible ASCII characters, otherwise ours (entur.md 1.2). */
export function correlationIdOf({ headers, id }: FastifyRequest): string {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : id;
}
