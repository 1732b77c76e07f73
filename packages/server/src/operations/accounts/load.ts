import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { storedAccount } from './stored.ts';

/**
 * One account with its customer: one row, the hot path. Leaves no record of the read: for whoever records it under another name, or
 * shows nothing of it.
 *
 * @throws Refusal `not-found`, `gone`
 */
export async function loadAccount(store: Store, actor: Actor, identifier: string): Promise<AccountDocument> {
  const stored = await storedAccount(store, actor, identifier);
  if (!stored) throw new Refusal({ kind: 'not-found', subject: 'account' });
  if (stored.state !== 'active') throw new Refusal({ kind: 'gone', subject: 'account' });
  return stored.document;
}
