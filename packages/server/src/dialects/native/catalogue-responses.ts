import type { TSchema } from 'typebox';
import type { ResponseSpec } from '#http/route.ts';
import { problemResponses } from './responses.ts';

/* The catalogue holds no personal data, so nothing of it is ever erased: no 410. */

const json = 'application/json';

/** Responses of a read. */
export function catalogueReads(schema: TSchema): Record<number, ResponseSpec> {
  return {
    200: { description: 'OK', schema, contentType: json, headers: ['ETag'] },
    304: { description: 'Not modified' },
    ...problemResponses(),
  };
}

/** Responses of a create. */
export function catalogueCreates(schema: TSchema): Record<number, ResponseSpec> {
  return {
    201: { description: 'Created', schema, contentType: json, headers: ['ETag', 'Location'] },
    ...problemResponses(409, 413, 415, 422),
  };
}

/** Responses of a merge patch. */
export function cataloguePatches(schema: TSchema): Record<number, ResponseSpec> {
  return {
    200: { description: 'OK', schema, contentType: json, headers: ['ETag'] },
    ...problemResponses(412, 413, 415),
  };
}

/** Responses of a delete. */
export function catalogueDeletes(): Record<number, ResponseSpec> {
  return { 204: { description: 'Done' }, ...problemResponses(409, 412, 413) };
}
