import { type AccessPass, newestFirst } from '#domain/access-pass.ts';
import type { Account, AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { noteRead } from '../reads/note.ts';

/** The active passes of an account, or with `history` the retired ones too; newest first. Throws Refusal `not-found`, `gone`. */
export async function listPasses(
  store: Store,
  actor: Actor,
  identifier: string,
  { history }: { history: boolean },
): Promise<{ document: AccountDocument; passes: AccessPass[] }> {
  const document = await loadAccount(store, actor, identifier);
  const passes = history ? await everyPass(store, actor, document.account) : document.account.accessPass;
  noteRead(store, actor, 'access-passes.list', document);
  return { document, passes: newestFirst(passes) };
}

/** One pass, active or retired. Throws Refusal `not-found`, `gone`. */
export async function readPass(
  store: Store,
  actor: Actor,
  identifier: string,
  id: string,
): Promise<{ document: AccountDocument; pass: AccessPass }> {
  const document = await loadAccount(store, actor, identifier);
  const active = document.account.accessPass.find((one) => one.id === id);
  const pass = active ?? (await retiredPass(store, actor, document.account, id));
  noteRead(store, actor, 'access-passes.read', document);
  return { document, pass };
}

/** A pass that is not among the active ones. Throws Refusal `not-found`. */
export async function retiredPass(store: Store, actor: Actor, account: Account, id: string): Promise<AccessPass> {
  const found = (await everyPass(store, actor, account)).find((one) => one.id === id);
  if (!found) throw new Refusal({ kind: 'not-found', subject: 'access-pass' });
  return found;
}

function everyPass(store: Store, { organisation }: Actor, { customerNumber, number }: Account): Promise<AccessPass[]> {
  return store.accessPasses.ofAccount(organisation.id, customerNumber, number);
}
