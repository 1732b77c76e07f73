/** Every scope there is, by the contract that names it. A scope opens only routes of its own contract (architecture.md, Settled 7). */
export const scopes = {
  native: [
    'customers:read',
    'customers:list',
    'customers:write',
    'customers:erase',
    'accounts:read',
    'accounts:list',
    'accounts:write',
    'accounts:delete',
    'entitlements:read',
    'entitlements:write',
    'passes:read',
    'passes:write',
    'actions:read',
    'actions:write',
    'eligibility:read',
    'evidence:read',
    'evidence:write',
    'evidence:review',
    'catalogue:read',
    'catalogue:write',
    'reads:read',
    'changes:read',
    'webhooks:read',
    'webhooks:write',
    'history:read',
  ],
  openactive: ['openactive-customeraccount-query', 'openactive-customeraccount-modify'],
  entur: [
    'customers-profile:les',
    'customers-profile:opprett',
    'customers-profile:endre',
    'customers-profile:slett',
    'customers-authentication:endre',
    'customers-preference:les',
    'customers-preference:endre',
    'consents:les',
    'consents:endre',
  ],
} as const;

export type Scope = (typeof scopes)[keyof typeof scopes][number];

export const allScopes: readonly string[] = Object.values(scopes).flat();

/** Whether a client may use a route; a client without a list of scopes has all. */
export function hasScope(client: { scopes?: string[] }, scope: Scope): boolean {
  return client.scopes === undefined || client.scopes.includes(scope);
}
