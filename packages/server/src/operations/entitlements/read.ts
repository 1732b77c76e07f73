import type { Account, AccountDocument } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { type Entitlement, isOpen, isValidOn, wasValidOn } from '#domain/entitlement.ts';
import { settled } from '#domain/holdings.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { ownerOf } from '../holdings/owner.ts';
import { noteRead } from '../reads/note.ts';
import { tesseraActor } from '../tessera-actor.ts';

/** Entitlements of an account, as the days that have passed left them. */
export type Entitlements = { document: AccountDocument; entitlements: Entitlement[] };

/** An entitlement with the states it was in, oldest first; the last one is the present. */
export type EntitlementHistory = { entitlement: Entitlement; revisions: Entitlement[] };

/** The open entitlements: pending, active, in future. Throws Refusal `not-found`, `gone`. */
export async function openEntitlements(store: Store, actor: Actor, identifier: string): Promise<Entitlements> {
  const document = await loadAccount(store, actor, identifier);
  noteRead(store, actor, 'entitlements.list', document);
  return { document, entitlements: openOf(document.account, actor) };
}

/**
 * The entitlements that are valid on a day: what is granted today counts for today and later, what is known today of days before.
 *
 * @throws Refusal `not-found`, `gone`
 */
export async function entitlementsOn(
  store: Store,
  actor: Actor,
  identifier: string,
  day: string,
): Promise<Entitlements> {
  const document = await loadAccount(store, actor, identifier);
  const { account } = document;
  const entitlements =
    day < todayOf(actor)
      ? (await everyEntitlement(store, actor, account)).filter((one) => wasValidOn(one, day))
      : openOf(account, actor).filter((one) => isValidOn(one, day));
  noteRead(store, actor, 'entitlements.list', document);
  return { document, entitlements };
}

/**
 * Every entitlement there ever was, oldest grant first, with all its revisions; with a day those that are valid on it, as
 * {@link entitlementsOn} has it. Throws Refusal `not-found`, `gone`.
 */
export async function entitlementHistory(
  store: Store,
  actor: Actor,
  identifier: string,
  day?: string,
): Promise<{ document: AccountDocument; history: EntitlementHistory[] }> {
  const document = await loadAccount(store, actor, identifier);
  const counts = day !== undefined && day < todayOf(actor) ? wasValidOn : isValidOn;
  const [all, revisions] = await Promise.all([
    everyEntitlement(store, actor, document.account),
    store.held.revisions(ownerOf(actor, document.account)),
  ]);
  noteRead(store, actor, 'entitlements.history', document);
  const asked = day === undefined ? all : all.filter((one) => counts(one, day));
  const history = asked.map((entitlement) => {
    const written = revisions.get(entitlement.id) ?? [];
    // What a day has ended is the present, also when the job that writes it down has not come by.
    const ended = written.at(-1)?.state !== entitlement.state;
    const now = { ...entitlement, revision: entitlement.revision + 1 };
    return { entitlement, revisions: ended ? [...written, now] : written };
  });
  return { document, history };
}

/** One entitlement, open or over. Throws Refusal `not-found`, `gone`. */
export async function readEntitlement(
  store: Store,
  actor: Actor,
  identifier: string,
  id: string,
): Promise<{ document: AccountDocument; entitlement: Entitlement }> {
  const document = await loadAccount(store, actor, identifier);
  const open = openOf(document.account, actor).find((one) => one.id === id);
  const entitlement = open ?? (await pastEntitlement(store, actor, document.account, id));
  noteRead(store, actor, 'entitlements.read', document);
  return { document, entitlement };
}

/** An entitlement that is not among the open ones. Throws Refusal `not-found`. */
export async function pastEntitlement(store: Store, actor: Actor, account: Account, id: string): Promise<Entitlement> {
  const found = (await everyEntitlement(store, actor, account)).find((one) => one.id === id);
  if (!found) throw new Refusal({ kind: 'not-found', subject: 'entitlement' });
  return found;
}

/** Every entitlement an account has or had, oldest grant first. */
export async function everyEntitlement(store: Store, actor: Actor, account: Account): Promise<Entitlement[]> {
  const entitlement = await store.held.entitlements(ownerOf(actor, account));
  // What is over since midnight, nobody but the day has ended.
  return settled({ ...account, entitlement }, tesseraActor(actor.organisation, 'job', actor.now)).entitlement;
}

function openOf(account: Account, actor: Actor): Entitlement[] {
  return settled(account, actor).entitlement.filter(isOpen);
}
