import { compact } from '#domain/compact.ts';
import type { Evidence, EvidenceState } from '#domain/evidence.ts';
import type { Organisation } from '#domain/organisation.ts';
import { evidenceLink } from '#operations/evidence/link.ts';
import type { EvidenceOfAccount } from '#operations/evidence/of-account.ts';
import { conceptView } from './concept.ts';
import { endText, instantText } from './instants.ts';
import { accountUrl } from './urls.ts';

const statuses: Record<EvidenceState, string> = {
  requested: 'PotentialActionStatus',
  submitted: 'ActiveActionStatus',
  approved: 'CompletedActionStatus',
  rejected: 'FailedActionStatus',
  expired: 'FailedActionStatus',
  withdrawn: 'FailedActionStatus',
};

/** A request for proof by itself, with what it is for (imin.md 2.8). */
export function evidenceItem(
  organisation: Organisation,
  identifier: string,
  { evidence, type }: EvidenceOfAccount,
): object {
  const object = { '@type': 'Entitlement', entitlementType: conceptView(organisation, type) };
  return evidenceView(organisation, identifier, evidence, { object });
}

/**
 * A request for proof as part of its entitlement (imin.md 2.1).
 *
 * @param identifier of the account
 * @param members that stand in it elsewhere
 */
export function evidenceView(
  organisation: Organisation,
  identifier: string,
  evidence: Evidence,
  members: { object?: object } = {},
): object {
  const { id, state, name, description, url, requestedAt, due, submittedAt, decidedAt, reason } = evidence;
  return compact({
    '@type': 'Action',
    '@id': `${accountUrl(organisation, identifier)}/evidence-requests/${id}`,
    identifier: id,
    additionalType: 'https://schema.org/SendAction',
    name,
    description,
    actionStatus: `https://schema.org/${statuses[state]}`,
    startTime: instantText(requestedAt),
    endTime: due === undefined ? undefined : endText(organisation, due),
    target: state === 'requested' ? (url ?? evidenceLink(organisation, id)) : undefined,
    ...members,
    'tessera:evidenceState': state,
    'tessera:submittedAt': submittedAt && instantText(submittedAt),
    'tessera:decidedAt': decidedAt && instantText(decidedAt),
    'tessera:reason': reason,
  });
}
