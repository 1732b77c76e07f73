import type { RefusalReason } from '#domain/refusal.ts';

/** A kind of problem of the native API; its documentation section is `/docs/errors#<code>`. */
export type Problem = { code: string; status: number; title: string };

/** Every problem the native API answers with, by the reason of the refusal. */
export const problems: Record<RefusalReason['kind'], Problem> = {
  malformed: { code: 'malformed', status: 400, title: 'The request cannot be read' },
  invalid: { code: 'invalid', status: 400, title: 'The request is not valid' },
  'missing-credentials': { code: 'missing-credentials', status: 401, title: 'No key was sent' },
  'bad-credentials': { code: 'bad-credentials', status: 401, title: 'The key is not valid' },
  scope: { code: 'insufficient-scope', status: 403, title: 'The key does not permit this' },
  'foreign-organisation': { code: 'insufficient-scope', status: 403, title: 'The key does not permit this' },
  'rate-limit': { code: 'rate-limited', status: 429, title: 'Too many requests' },
  'unknown-route': { code: 'unknown-route', status: 404, title: 'There is no such address' },
  method: { code: 'method-not-allowed', status: 405, title: 'The method is not allowed here' },
  'not-acceptable': { code: 'not-acceptable', status: 406, title: 'None of the accepted media types is available' },
  'media-type': {
    code: 'unsupported-media-type',
    status: 415,
    title: 'The media type of the request is not supported',
  },
  'too-large': { code: 'too-large', status: 413, title: 'The request is too large' },
  'uri-too-long': { code: 'uri-too-long', status: 414, title: 'The address is too long' },
  'not-found': { code: 'not-found', status: 404, title: 'Not found' },
  gone: { code: 'erased', status: 410, title: 'Erased or deleted' },
  'identifier-erased': { code: 'erased', status: 410, title: 'Erased or deleted' },
  precondition: { code: 'precondition-failed', status: 412, title: 'The precondition is not met' },
  taken: { code: 'already-in-use', status: 409, title: 'Already in use' },
  'other-content': { code: 'other-content', status: 409, title: 'It exists with other content' },
  passive: { code: 'passive-customer', status: 409, title: 'The customer is deactivated' },
  personnel: { code: 'personnel-customer', status: 409, title: 'A personnel customer cannot be deactivated' },
  'too-many-accounts': { code: 'too-many-accounts', status: 409, title: 'The customer has too many accounts' },
  'too-many': { code: 'too-many', status: 409, title: 'The account holds too many' },
  'evidence-state': { code: 'evidence-state', status: 409, title: 'The evidence request is in another state' },
  'pass-state': { code: 'pass-state', status: 409, title: 'The access pass is in another state' },
  ended: { code: 'ended', status: 409, title: 'It is over' },
  exists: { code: 'already-in-use', status: 409, title: 'Already in use' },
  'catalogue-state': { code: 'catalogue-state', status: 409, title: 'The catalogue does not permit this' },
  'too-many-subscriptions': {
    code: 'too-many-subscriptions',
    status: 409,
    title: 'The organisation has too many webhook subscriptions',
  },
  'subscription-disabled': {
    code: 'subscription-disabled',
    status: 409,
    title: 'The webhook subscription is disabled',
  },
  'changes-pruned': { code: 'changes-pruned', status: 410, title: 'The changes are no longer kept' },
  'history-pruned': { code: 'history-pruned', status: 410, title: 'The past is no longer kept' },
  'idempotency-reused': {
    code: 'idempotency-key-reused',
    status: 422,
    title: 'The idempotency key was used for another request',
  },
  'idempotency-busy': {
    code: 'idempotency-key-in-use',
    status: 409,
    title: 'The first request with this idempotency key is still running',
  },
  'idempotency-erased': { code: 'erased', status: 410, title: 'Erased or deleted' },
  unavailable: { code: 'unavailable', status: 503, title: 'The service is temporarily unavailable' },
  internal: { code: 'internal', status: 500, title: 'An unexpected error occurred' },
};
