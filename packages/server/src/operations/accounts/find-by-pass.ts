import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { StoredPass } from '#store/access-passes.ts';
import type { Store } from '#store/store.ts';

/**
 * The accounts of the active passes with this text, compared exactly: in one namespace, or in all of the organisation. An account
 * with several of them is there several times.
 *
 * @param limit how many passes are looked at, where no namespace is named
 */
export async function findByPass(
  store: Store,
  { organisation }: Actor,
  { namespace, text }: { namespace?: string | undefined; text: string },
  limit: number,
): Promise<AccountDocument[]> {
  const found =
    namespace === undefined
      ? await store.accessPasses.findByText(organisation.id, text, limit)
      : [await store.accessPasses.find(organisation.id, namespace, text)];
  return found.filter(isActive).map(({ document }) => document);
}

function isActive(found: StoredPass | undefined): found is Extract<StoredPass, { document: AccountDocument }> {
  return found?.state === 'active';
}
