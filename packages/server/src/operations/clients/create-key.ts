import { refuseFaults } from '#domain/refusal.ts';
import type { RateLimits } from '#store/clients.ts';
import type { Store } from '#store/store.ts';
import { newKey } from './key.ts';
import { allScopes } from './scopes.ts';

export type NewKey = { organisationId: number; name: string; scopes?: string[]; rateLimits?: RateLimits };

/** Creates an API client and its key. The key is returned this once; only its hash is stored. Throws Refusal `invalid`. */
export async function createKey(store: Store, input: NewKey): Promise<{ id: number; key: string }> {
  const unknown = (input.scopes ?? []).filter((scope) => !allScopes.includes(scope));
  const faults = unknown.map((scope) => ({
    path: ['scope'],
    code: 'unknown',
    message: `${scope} is not a scope; there are: ${allScopes.join(', ')}`,
  }));
  if ([...input.name.trim()].length < 1 || [...input.name].length > 100)
    faults.push({ path: ['name'], code: 'length', message: 'must have 1 to 100 characters' });
  refuseFaults(faults);
  const id = await store.rowNumbers.next();
  const { key, hash } = newKey(input.organisationId, id);
  const scopes = input.scopes && input.scopes.length > 0 ? { scopes: input.scopes } : {};
  await store.clients.create(input.organisationId, {
    id,
    name: input.name.trim(),
    keyHash: hash,
    rateLimits: input.rateLimits ?? {},
    ...scopes,
  });
  return { id, key };
}
