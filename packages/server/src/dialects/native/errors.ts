import { type Fault, pointerOf, type RefusalReason, type UniqueKey } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { RefusedCall } from '#http/dialect.ts';
import { refusalHeaders } from '#http/refusal-headers.ts';
import type { Route } from '#http/route.ts';
import { maxFaults } from '#http/validation.ts';
import { problems } from './problems.ts';
import { NewAccount, PutAccount } from './schema.ts';

/** A refusal as a problem document (RFC 9457): `type` leads to its documentation, `errors` points at every faulty member. */
export function refuse(reason: RefusalReason, call: RefusedCall): Answer {
  const { code, status, title } = problems[reason.kind];
  const errors = errorsOf(reason, call.route);
  return {
    status,
    headers: headersOf(reason, status, call.route),
    contentType: 'application/problem+json',
    body: {
      type: `${call.publicUrl}/docs/errors#${code}`,
      title,
      status,
      detail: detailOf(reason),
      code,
      requestId: call.requestId,
      correlationId: call.correlationId,
      ...(errors.length > 0 ? { errors } : {}),
    },
  };
}

/** Also what may be sent, where that was wrong (RFC 9110, 15.5.16; RFC 5789, 2.2). */
function headersOf(reason: RefusalReason, status: number, route: Route | undefined): Record<string, string> {
  if (reason.kind !== 'media-type') return refusalHeaders(reason, status);
  return { [route?.method === 'PATCH' ? 'Accept-Patch' : 'Accept']: reason.accepted.join(', ') };
}

function errorsOf(reason: RefusalReason, route: Route | undefined): object[] {
  if (reason.kind === 'taken')
    return (reason.at ?? [takenAt(reason.key, route)])
      .slice(0, maxFaults)
      .map((path) => ({ pointer: pointerOf(path), code: 'already-in-use', detail: 'is already in use' }));
  if (reason.kind === 'exists')
    return [{ ...existsAt(reason.member, route), code: 'already-in-use', detail: 'is already in use' }];
  if (reason.kind === 'malformed' && reason.path)
    return [{ ...placeOf(reason.path, reason.in ?? 'body'), code: 'malformed', detail: reason.message }];
  if (reason.kind !== 'invalid') return [];
  return reason.faults.map((fault) => ({
    ...placeOf(fault.path, reason.in ?? 'body'),
    code: fault.code,
    detail: fault.code === 'unknown' && reason.in === 'query' ? 'unknown parameter' : fault.message,
  }));
}

function placeOf(path: Fault['path'], where: 'body' | 'query' | 'path' | 'header'): object {
  if (where === 'body') return { pointer: pointerOf(path) };
  return { [where === 'header' ? 'header' : 'parameter']: path.join('.') };
}

/** An import names the list in its query, and the URI as JSON-LD does. */
function existsAt(member: string, route: Route | undefined): object {
  if (route?.operationId !== 'importEntitlementList') return { pointer: pointerOf([member]) };
  return member === 'slug' ? { parameter: member } : { pointer: '/@id' };
}

/** Where the clashing value stands in the body: a new customer's is in the member `customer` of a new account. */
function takenAt(key: UniqueKey, route: Route | undefined): Fault['path'] {
  if (key === 'accessPass') return ['text'];
  const nested = ownerOf[key].startsWith('customer') && (route?.body === NewAccount || route?.body === PutAccount);
  return nested ? ['customer', key] : [key];
}

/** What a refusal comes to, as a sentence. */
export function detailOf(reason: RefusalReason): string {
  switch (reason.kind) {
    case 'malformed':
      return `${subjectOf(reason)} ${reason.message}.`;
    case 'invalid':
      return faultCount(reason.faults.length, reason.in ?? 'body');
    case 'missing-credentials':
      return 'Send "Authorization: Bearer <key>" or "X-API-KEY: <key>".';
    case 'bad-credentials':
      return reason.message;
    case 'scope':
      return `The scope ${reason.scope} is needed.`;
    case 'method':
      return `Allowed: ${reason.allow.join(', ')}.`;
    case 'media-type':
      return `Send ${reason.accepted.join(' or ')} in UTF-8, not compressed.`;
    case 'not-acceptable':
      return `Available: ${reason.offered.join(', ')}.`;
    case 'too-large':
      return reason.part
        ? `A ${reason.part} may have at most ${reason.limit} bytes.`
        : `At most ${reason.limit} bytes are read.`;
    case 'not-found':
      if (reason.since !== undefined) return `This ${reason.subject} exists since ${reason.since}.`;
      return `No such ${reason.subject.replaceAll('-', ' ')} is available to you.`;
    case 'gone':
      return `This ${reason.subject} was erased or deleted.`;
    case 'identifier-erased':
      return 'The account that had this identifier was erased; an erased identifier is never used again.';
    case 'taken':
      if (reason.key === 'accessPass') return 'It is in use, reserved, or kept for the account that had it.';
      return `Another ${ownerOf[reason.key]} has this ${reason.key}.`;
    case 'too-many':
      return `An account can hold ${reason.limit} ${reason.what}.`;
    case 'evidence-state':
      return `The evidence request is ${reason.state}.`;
    case 'pass-state':
      return `The access pass is ${reason.state}.`;
    case 'ended':
      return `The ${reason.subject.replace('-', ' ')} is ${reason.state}.`;
    case 'exists':
      if (reason.subject === 'entitlement')
        return 'The account holds an entitlement of this type: change or revoke that one.';
      if (reason.subject === 'webhook-subscription')
        return 'The subscription signs with this secret already: rotating to it would change nothing.';
      return `Another ${reason.subject.replaceAll('-', ' ')} has this ${reason.member}.`;
    case 'catalogue-state':
      return catalogueStates[reason.why];
    case 'unavailable':
      return reason.message ?? repeatAfter(reason.retryAfter);
    case 'rate-limit':
      return [...(reason.message ? [reason.message] : []), repeatAfter(reason.retryAfter)].join(' ');
    case 'changes-pruned':
      return `Changes up to number ${reason.prunedTo} are no longer kept. Read all accounts anew, then follow from after=${reason.newest}.`;
    case 'history-pruned':
      return `What it was is kept since ${reason.since}.`;
    case 'too-many-accounts':
      return `A customer can have ${reason.limit} accounts.`;
    case 'too-many-subscriptions':
      return `An organisation can have ${reason.limit} webhook subscriptions. Delete one that is not in use any more.`;
    default:
      return details[reason.kind] ?? 'Quote the request id to support.';
  }
}

function repeatAfter(seconds: number): string {
  return `Repeat the same request after ${seconds} second${seconds === 1 ? '' : 's'}.`;
}

function subjectOf({ path, in: where = 'body' }: Extract<RefusalReason, { kind: 'malformed' }>): string {
  if (!path) return 'The request';
  return where === 'body' ? pointerOf(path) || 'The body' : `The parameter ${path.join('.')}`;
}

function faultCount(count: number, where: 'body' | 'query' | 'path' | 'header'): string {
  const noun = where === 'body' ? 'member' : where === 'header' ? 'header' : 'parameter';
  if (count === 1) return `One ${noun} is faulty; see errors.`;
  return count < maxFaults
    ? `${count} ${noun}s are faulty; see errors.`
    : `At least ${count} ${noun}s are faulty; see errors.`;
}

const ownerOf: Record<UniqueKey, string> = {
  identifier: 'account of the organisation',
  accountNumber: 'account of the organisation',
  alias: 'account of the customer',
  email: 'customer of the organisation',
  username: 'customer of the organisation',
  customerRef: 'customer of the organisation',
  accessPass: 'account of the organisation',
};

const catalogueStates = {
  'default-namespace': 'The default namespace stays: make another one the default first.',
  'namespace-in-use': 'There are passes in this namespace, active, retired or reserved; it stays as long as there are.',
  'full-list': 'A list can have 5000 types, retired ones included.',
  'adopted-list': 'The list was adopted: its types come and go by importing its scheme again.',
};

const details: Partial<Record<RefusalReason['kind'], string>> = {
  'unknown-route': 'Check the path; /docs lists all of them.',
  'uri-too-long': 'Shorten the path or the query.',
  precondition: 'What If-Match or If-None-Match states does not hold: read it again, and decide on what you read.',
  'other-content':
    'An account with this identifier exists and was not created by this same request. Use PATCH to change it.',
  passive: 'A deactivated customer can be read and erased, not changed.',
  personnel: 'Customers of profile type personnel stay until they are erased.',
  'subscription-disabled': 'Nothing is sent to it: enable it first, then ask again.',
  'idempotency-reused': 'Use a new key for a new request.',
  'idempotency-busy': 'Repeat the same request to get its answer.',
  'idempotency-erased': 'What this request created was erased since.',
  'foreign-organisation': 'The key belongs to another organisation.',
};
