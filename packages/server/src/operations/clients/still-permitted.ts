import type { Store } from '#store/store.ts';
import { hasScope, type Scope } from './scopes.ts';

/** Whether an API client may go on with what it was once let in for: it was not revoked, and has the scopes. */
export async function isStillPermitted(
  store: Store,
  organisationId: number,
  clientId: number,
  scopes: readonly Scope[],
): Promise<boolean> {
  const stored = await store.clients.find(organisationId, clientId);
  if (!stored || stored.client.revokedAt) return false;
  return scopes.every((scope) => hasScope(stored.client, scope));
}
