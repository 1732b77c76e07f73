import type { TSchema } from 'typebox';
import type { ResponseSpec } from '#http/route.ts';
import { OpenBookingError } from './response-schema.ts';

const meanings = {
  400: 'Faulty request; every faulty member is named',
  401: 'The key is not valid',
  403: 'No key, or the key lacks the scope',
  404: 'Not there, or not yours',
  406: 'None of the media types that are offered is acceptable',
  409: 'Other content, already in use elsewhere, or the customer is deactivated',
  410: 'Erased',
  412: 'If-Match or If-None-Match does not hold',
  413: 'Body too large',
  414: 'URL too long',
  415: 'Media type of the body not supported',
  429: 'Too many requests; see Retry-After',
  500: 'Unexpected error',
  503: 'Temporarily unavailable; see Retry-After. Safe to repeat',
};

type ErrorStatus = keyof typeof meanings;

/** What any route can answer. */
const anywhere: ErrorStatus[] = [400, 404, 406, 414, 500, 503];

/** What any route can answer that needs a key. */
export const withKey: ErrorStatus[] = [401, 403, 429];

/** The errors of a route: these, and those that every route can answer. */
export function errors(...statuses: ErrorStatus[]): Record<number, ResponseSpec> {
  const all = [...new Set([...anywhere, ...statuses])].sort();
  return Object.fromEntries(all.map((status) => [status, { description: meanings[status], schema: OpenBookingError }]));
}

/** A success with a body. */
export function shown(description: string, schema: TSchema, ...headers: string[]): ResponseSpec {
  return { description, schema, headers };
}
