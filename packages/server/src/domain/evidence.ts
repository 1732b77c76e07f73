import type { Actor } from './actor.ts';
import { compact } from './compact.ts';

/** requested → submitted → approved | rejected; requested → expired; both open ones → withdrawn (openactive.md 3.6). */
export type EvidenceState = 'requested' | 'submitted' | 'approved' | 'rejected' | 'expired' | 'withdrawn';

/** An uploaded file: what it is, never what is in it. */
export type EvidenceFile = { id: string; contentType: string; size: number; uploadedAt: string };

/** The proof asked for an entitlement, and its state. Instants are ISO 8601 UTC. */
export type Evidence = {
  id: string;
  state: EvidenceState;
  requestedAt: string;
  requestedBy: string;
  /** Date in the organisation's time zone, EXCLUSIVE: at its beginning an unanswered request expires. Absent: no deadline. */
  due?: string;
  /** Short title for the customer. */
  name: string;
  description?: string;
  /** A page of the organisation's own instead of ours. */
  url?: string;
  submittedAt?: string;
  /** The customer's words with the upload. */
  note?: string;
  files?: EvidenceFile[];
  decidedAt?: string;
  decidedBy?: string;
  reason?: string;
  /** When the files are deleted; set by the decision. */
  deleteFilesAt?: string;
};

export const maxEvidenceFiles = 20;

export function isOpenRequest({ state }: Evidence): boolean {
  return state === 'requested' || state === 'submitted';
}

/** Files came: the deadline stops. More may follow until the decision. */
export function submitted(
  evidence: Evidence,
  upload: { files: EvidenceFile[]; note?: string | undefined },
  actor: Actor,
): Evidence {
  return compact({
    ...evidence,
    state: 'submitted' as const,
    submittedAt: actor.now.toISOString(),
    files: [...(evidence.files ?? []), ...upload.files],
    note: upload.note ?? evidence.note,
  }) as Evidence;
}

/** Closes a request. @param retentionDays how long the files are kept after it */
export function decided(
  evidence: Evidence,
  state: 'approved' | 'rejected' | 'expired' | 'withdrawn',
  { actor, reason, retentionDays }: { actor: Actor; reason?: string | undefined; retentionDays: number },
): Evidence {
  const deleteAt = new Date(actor.now.getTime() + retentionDays * 86_400_000).toISOString();
  return compact({
    ...evidence,
    state,
    decidedAt: actor.now.toISOString(),
    decidedBy: actor.name,
    reason: reason ?? evidence.reason,
    deleteFilesAt: evidence.files ? deleteAt : undefined,
  }) as Evidence;
}

/** Nobody needs the proof any more; its files go at once. */
export function withdrawn(evidence: Evidence, actor: Actor): Evidence {
  return decided(evidence, 'withdrawn', { actor, retentionDays: 0 });
}
