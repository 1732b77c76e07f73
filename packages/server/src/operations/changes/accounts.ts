import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';

/**
 * The accounts that changes are of, as they are now (where a replica answers: as it has them), in one read: each once, under the number of the last of its changes. Accounts that
 * have gone since are missing.
 */
export async function accountsOfChanges(
  store: Store,
  actor: Actor,
  changes: readonly LoggedChange[],
): Promise<Map<number, AccountDocument>> {
  const last = new Map<number, LoggedChange>();
  for (const change of changes) {
    if (change.accountNumber !== undefined) last.set(change.accountNumber, change);
  }
  const identifiers = [...last.values()].flatMap(({ identifier }) => identifier ?? []);
  if (identifiers.length === 0) return new Map();
  const { id } = actor.organisation;
  // Not older than the changes, or what they did would be missed for good.
  const { found } = await store.positioned.readOf(
    id,
    async ({ accounts }) => ({ found: await accounts.findMany(id, identifiers) }),
    changes.at(-1)?.number,
  );
  const documents = [...found.values()];
  // An identifier may have become another account's meanwhile, whose own change follows.
  const shown = documents.filter(({ account }) => last.has(account.number));
  noteRead(store, actor, 'changes.follow', ...shown);
  return new Map(shown.map((document) => [last.get(document.account.number)?.number as number, document]));
}
