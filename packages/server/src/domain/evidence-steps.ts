import { type Actor, todayOf } from './actor.ts';
import { type Entitlement, revised } from './entitlement.ts';
import {
  decided,
  type Evidence,
  type EvidenceFile,
  isOpenRequest,
  maxEvidenceFiles,
  submitted,
  withdrawn,
} from './evidence.ts';
import { revoked } from './grant.ts';
import { Refusal } from './refusal.ts';

/** An operator asks for proof of an open entitlement; it becomes provisional unless it is pending. Throws Refusal `evidence-state`. */
export function withRequest(entitlement: Entitlement, evidence: Evidence): Entitlement {
  if (entitlement.evidence && isOpenRequest(entitlement.evidence))
    throw new Refusal({ kind: 'evidence-state', state: entitlement.evidence.state });
  return { ...entitlement, evidence };
}

/** Files came for an open request. Throws Refusal `evidence-state` (decided or overdue), `too-many`. */
export function withSubmission(
  entitlement: Entitlement,
  upload: { files: EvidenceFile[]; note?: string | undefined },
  actor: Actor,
): Entitlement {
  const evidence = takingFiles(entitlement, upload.files.length, actor);
  return { ...entitlement, evidence: submitted(evidence, upload, actor) };
}

/** The request, if it can take so many more files. Throws Refusal as {@link withSubmission}. */
export function takingFiles(entitlement: Entitlement, count: number, actor: Actor): Evidence {
  const evidence = openEvidence(entitlement, actor);
  if ((evidence.files?.length ?? 0) + count > maxEvidenceFiles)
    throw new Refusal({ kind: 'too-many', what: 'files', limit: maxEvidenceFiles });
  return evidence;
}

/** The proof is good: pending becomes active, provisional confirmed. Throws Refusal `evidence-state` unless it was submitted. */
export function approved(
  entitlement: Entitlement,
  actor: Actor,
  reason: string | undefined,
  retentionDays: number,
): Entitlement {
  const evidence = decided(submittedEvidence(entitlement), 'approved', { actor, reason, retentionDays });
  if (entitlement.state !== 'pending') return { ...entitlement, evidence };
  return revised(
    { ...entitlement, evidence },
    { state: 'active', activatedAt: actor.now.toISOString(), activeFrom: todayOf(actor) },
    actor,
  );
}

/** The proof is not good: the entitlement is revoked. Throws Refusal `evidence-state` unless it was submitted. */
export function rejected(entitlement: Entitlement, actor: Actor, reason: string, retentionDays: number): Entitlement {
  const evidence = decided(submittedEvidence(entitlement), 'rejected', { actor, reason, retentionDays });
  return revoked({ ...entitlement, evidence }, 'evidenceRejected', actor);
}

/** Proof is not asked for any more: provisional becomes confirmed, pending is revoked. Throws Refusal `evidence-state`. */
export function withdrawnRequest(entitlement: Entitlement, actor: Actor, reason: string | undefined): Entitlement {
  const open = openEvidence(entitlement, actor);
  const evidence = { ...withdrawn(open, actor), ...(reason === undefined ? {} : { reason }) };
  return entitlement.state === 'pending'
    ? revoked({ ...entitlement, evidence }, 'withdrawn', actor)
    : { ...entitlement, evidence };
}

function openEvidence({ evidence }: Entitlement, actor: Actor): Evidence {
  if (!evidence || !isOpenRequest(evidence))
    throw new Refusal({ kind: 'evidence-state', state: evidence?.state ?? 'withdrawn' });
  // The job that ends it may not have come by yet.
  if (evidence.state === 'requested' && evidence.due !== undefined && evidence.due <= todayOf(actor))
    throw new Refusal({ kind: 'evidence-state', state: 'expired' });
  return evidence;
}

function submittedEvidence({ evidence }: Entitlement): Evidence {
  if (evidence?.state !== 'submitted')
    throw new Refusal({ kind: 'evidence-state', state: evidence?.state ?? 'withdrawn' });
  return evidence;
}
