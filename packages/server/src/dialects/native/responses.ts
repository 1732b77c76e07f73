import type { TSchema } from 'typebox';
import { positionHeader } from '#http/position.ts';
import type { ResponseSpec } from '#http/route.ts';
import { Problem } from './schema.ts';

const meanings: Record<number, string> = {
  400: 'Faulty request; every faulty member is named',
  401: 'No key, or not a valid one',
  403: 'The key lacks the scope',
  404: 'Not there, or not yours',
  409: 'Already in use, other content, or the state forbids it',
  410: 'Erased or deleted',
  412: 'Changed since it was read',
  413: 'Body too large (1 MiB)',
  415: 'Media type not supported',
  422: 'Idempotency-Key used for another request',
  429: 'Too many requests; see Retry-After',
  500: 'Unexpected error',
  503: 'Temporarily unavailable; see Retry-After',
};

const headers: Record<number, string[]> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** Problem documents for these statuses, and for those that every route can answer. */
export function problemResponses(...statuses: number[]): Record<number, ResponseSpec> {
  const all = [...new Set([400, 401, 403, 404, ...statuses, 429, 500, 503])].sort();
  return Object.fromEntries(
    all.map((status) => [
      status,
      {
        description: meanings[status] as string,
        schema: Problem,
        contentType: 'application/problem+json',
        ...(headers[status] ? { headers: headers[status] } : {}),
      },
    ]),
  );
}

/** Responses of a read. */
export function readResponses(schema: TSchema): Record<number, ResponseSpec> {
  return {
    200: { description: 'OK', schema, contentType: 'application/json', headers: ['ETag'] },
    304: { description: 'Not modified' },
    ...problemResponses(410),
  };
}

/** Responses of a list or look-up. */
export function listResponses(schema: TSchema, ...more: number[]): Record<number, ResponseSpec> {
  return { 200: { description: 'OK', schema, contentType: 'application/json' }, ...problemResponses(...more) };
}

/** These responses, the success with a further member of its specification. */
export function withSuccess(
  responses: Record<number, ResponseSpec>,
  more: Pick<ResponseSpec, 'headers' | 'someHeaders'>,
): Record<number, ResponseSpec> {
  return { ...responses, 200: { ...(responses[200] as ResponseSpec), ...more } };
}

/** What is to be known of a list that is also read whole. */
export const exportNote =
  'A page shows what is so now. Whoever reads all pages names in `Tessera-Position` from where changes will be followed: then a replica may answer that has that change, and says its own position (docs/following-changes.md).';

/** Responses of such a list. */
export function exportResponses(schema: TSchema): Record<number, ResponseSpec> {
  return withSuccess(listResponses(schema), { someHeaders: [positionHeader] });
}

/** Responses of a write that shows the result, with these success statuses. */
export function writeResponses(schema: TSchema, success: number[], ...more: number[]): Record<number, ResponseSpec> {
  const shown = success.map((status) => [
    status,
    {
      description: status === 201 ? 'Created' : 'OK',
      schema,
      contentType: 'application/json',
      headers: status === 201 ? ['ETag', 'Location'] : ['ETag'],
    },
  ]);
  return { ...Object.fromEntries(shown), ...problemResponses(409, 410, 413, ...more) };
}

/** Responses of a delete. */
export function deleteResponses(): Record<number, ResponseSpec> {
  return { 204: { description: 'Done' }, ...problemResponses(410, 412, 413) };
}
