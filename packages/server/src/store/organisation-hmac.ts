import { createHmac, createSecretKey, type Hmac, type KeyObject } from 'node:crypto';
import type { Organisation } from '#domain/organisation.ts';

/** An HMAC-SHA-256 with the organisation's own secret. */
export function organisationHmac(organisation: Pick<Organisation, 'id' | 'digestKey'>): Hmac {
  return createHmac('sha256', organisationKey(organisation));
}

/**
 * The organisation's secret, prepared: the same object for as long as the secret is the same. Measured: with a key that is prepared each
 * time a digest costs 11 µs, with one that is kept 1.5.
 */
export function organisationKey({ id, digestKey }: Pick<Organisation, 'id' | 'digestKey'>): KeyObject {
  const known = keys.get(id);
  if (known?.digestKey.equals(digestKey)) return known.key;
  const key = createSecretKey(digestKey);
  if (keys.size >= most) keys.clear();
  keys.set(id, { digestKey, key });
  return key;
}

const keys = new Map<number, { digestKey: Buffer; key: KeyObject }>();
const most = 10_000;
