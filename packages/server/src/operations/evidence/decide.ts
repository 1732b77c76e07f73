import type { Actor } from '#domain/actor.ts';
import { approved, rejected, withdrawnRequest } from '#domain/evidence-steps.ts';
import { withReplacements } from '#domain/replace-broker.ts';
import type { Store } from '#store/store.ts';
import type { Keep } from '../write.ts';
import { changeEvidence, type EvidenceMatch, type EvidenceResult } from './change.ts';
import { type EvidenceSettings, retentionDaysOf } from './settings.ts';

type Options = { ifMatch?: EvidenceMatch; keep?: Keep<EvidenceResult> };

/**
 * A reviewer finds the proof good: a pending entitlement becomes active and ends what it was granted to replace, a provisional one is
 * confirmed. The files are deleted after the organisation's retention.
 *
 * @throws Refusal `not-found`, `evidence-state` (not submitted), `precondition`, `passive`
 */
export function approveEvidence(
  store: Store,
  actor: Actor,
  evidenceId: string,
  { reason, settings, ...options }: { reason?: string | undefined; settings: EvidenceSettings } & Options,
): Promise<EvidenceResult> {
  return changeEvidence(store, actor, evidenceId, {
    ...options,
    operation: 'evidence.approve',
    step: (held) => approved(held, actor, reason, retentionDaysOf(actor.organisation, settings)),
    afterwards: (account, { id }) => withReplacements(account, id, actor),
  });
}

/** A reviewer finds it not good, and says why: the entitlement is revoked. Throws as {@link approveEvidence}. */
export function rejectEvidence(
  store: Store,
  actor: Actor,
  evidenceId: string,
  { reason, settings, ...options }: { reason: string; settings: EvidenceSettings } & Options,
): Promise<EvidenceResult> {
  return changeEvidence(store, actor, evidenceId, {
    ...options,
    operation: 'evidence.reject',
    step: (held) => rejected(held, actor, reason, retentionDaysOf(actor.organisation, settings)),
  });
}

/**
 * Proof is not asked for any more: provisional becomes confirmed, pending is revoked; files go at once.
 *
 * @throws Refusal `not-found`, `evidence-state` (not open), `precondition`, `passive`
 */
export function withdrawEvidence(
  store: Store,
  actor: Actor,
  evidenceId: string,
  { reason, ...options }: { reason?: string | undefined } & Options = {},
): Promise<EvidenceResult> {
  return changeEvidence(store, actor, evidenceId, {
    ...options,
    operation: 'evidence.withdraw',
    step: (held) => withdrawnRequest(held, actor, reason),
  });
}
