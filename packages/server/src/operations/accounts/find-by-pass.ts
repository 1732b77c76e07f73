import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { StoredPass } from '#store/access-passes.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';

/**
 * The accounts of the active passes with this text, compared exactly: in one namespace, or in all of the organisation. An account
 * with several of them is there several times.
 *
 * @param most how many passes are looked at, where no namespace is named
 * @returns undefined when there are more
 */
export async function findByPass(
  store: Store,
  actor: Actor,
  { namespace, text }: { namespace?: string | undefined; text: string },
  most: number,
): Promise<AccountDocument[] | undefined> {
  const { id } = actor.organisation;
  const passes =
    namespace === undefined
      ? await store.accessPasses.findByText(id, text, most + 1)
      : [await store.accessPasses.find(id, namespace, text)];
  const found = passes.filter(isActive).map(({ document }) => document);
  if (found.length > most) return undefined;
  noteRead(store, actor, 'accounts.find', ...found);
  return found;
}

function isActive(found: StoredPass | undefined): found is Extract<StoredPass, { document: AccountDocument }> {
  return found?.state === 'active';
}
