import type { TSchema } from 'typebox';
import type { ResponseSpec } from '#http/route.ts';
import { ErrorMessage } from './schema.ts';

const errors: Record<number, { description: string; headers?: readonly string[] }> = {
  400: { description: 'Faulty request, a clash, or the state forbids it; the error code says more' },
  401: { description: 'No credential, or not a valid one', headers: ['WWW-Authenticate'] },
  403: { description: 'The permission is missing, or another organisation is named' },
  404: { description: 'Not there, or not yours' },
  412: { description: 'Changed since it was read' },
  413: { description: 'Request too large' },
  415: { description: 'Media type not supported' },
  429: { description: 'Too many requests', headers: ['Retry-After'] },
  500: { description: 'Unexpected fault' },
  503: { description: 'Temporarily unavailable', headers: ['Retry-After'] },
};

/** The statuses of a route: 200 with this body (none: empty), those that every route can answer, and more by number. */
export function responses(
  success: { schema?: TSchema; etag?: boolean },
  ...more: number[]
): Record<number, ResponseSpec> {
  const statuses = [400, 401, 403, 404, ...more, 429, 500, 503];
  return {
    200: {
      description: 'Done',
      ...(success.schema ? { schema: success.schema } : {}),
      ...(success.etag ? { headers: ['ETag'] } : {}),
    },
    ...Object.fromEntries(statuses.map((status) => [status, { ...errorSpec(status), schema: ErrorMessage }])),
  };
}

function errorSpec(status: number) {
  const spec = errors[status];
  if (!spec) throw new Error(`There is no description for status ${status}.`);
  return status === 415 ? { ...spec, headers: ['Accept-Patch'] } : spec;
}
