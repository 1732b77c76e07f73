import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { EvidenceState } from '#domain/evidence.ts';
import type { StoredEvidence } from '#store/held-history.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { ownerOf } from '../holdings/owner.ts';
import { noteRead } from '../reads/note.ts';
import { asIn, asOfDay, asOfToday } from './as-of-today.ts';
import { findEvidence } from './find.ts';

/** A request for proof as it is today, with its entitlement and the account. */
export type EvidenceFound = StoredEvidence;

/** Where a request stands in the order in which they were made. */
export type EvidencePosition = { requestedAt: string; id: string };

/** One request for proof, open or decided, also of a hidden type. Throws Refusal `not-found`. */
export async function readEvidence(store: Store, actor: Actor, evidenceId: string): Promise<EvidenceFound> {
  const found = asOfToday(await findEvidence(store, actor, evidenceId), actor);
  noteRead(store, actor, 'evidence.read', found.document);
  return found;
}

/** All requests for proof of an account, newest first. Throws Refusal `not-found`, `gone`. */
export async function listEvidence(store: Store, actor: Actor, identifier: string): Promise<EvidenceFound[]> {
  const { document, found } = await loadEvidence(store, actor, identifier);
  noteRead(store, actor, 'evidence.list', document);
  return found;
}

/** As {@link listEvidence}, with the account. Leaves no record of the read: for whoever may yet refuse to show anything. */
export async function loadEvidence(
  store: Store,
  actor: Actor,
  identifier: string,
): Promise<{ document: AccountDocument; found: EvidenceFound[] }> {
  const { account, customer } = await loadAccount(store, actor, identifier);
  const stored = await store.held.evidence(ownerOf(actor, account));
  // Once for all of them.
  const document = { account: asOfDay(account, actor), customer };
  return { document, found: stored.map((one) => asIn(document.account, { ...one, document })) };
}

/**
 * Requests for proof in a state, oldest first: those that are submitted are the queue of the reviewers.
 *
 * @returns at most `limit`, and where the next page begins, if there is one. What a day has ended is in its former state no more, and
 *   in its new one when the job has come by
 */
export async function listEvidenceIn(
  store: Store,
  actor: Actor,
  { state, after, limit }: { state: EvidenceState; after: EvidencePosition | undefined; limit: number },
): Promise<{ found: EvidenceFound[]; next: EvidencePosition | undefined }> {
  const stored = await store.held.evidenceIn(actor.organisation.id, state, after, limit + 1);
  const page = stored.slice(0, limit);
  const last = stored.length > limit ? page.at(-1)?.evidence : undefined;
  const found = page.map((one) => asOfToday(one, actor)).filter(({ evidence }) => evidence.state === state);
  noteRead(store, actor, 'evidence.list', ...found.map(({ document }) => document));
  return { found, next: last && { requestedAt: last.requestedAt, id: last.id } };
}
