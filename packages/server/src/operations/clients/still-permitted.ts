import type { RefusalReason } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { hasScope, type Scope } from './scopes.ts';

/** Why an API client may not go on with what it was once let in for; undefined when it may: it was not revoked, and has the scopes. */
export async function permissionLost(
  store: Store,
  organisationId: number,
  clientId: number,
  scopes: readonly Scope[],
): Promise<RefusalReason | undefined> {
  const stored = await store.clients.find(organisationId, clientId);
  if (!stored || stored.client.revokedAt)
    return { kind: 'bad-credentials', message: 'The key is unknown, expired or revoked.' };
  const scope = scopes.find((one) => !hasScope(stored.client, one));
  return scope && { kind: 'scope', scope };
}
