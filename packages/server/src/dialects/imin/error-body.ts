import type { Answer } from '#http/answer.ts';

/** A class of error: status, `@type`, its constant name, and the kind where `@type` is the base class (imin.md 4). */
export type ErrorKind = { status: number; type: string; name: string; kind?: string };

const base = 'OpenBookingError';

/** Every class of error that this dialect answers with. */
export const kinds = {
  incomplete: { status: 400, type: 'IncompleteCustomerDetailsError', name: 'The customer details are incomplete' },
  invalid: { status: 400, type: base, kind: 'InvalidRequest', name: 'The request is not valid' },
  updateFailed: { status: 400, type: 'UpdateFailedError', name: 'The update was rejected' },
  badKey: { status: 401, type: 'InvalidAPITokenError', name: 'The API key is not valid' },
  noKey: { status: 403, type: 'NoAPITokenError', name: 'No API key was supplied' },
  scope: { status: 403, type: base, kind: 'InsufficientScope', name: 'The credentials do not permit this' },
  notFound: { status: 404, type: 'NotFoundError', name: 'The requested resource was not found' },
  unknownRoute: { status: 404, type: 'UnknownOrIncorrectEndpointError', name: 'There is no such endpoint' },
  method: { status: 405, type: 'MethodNotAllowedError', name: 'The method is not allowed' },
  notAcceptable: { status: 406, type: base, kind: 'NotAcceptable', name: 'No acceptable media type is available' },
  conflict: { status: 409, type: base, kind: 'Conflict', name: 'The request conflicts with existing data' },
  gone: { status: 410, type: 'GoneError', name: 'The resource has been deleted' },
  precondition: {
    status: 412,
    type: base,
    kind: 'PreconditionFailed',
    name: 'The precondition of the request is not met',
  },
  tooLarge: { status: 413, type: base, kind: 'PayloadTooLarge', name: 'The request is too large' },
  uriTooLong: { status: 414, type: base, kind: 'UriTooLong', name: 'The URL is too long' },
  mediaType: {
    status: 415,
    type: base,
    kind: 'UnsupportedMediaType',
    name: 'The media type of the request is not supported',
  },
  keyReused: {
    status: 422,
    type: base,
    kind: 'IdempotencyKeyReused',
    name: 'The idempotency key was used for another request',
  },
  tooMany: { status: 429, type: 'TooManyRequestsError', name: 'Too many requests' },
  internal: { status: 500, type: 'InternalApplicationError', name: 'An unexpected error occurred' },
  unavailable: {
    status: 503,
    type: base,
    kind: 'TemporarilyUnavailable',
    name: 'The service is temporarily unavailable',
  },
} as const satisfies Record<string, ErrorKind>;

/** At most this many faulty members are told. */
const mostFaults = 20;

/** An error as this dialect answers it. */
export function errorAnswer(
  { status, type, kind, name }: ErrorKind,
  description: string,
  { baseUrl, requestId }: { baseUrl: string; requestId: string },
  faults?: { pointer: string; description: string }[],
): Answer {
  return {
    status,
    body: {
      '@context': 'https://openactive.io/',
      '@type': type,
      ...(kind ? { additionalType: `${baseUrl}/openactive/ns#${kind}` } : {}),
      name,
      description,
      instance: `${baseUrl}/openactive/errors/${requestId}`,
      statusCode: status,
      requestId,
      ...(faults ? { 'tessera:invalid': faults.slice(0, mostFaults) } : {}),
    },
  };
}
