import { timingSafeEqual } from 'node:crypto';
import type { Organisation } from '#domain/organisation.ts';
import type { ApiClient, StoredClient } from '#store/clients.ts';
import type { Store } from '#store/store.ts';
import { parseKey } from './key.ts';

export type { ApiClient, RateLimits } from '#store/clients.ts';

/** Whose a key is. The same object as long as nothing about the client or the organisation has changed. */
export type Holder = Readonly<{ client: ApiClient; organisation: Organisation }>;

/** The holder of a key; undefined for a key that is malformed, unknown or revoked. Asked anew each time, so a revocation counts at once. */
export async function authenticate(store: Store, key: string): Promise<Holder | undefined> {
  const parts = parseKey(key);
  if (!parts) return undefined;
  return ifHolds(await store.clients.find(parts.organisationId, parts.clientId), parts.hash);
}

/**
 * Who held a key when this process asked last. Meanwhile it may have been revoked: whoever begins with this shows nothing, and leaves no
 * trace, before {@link authenticate} has named the same holder.
 */
export function likelyHolder(store: Store, key: string): Holder | undefined {
  const parts = parseKey(key);
  return parts && ifHolds(store.clients.last(parts.organisationId, parts.clientId), parts.hash);
}

function ifHolds(stored: StoredClient | undefined, hash: Buffer): Holder | undefined {
  return stored && timingSafeEqual(stored.keyHash, hash) && !stored.client.revokedAt ? stored : undefined;
}
