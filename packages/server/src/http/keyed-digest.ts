import canonicalize from 'canonicalize';
import type { Organisation } from '#domain/organisation.ts';
import { organisationHmac } from '#store/organisation-hmac.ts';

/**
 * HMAC-SHA-256 of a JSON value in canonical form (RFC 8785), hex. Keyed with a secret of the organisation, because personal data
 * could be guessed from a plain digest.
 */
export function keyedDigest(organisation: Organisation, value: unknown): string {
  return organisationHmac(organisation)
    .update(canonicalize(value) ?? '')
    .digest('hex');
}
