import type { Evidence } from '#domain/evidence.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { idIn, organisationIn } from '../secret-token.ts';
import { asOfToday } from './as-of-today.ts';
import { findEvidence } from './find.ts';

/** What the holder of an upload link gets to know: which organisation asks for which proof, and how that stands today. */
export type LinkedEvidence = { organisation: Organisation; evidence: Evidence };

/**
 * The request for proof that a link stands for, open or decided.
 *
 * @param link the token, and the slug before the path where there is one: it must be the organisation's
 * @throws Refusal `not-found`: no such token, or the request went with its account
 */
export async function evidenceByLink(
  store: Store,
  { token, slug }: { token: string; slug?: string | undefined },
  now: Date,
): Promise<LinkedEvidence> {
  const organisationId = organisationIn(token);
  const organisation = organisationId === undefined ? undefined : await store.organisations.get(organisationId);
  const evidenceId = organisation && idIn('evidence', organisation, token);
  if (!organisation || evidenceId === undefined || (slug !== undefined && slug !== organisation.slug))
    throw new Refusal({ kind: 'not-found', subject: 'evidence-request' });
  const { evidence } = asOfToday(await findEvidence(store, { organisation }, evidenceId), { organisation, now });
  return { organisation, evidence };
}
