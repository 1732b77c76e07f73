import type { RefusalReason } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';
import { permissionLost } from '#operations/clients/still-permitted.ts';
import type { Following } from './change-query.ts';

/** Asks anew, for whoever has waited since the key was looked at: why the client may not go on to follow; undefined when it may. */
export function followingEnded(
  { store, actor }: Pick<Call, 'store' | 'actor'>,
  { includeAccount }: Pick<Following, 'includeAccount'>,
): Promise<RefusalReason | undefined> {
  const scopes = includeAccount ? (['changes:read', 'accounts:read'] as const) : (['changes:read'] as const);
  return permissionLost(store, actor.organisation.id, actor.client.id, scopes);
}
