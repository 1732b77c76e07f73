import type { FastifyRequest } from 'fastify';
import { countedAddress } from '#http/counted-address.ts';
import type { AddressLimits, Limit } from '#http/dialect.ts';
import type { ApiClient } from '#operations/clients/authenticate.ts';

const form = /^[A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)+$/;

/** The `ET-Client-Name` of a request, as sent; undefined when missing or malformed, which is the same thing (entur.md 1.2). */
export function clientName(request: FastifyRequest): string | undefined {
  const name = request.headers['et-client-name'];
  return typeof name === 'string' && name.length >= 3 && name.length <= 100 && form.test(name) ? name : undefined;
}

/** The spike arrest: requests per second and client address; callers who say who they are have more (entur.md 1.5). */
export function addressLimit(request: FastifyRequest, settings: AddressLimits): Limit {
  const kind = classOf(request);
  return { key: `${countedAddress(request.ip)} ${kind}`, policy: 'ip-spike', limit: settings[kind], window: 1 };
}

/** The quota: requests per minute and key; identified and unidentified calls of one key have windows of their own (entur.md 1.5). */
export function clientLimit(request: FastifyRequest, { id, rateLimits }: ApiClient): Limit {
  const kind = classOf(request);
  const { enturPerMinute = 500, enturUnidentifiedPerMinute = 30 } = rateLimits;
  const limit = kind === 'identified' ? enturPerMinute : enturUnidentifiedPerMinute;
  return { key: `client:${id} ${kind}`, policy: 'token-minute', limit, window: 60 };
}

function classOf(request: FastifyRequest): 'identified' | 'unidentified' {
  return clientName(request) === undefined ? 'unidentified' : 'identified';
}
