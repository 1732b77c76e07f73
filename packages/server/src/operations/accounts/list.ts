import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';

/** A page of all accounts in the order of their numbers, those after `after`, and whether there are more. */
export async function listAllAccounts(
  store: Store,
  actor: Actor,
  after: number,
  limit: number,
): Promise<{ accounts: AccountDocument[]; more: boolean }> {
  const found = await store.accounts.list(actor.organisation.id, after, limit + 1);
  const accounts = found.slice(0, limit);
  noteRead(store, actor, 'accounts.list', ...accounts);
  return { accounts, more: found.length > limit };
}
