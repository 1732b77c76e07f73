import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { type Entitlement, isOpen } from '#domain/entitlement.ts';
import { typeUri } from '#domain/entitlement-list.ts';
import { type Fault, type RefusalReason, refuseFaults } from '#domain/refusal.ts';
import { isDate, parseInstant } from '#domain/time.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { inWords } from '#http/words.ts';
import type { AccountResult } from '#operations/accounts/create.ts';
import { setBrokerEntitlement } from '#operations/entitlements/set-broker-entitlement.ts';
import type { EntitlementUpdate } from './action-schema.ts';
import { accountMatch, identifierOf } from './conditions.ts';
import { entitlementView } from './held.ts';
import { context } from './render.ts';

/** imin:EntitlementUpdateAction (imin.md 2.5.2): sets the one broker entitlement of the account. */
export async function updateEntitlement(call: Call): Promise<Answer> {
  const { object } = call.body as { object: EntitlementUpdate };
  const identifier = identifierOf(call);
  const entitlementType = namedType(object.entitlementType);
  const render = ({ account }: AccountResult) => entitlementAnswer(account, entitlementType as string, call.actor);
  const change = { entitlementType, validUntil: endOf(object.validUntil), ifMatch: accountMatch(call, identifier) };
  return answering(call, render, (keep) =>
    inWords(setBrokerEntitlement(call.store, call.actor, identifier, { ...change, keep }), entitlementWords),
  );
}

/** The id of the concept. Throws Refusal `invalid` for an object without one, or with two different ones. */
function namedType(named: EntitlementUpdate['entitlementType']): string | undefined {
  if (named === null || typeof named === 'string') return named ?? undefined;
  const { id, '@id': other = id } = named;
  const at = (member: string, code: string, message: string): Fault[] => [
    { path: ['object', 'entitlementType', member], code, message },
  ];
  if (other === undefined) refuseFaults(at('id', 'required', 'is required'));
  if (id !== undefined && id !== other) refuseFaults(at('@id', 'value', 'must be the same as id'));
  return other;
}

/** A plain date is an exclusive end date already (imin.md 2.5.2). */
function endOf(validUntil: string | undefined): Date | string | undefined {
  return validUntil === undefined || isDate(validUntil) ? validUntil : parseInstant(validUntil);
}

function entitlementAnswer(account: Account, entitlementType: string, actor: Actor): Answer {
  const { baseUrl } = actor.organisation;
  const set = account.entitlement.find((one) => isOpen(one) && typeUri(baseUrl, one.type) === entitlementType);
  const { state } = set as Entitlement;
  const status = state === 'pending' ? 'ActiveActionStatus' : 'CompletedActionStatus';
  return {
    status: 200,
    body: {
      '@context': context,
      '@type': 'imin:EntitlementUpdateAction',
      actionStatus: `https://schema.org/${status}`,
      object: entitlementView(account, set as Entitlement, 'validUntil', actor),
    },
  };
}

/** Faults of the operation in the words and members of the request. */
function entitlementWords(reason: RefusalReason): RefusalReason {
  if (reason.kind !== 'invalid' || (reason.in ?? 'body') !== 'body') return reason;
  const faults = reason.faults.map((fault) => ({
    ...fault,
    path: ['object', ...fault.path],
    message: messages[fault.code] ?? fault.message,
  }));
  return { ...reason, faults };
}

const messages: Record<string, string> = {
  past: 'must be in the future',
  'unknown-type': 'is not an entitlement that can be set',
};
