import type { TSchema } from 'typebox';
import type { ResponseSpec } from '#http/route.ts';
import { ErrorMessage } from './schema.ts';

const errors = {
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
} as const;

/**
 * The statuses of a route: 200 with this body (none: empty), those that every route can answer, and more by number.
 *
 * @param success `error`: body of errors, default ErrorMessage
 */
export function responses(
  success: { schema?: TSchema; etag?: boolean; error?: TSchema },
  ...more: (keyof typeof errors)[]
): Record<number, ResponseSpec> {
  const done = {
    description: 'Done',
    ...(success.schema ? { schema: success.schema } : {}),
    ...(success.etag ? { headers: ['ETag'] } : {}),
  };
  const { error = ErrorMessage } = success;
  const statuses = [400, 401, 403, 404, ...more, 429, 500, 503] as const;
  return {
    200: done,
    ...Object.fromEntries(statuses.map((status) => [status, { ...errors[status], schema: error }])),
  };
}
