import type { RefusalReason } from '#domain/refusal.ts';

/**
 * The header fields that a refusal has in every dialect (RFC 9110): the challenge of a 401, the methods of a 405, how long to wait.
 *
 * @param status with which the dialect answers
 */
export function refusalHeaders(reason: RefusalReason, status: number): Record<string, string> {
  switch (reason.kind) {
    case 'missing-credentials':
    case 'bad-credentials':
      return status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
    case 'method':
      return { Allow: reason.allow.join(', ') };
    case 'rate-limit':
    case 'unavailable':
      return { 'Retry-After': String(reason.retryAfter) };
    case 'idempotency-busy':
      return { 'Retry-After': '5' };
    default:
      return {};
  }
}

/** What a PATCH may be written in, when its media type is refused (RFC 5789, 2.2). */
export function acceptPatch(reason: RefusalReason, method: string): Record<string, string> {
  return reason.kind === 'media-type' && method === 'PATCH' ? { 'Accept-Patch': reason.accepted.join(', ') } : {};
}
