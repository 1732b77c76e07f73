import { timingSafeEqual } from 'node:crypto';
import type { Organisation } from '#domain/organisation.ts';
import type { ApiClient } from '#store/clients.ts';
import type { Store } from '#store/store.ts';
import { parseKey } from './key.ts';

export type { ApiClient, RateLimits } from '#store/clients.ts';

/** The holder of a key and the organisation; undefined for a key that is malformed, unknown or revoked. Asked anew each time, so a revocation counts at once. */
export async function authenticate(
  store: Store,
  key: string,
): Promise<{ client: ApiClient; organisation: Organisation } | undefined> {
  const parts = parseKey(key);
  if (!parts) return undefined;
  const stored = await store.clients.find(parts.organisationId, parts.clientId);
  if (!stored || !timingSafeEqual(stored.keyHash, parts.hash) || stored.client.revokedAt) return undefined;
  return { client: stored.client, organisation: stored.organisation };
}
