import type { Actor } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import type { NoMatch } from '#domain/eligibility.ts';
import type { Eligibility } from '#operations/eligibility/ask.ts';
import type { reasonCodes } from './eligibility-schema.ts';
import { renderAction, renderEntitlement } from './held-render.ts';

type Code = (typeof reasonCodes)[number];

/** An answer about eligibility in native form. */
export function renderEligibility(answer: Eligibility, actor: Actor): object {
  const { eligible, at, document, matched, standing } = answer;
  return compact({
    eligible,
    mayBook: standing?.mayBook ?? false,
    at,
    identifier: document?.account.identifier,
    matched: matched.map((one) => renderEntitlement(one, actor)),
    reasons: reasonsOf(answer),
    blockingActions: (standing?.blockingActions ?? []).map(renderAction),
  });
}

function reasonsOf({ pass, noMatches, standing }: Eligibility): object[] {
  return [
    ...(pass === 'retired' ? [reason('pass-retired', 'The pass is out of use.')] : []),
    ...(pass === 'reserved' ? [reason('pass-reserved', 'The pass is reserved and belongs to no account yet.')] : []),
    ...noMatches.map(renderNoMatch),
    ...(standing?.status === 'passive' ? [reason('passive-customer', 'The customer is deactivated.')] : []),
    ...(standing?.blockingActions.length
      ? [reason('blocking-action', 'The customer has to do something first: see blockingActions.')]
      : []),
  ];
}

function renderNoMatch(noMatch: NoMatch): object {
  const { code, type } = noMatch;
  return {
    ...reason(code, sentenceOf(noMatch)),
    entitlementType: type,
    ...('on' in noMatch ? { on: noMatch.on } : {}),
    ...('entitlement' in noMatch ? { entitlementId: noMatch.entitlement.id } : {}),
  };
}

function sentenceOf(noMatch: NoMatch): string {
  switch (noMatch.code) {
    case 'unknown-type':
      return 'This is not an entitlement type of the organisation.';
    case 'not-held':
      return 'The account does not hold this entitlement.';
    case 'not-yet-valid':
      return `The entitlement is valid from ${noMatch.on} on.`;
    case 'ended':
      return `The entitlement has ended: ${noMatch.on} is the first day without it.`;
    case 'revoked':
      return `The entitlement was revoked: ${noMatch.on} is the first day without it.`;
    case 'pending-evidence':
      return 'The entitlement waits for proof.';
    case 'evidence-due':
      return `Proof is due before ${noMatch.on}; without it the entitlement ends on that day.`;
  }
}

function reason(code: Code, message: string): { code: Code; message: string } {
  return { code, message };
}
