import type { Actor } from '#domain/actor.ts';
import type { StoredAccount } from '#store/accounts.ts';
import type { Store } from '#store/store.ts';

/**
 * What an identifier stands for: an account, or the tombstone of one, also when that is over. The hot path is one row; only where
 * nothing is found is it asked whether there once was something.
 *
 * @returns undefined when there never was one in the organisation
 */
export async function storedAccount(
  store: Store,
  { organisation }: Actor,
  identifier: string,
): Promise<StoredAccount | undefined> {
  const stored = await store.accounts.find(organisation.id, identifier);
  return stored ?? store.forgottenIdentifiers.find(organisation, identifier);
}
