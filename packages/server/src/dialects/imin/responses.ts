import type { TSchema } from 'typebox';
import type { ResponseSpec } from '#http/route.ts';
import { ErrorBody } from './representation.ts';

const meanings: Record<number, string> = {
  400: 'Faulty request; every faulty member is named',
  401: 'The key is unknown, expired or revoked',
  403: 'No key, or the key lacks the scope',
  404: 'Not there, or not yours',
  406: 'Accept excludes JSON',
  409: 'Already used, or the Idempotency-Key is in use',
  410: 'Erased',
  412: 'Changed since it was read',
  413: 'Body too large',
  414: 'URL too long',
  415: 'Media type not supported',
  422: 'Idempotency-Key used for another request',
  429: 'Too many requests; see Retry-After',
  500: 'Unexpected error',
  503: 'Temporarily unavailable; see Retry-After',
};
const everywhere = [400, 401, 403, 404, 406, 414, 429, 500, 503];
const retryable = [409, 429, 503];

/** The errors of every route, and these. */
export function errors(...statuses: number[]): Record<number, ResponseSpec> {
  const all = [...new Set([...everywhere, ...statuses])].sort((a, b) => a - b);
  return Object.fromEntries(
    all.map((status) => [
      status,
      {
        description: meanings[status] as string,
        schema: ErrorBody,
        ...(retryable.includes(status) ? { headers: ['Retry-After'] } : {}),
      },
    ]),
  );
}

const shown = ['ETag', 'Cache-Control'];

/** Responses of a read. */
export function reads(schema: TSchema): Record<number, ResponseSpec> {
  return {
    200: { description: 'The account', schema, headers: shown },
    304: { description: 'The caller has it already', headers: shown },
    ...errors(410),
  };
}

/** Responses of a create. */
export function creates(schema: TSchema): Record<number, ResponseSpec> {
  return {
    201: { description: 'Created', schema, headers: [...shown, 'Location'] },
    ...errors(409, 410, 413, 415, 422),
  };
}

/** Responses of a merge patch. */
export function patches(schema: TSchema): Record<number, ResponseSpec> {
  return { 200: { description: 'The account as it is now', schema, headers: shown }, ...errors(410, 412, 413, 415) };
}

/** Responses of an erasure. */
export const erases: Record<number, ResponseSpec> = {
  202: { description: 'Erased, or erased before' },
  ...errors(410, 412, 413),
};
