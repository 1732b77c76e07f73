import type { AccountDocument } from '#domain/account.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { preferenceApplied, profileOf, tagsOf } from './profile.ts';
import { accountBody, accountId, listBody } from './render.ts';

/** One account, in the profile that the request asks for. */
export function accountAnswer(call: Call, document: AccountDocument): Answer {
  const { actor } = call;
  const profile = profileOf(call);
  const tag = tagsOf(document.account, actor)[profile];
  const headers = { ETag: `"${tag}"`, 'Cache-Control': 'private, no-cache', ...preferenceApplied(call) };
  return { status: 200, headers, body: accountBody(document, actor, profile) };
}

/** The same for an account that this request created. */
export function createdAnswer(call: Call, document: AccountDocument): Answer {
  const answer = accountAnswer(call, document);
  const Location = accountId(call.actor.organisation, document.account.identifier);
  return { ...answer, status: 201, headers: { ...answer.headers, Location } };
}

/** The accounts that a query found. */
export function listAnswer(call: Call, documents: AccountDocument[]): Answer {
  const body = listBody(documents, call.actor, profileOf(call));
  return { status: 200, headers: preferenceApplied(call), body };
}
