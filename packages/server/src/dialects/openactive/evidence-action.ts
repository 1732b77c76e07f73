import type { Actor } from '#domain/actor.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import type { EvidenceState } from '#domain/evidence.ts';
import { startOfDay } from '#domain/time.ts';
import { evidenceLink } from '#operations/evidence/link.ts';
import { actionView } from './action.ts';
import type { Profile } from './profile.ts';

/** Withdrawn requests are not shown; rejected and expired ones are those of entitlements that are over (openactive.md 3.6). */
const statuses: Partial<Record<EvidenceState, string>> = {
  requested: 'PotentialActionStatus',
  submitted: 'ActiveActionStatus',
  approved: 'CompletedActionStatus',
};

/** The proof that is asked for an entitlement, as something to be done by the customer; undefined when none is. */
export function evidenceAction(
  { evidence }: Entitlement,
  { organisation }: Actor,
  profile: Profile,
): object | undefined {
  const status = evidence && statuses[evidence.state];
  if (!status) return undefined;
  const { state, due } = evidence;
  // After the upload the deadline stops, after the decision there is nothing left to do.
  const deadline = state === 'requested' && due !== undefined ? startOfDay(organisation.timeZone, due) : undefined;
  const page = () => evidence.url ?? evidenceLink(organisation, evidence.id);
  return actionView({
    type: 'SendAction',
    identifier: evidence.id,
    name: evidence.name,
    description: evidence.description,
    status,
    startTime: evidence.requestedAt,
    endTime: deadline?.toISOString(),
    ...(profile === 'extended' ? { 'tessera:evidenceState': state } : {}),
    page: state === 'approved' ? undefined : page(),
  });
}
