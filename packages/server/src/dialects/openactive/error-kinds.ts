import type { Fault, RefusalReason } from '#domain/refusal.ts';

/** A kind of error: a class of OpenActive, or a kind of our own below its base class. `name` is the same for every occurrence. */
export type ErrorKind = { status: number; name: string } & ({ type: string } | { own: string });

const invalidRequest: ErrorKind = { status: 400, own: 'InvalidRequest', name: 'The request is not valid' };
const incompleteCustomer: ErrorKind = {
  status: 400,
  type: 'IncompleteCustomerDetailsError',
  name: 'The customer details are incomplete',
};
const excessiveMembers: ErrorKind = {
  status: 400,
  type: 'PatchContainsExcessivePropertiesError',
  name: 'The request contains properties that cannot be changed',
};
const fixedMember: ErrorKind = {
  status: 400,
  type: 'PatchNotAllowedOnPropertyError',
  name: 'The property cannot be set to this value',
};
const conflict: ErrorKind = { status: 409, own: 'Conflict', name: 'The request conflicts with existing data' };
const gone: ErrorKind = { status: 410, type: 'GoneError', name: 'The resource has been deleted' };
const insufficientScope: ErrorKind = {
  status: 403,
  own: 'InsufficientScope',
  name: 'The credentials do not permit this',
};
const idempotencyKeyReused: ErrorKind = {
  status: 422,
  own: 'IdempotencyKeyReused',
  name: 'The idempotency key belongs to another request',
};

/** Which kind of error each refusal is; `invalid` depends on its faults. */
export const kinds: Record<Exclude<RefusalReason['kind'], 'invalid'>, ErrorKind> = {
  malformed: invalidRequest,
  'missing-credentials': { status: 403, type: 'UnauthenticatedError', name: 'No credentials were supplied' },
  'bad-credentials': { status: 401, type: 'InvalidAPITokenError', name: 'The credentials are not valid' },
  scope: insufficientScope,
  'foreign-organisation': insufficientScope,
  'rate-limit': { status: 429, type: 'TooManyRequestsError', name: 'Too many requests' },
  'unknown-route': { status: 404, type: 'UnknownOrIncorrectEndpointError', name: 'There is no such endpoint' },
  method: { status: 405, type: 'MethodNotAllowedError', name: 'The method is not allowed' },
  'not-acceptable': { status: 406, own: 'NotAcceptable', name: 'The requested media type is not available' },
  'media-type': { status: 415, own: 'UnsupportedMediaType', name: 'The media type of the request is not supported' },
  'too-large': { status: 413, own: 'PayloadTooLarge', name: 'The body of the request is too large' },
  'uri-too-long': { status: 414, own: 'UriTooLong', name: 'The URL of the request is too long' },
  'not-found': { status: 404, type: 'NotFoundError', name: 'The requested resource was not found' },
  gone,
  'identifier-erased': gone,
  precondition: { status: 412, own: 'PreconditionFailed', name: 'The precondition of the request is not met' },
  taken: conflict,
  'other-content': conflict,
  passive: conflict,
  personnel: conflict,
  'too-many-accounts': conflict,
  'too-many': conflict,
  'evidence-state': conflict,
  'pass-state': conflict,
  ended: conflict,
  exists: conflict,
  'catalogue-state': conflict,
  'changes-pruned': gone,
  'too-many-subscriptions': conflict,
  'subscription-disabled': conflict,
  'history-pruned': gone,
  'idempotency-reused': idempotencyKeyReused,
  'idempotency-busy': conflict,
  'idempotency-erased': gone,
  unavailable: { status: 503, own: 'TemporarilyUnavailable', name: 'The service is temporarily unavailable' },
  internal: { status: 500, type: 'InternalApplicationError', name: 'An unexpected error occurred' },
};

/** The kind of a faulty request. OpenActive has classes of its own for faults of a PATCH (openactive.md 3.4). */
export function faultKind({ faults, in: where = 'body' }: { faults: Fault[]; in?: string }, method: string): ErrorKind {
  const has = (...codes: string[]) => where === 'body' && faults.some(({ code }) => codes.includes(code));
  if (method === 'PATCH' && has('unknown', 'kind')) return excessiveMembers;
  if (method === 'PATCH' && has('fixed')) return fixedMember;
  return has('incomplete') ? incompleteCustomer : invalidRequest;
}
