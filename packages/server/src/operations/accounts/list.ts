import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Source } from '#store/source.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';

export type AccountPage = {
  /** Only accounts with higher numbers. */
  after: number;
  limit: number;
  /** A change that the page has to take into account: then a replica may answer. Absent: the page is as it is now. */
  least?: number | undefined;
};

/** A page of all accounts in the order of their numbers, and whether there are more; `position` as far as `least` asked for it. */
export async function listAllAccounts(
  store: Store,
  actor: Actor,
  { after, limit, least }: AccountPage,
): Promise<{ accounts: AccountDocument[]; more: boolean; position?: number }> {
  const { id } = actor.organisation;
  const list = async ({ accounts }: Source) => ({ found: await accounts.list(id, after, limit + 1) });
  const { found, ...rest } = await (least === undefined ? list(store) : store.positioned.readOf(id, list, least));
  const accounts = found.slice(0, limit);
  noteRead(store, actor, 'accounts.list', ...accounts);
  return { accounts, more: found.length > limit, ...rest };
}
