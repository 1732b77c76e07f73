import type { Actor } from '#domain/actor.ts';
import type { TypeLabel } from '#domain/entitlement-list.ts';
import type { Evidence, EvidenceState } from '#domain/evidence.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { loadAccount } from '../accounts/load.ts';
import { noteRead } from '../reads/note.ts';
import { asOfToday } from './as-of-today.ts';
import { findEvidence } from './find.ts';
import { type EvidenceFound, loadEvidence } from './read.ts';

/** A request for proof as it is today, and of what. */
export type EvidenceOfAccount = { evidence: Evidence; type: TypeLabel };

/**
 * All requests for proof of an account, or those in a state, newest first, but for those of hidden types.
 *
 * @param admit judges whether so many are shown; may throw Refusals of its own
 * @throws Refusal `not-found`, `gone` (account), and what `admit` throws
 */
export async function listShownEvidence(
  store: Store,
  actor: Actor,
  identifier: string,
  { state, admit }: { state?: EvidenceState | undefined; admit: (count: number) => void },
): Promise<EvidenceOfAccount[]> {
  const { document, found } = await loadEvidence(store, actor, identifier);
  const shown = found.filter((one) => isShown(one) && (state === undefined || one.evidence.state === state));
  admit(shown.length);
  noteRead(store, actor, 'evidence.list', document);
  return shown.map(ofAccount);
}

/**
 * One request for proof of an account, as in {@link listShownEvidence}.
 *
 * @throws Refusal `not-found`, `gone` (account); `not-found` (evidence-request)
 */
export async function readShownEvidence(
  store: Store,
  actor: Actor,
  identifier: string,
  evidenceId: string,
): Promise<EvidenceOfAccount> {
  const found = await findShownEvidence(store, actor, identifier, evidenceId);
  noteRead(store, actor, 'evidence.read', found.document);
  return ofAccount(found);
}

/** Throws as {@link readShownEvidence} does, and shows nothing: of what is not shown nothing is taken either. */
export async function assertShownEvidence(...asked: Parameters<typeof readShownEvidence>): Promise<void> {
  await findShownEvidence(...asked);
}

async function findShownEvidence(
  store: Store,
  actor: Actor,
  identifier: string,
  evidenceId: string,
): Promise<EvidenceFound> {
  await loadAccount(store, actor, identifier);
  const found = asOfToday(await findEvidence(store, actor, evidenceId, identifier), actor);
  if (!isShown(found)) throw new Refusal({ kind: 'not-found', subject: 'evidence-request' });
  return found;
}

function isShown({ entitlement }: EvidenceFound): boolean {
  return !entitlement.type.hidden;
}

function ofAccount({ evidence, entitlement }: EvidenceFound): EvidenceOfAccount {
  return { evidence, type: entitlement.type };
}
