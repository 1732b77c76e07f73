import type { Actor } from '#domain/actor.ts';
import { assertActive } from '#domain/aggregate.ts';
import type { EvidenceFile } from '#domain/evidence.ts';
import { takingFiles, withSubmission } from '#domain/evidence-steps.ts';
import { newIdentifier } from '#domain/identifier.ts';
import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import type { Keep } from '../write.ts';
import { asOfToday } from './as-of-today.ts';
import { changeEvidence, type EvidenceMatch, type EvidenceResult } from './change.ts';
import { type CleanFile, cleanFile } from './clean-file.ts';
import { findEvidence } from './find.ts';
import { type SealedPlace, seal } from './sealing.ts';
import { type EvidenceSettings, keyOf } from './settings.ts';

/** How long files stay that no commit has claimed: longer than any request takes. */
const stagedMinutes = 60;

/** Which request, of which account where the caller names one. */
export type SubmissionTarget = { evidenceId: string; identifier?: string | undefined; ifMatch?: EvidenceMatch };

export type Submission = { files: readonly { bytes: Buffer }[]; note?: string | undefined };

/**
 * Takes proof in: every file is made safe, encrypted and staged, then one transaction submits the request with them (openactive.md
 * 3.6, imin.md 2.8). What is staged and never committed is deleted by a job.
 *
 * @throws Refusal `not-found`, `evidence-state`, `too-many`, `invalid` (paths `file/{index}`), `unavailable` (no key), `passive`,
 *   `precondition`
 */
export async function submitEvidence(
  store: Store,
  actor: Actor,
  { evidenceId, identifier, ifMatch }: SubmissionTarget,
  submission: Submission,
  settings: EvidenceSettings,
  keep?: Keep<EvidenceResult>,
): Promise<EvidenceResult> {
  const key = keyOf(settings);
  const found = asOfToday(await findEvidence(store, actor, evidenceId, identifier), actor);
  const { customer, account } = found.document;
  // Before the work: the same is judged again when it is written.
  assertActive(customer);
  takingFiles({ ...found.entitlement, evidence: found.evidence }, submission.files.length, actor);
  const { note } = submission;
  const place = { organisationId: actor.organisation.id, customerNumber: account.customerNumber, evidenceId };
  const files: EvidenceFile[] = [];
  for (const file of await cleanedAll(submission.files, settings.maxFileSize))
    files.push(await stage(store, actor, key, place, file));
  return changeEvidence(store, actor, evidenceId, {
    operation: 'evidence.submit',
    identifier,
    ifMatch,
    step: (held) => withSubmission(held, { files, note }, actor),
    ...(keep ? { keep } : {}),
  });
}

/** Encrypts a file and keeps it for as long as its request is under way. */
async function stage(
  store: Store,
  { now }: Actor,
  key: Buffer,
  request: Omit<SealedPlace, 'fileId'>,
  { bytes, contentType }: CleanFile,
): Promise<EvidenceFile> {
  const id = newIdentifier();
  const { organisationId, customerNumber, evidenceId } = request;
  await store.evidenceFiles.stage(organisationId, customerNumber, {
    id,
    evidenceId,
    contentType,
    size: bytes.length,
    sealed: seal(key, { ...request, fileId: id }, bytes),
    createdAt: now,
    deleteAt: new Date(now.getTime() + stagedMinutes * 60_000),
  });
  return { id, contentType, size: bytes.length, uploadedAt: now.toISOString() };
}

/** Every file made safe. Throws Refusal `invalid` with the faults of all of them, each at its place among the files. */
async function cleanedAll(files: Submission['files'], maxSize: number): Promise<CleanFile[]> {
  const results = await Promise.allSettled(files.map(({ bytes }) => cleanFile(bytes, maxSize)));
  const faults = results.flatMap((result, index): Fault[] => {
    if (result.status === 'fulfilled') return [];
    const { reason: error } = result;
    if (!(error instanceof Refusal) || error.reason.kind !== 'invalid') throw error;
    return error.reason.faults.map((fault) => ({ ...fault, path: [...fault.path, index] }));
  });
  refuseFaults(faults);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
