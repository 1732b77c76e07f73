import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';
import { findEvidence } from './find.ts';
import { open } from './sealing.ts';
import { type EvidenceSettings, keyOf } from './settings.ts';

/**
 * A file of a request for proof, decrypted, for a reviewer.
 *
 * @throws Refusal `not-found` (also when it was deleted by retention), `unavailable` (no key)
 */
export async function readEvidenceFile(
  store: Store,
  actor: Actor,
  { evidenceId, fileId }: { evidenceId: string; fileId: string },
  settings: EvidenceSettings,
): Promise<{ contentType: string; bytes: Buffer }> {
  const { evidence, document } = await findEvidence(store, actor, evidenceId);
  const organisationId = actor.organisation.id;
  const { customerNumber } = document.account;
  // Deleted is what was to be deleted by now, whether the job has come by or not.
  const kept = evidence.deleteFilesAt === undefined || evidence.deleteFilesAt > actor.now.toISOString();
  const known = kept && evidence.files?.some(({ id }) => id === fileId);
  const stored = known ? await store.evidenceFiles.read(organisationId, customerNumber, fileId) : undefined;
  if (!stored) throw new Refusal({ kind: 'not-found', subject: 'evidence-file' });
  const place = { organisationId, customerNumber, evidenceId, fileId };
  const bytes = open(keyOf(settings), place, stored.sealed);
  noteRead(store, actor, 'evidence.read-file', document);
  return { contentType: stored.contentType, bytes };
}
