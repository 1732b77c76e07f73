import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { OutstandingAction } from '#domain/outstanding-action.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { ownerOf } from '../holdings/owner.ts';
import { noteRead } from '../reads/note.ts';

/** The open actions of an account, or with `history` every one there ever was; oldest first. Throws Refusal `not-found`, `gone`. */
export async function listActions(
  store: Store,
  actor: Actor,
  identifier: string,
  { history }: { history: boolean },
): Promise<{ document: AccountDocument; actions: OutstandingAction[] }> {
  const document = await loadAccount(store, actor, identifier);
  const { account } = document;
  const actions = history ? await store.held.actions(ownerOf(actor, account)) : account.outstandingAction;
  noteRead(store, actor, 'outstanding-actions.list', document);
  return { document, actions };
}

/** One action, open or over. Throws Refusal `not-found`, `gone`. */
export async function readAction(
  store: Store,
  actor: Actor,
  identifier: string,
  id: string,
): Promise<{ document: AccountDocument; action: OutstandingAction }> {
  const document = await loadAccount(store, actor, identifier);
  const open = document.account.outstandingAction.find((one) => one.id === id);
  const action = open ?? (await pastAction(store, actor, document.account, id));
  noteRead(store, actor, 'outstanding-actions.read', document);
  return { document, action };
}

/** An action that is not among the open ones. Throws Refusal `not-found`. */
export async function pastAction(
  store: Store,
  actor: Actor,
  account: AccountDocument['account'],
  id: string,
): Promise<OutstandingAction> {
  const found = (await store.held.actions(ownerOf(actor, account))).find((one) => one.id === id);
  if (!found) throw new Refusal({ kind: 'not-found', subject: 'outstanding-action' });
  return found;
}
