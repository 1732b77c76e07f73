import type { EvidenceState } from '#domain/evidence.ts';
import { type Fault, pointerOf, type RefusalReason, type Subject } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { RefusedCall } from '#http/dialect.ts';
import { refusalHeaders } from '#http/refusal-headers.ts';
import { type ErrorKind, errorAnswer, kinds } from './error-body.ts';
import type { LocatedReason } from './located.ts';

/** A refusal in the shape and the words of imin.md section 4. */
export function refuse(reason: RefusalReason, call: RefusedCall): Answer {
  const { faults, ...told } = reason.kind === 'invalid' ? refusedFaults(reason, call) : refused(reason, call);
  const headers = refusalHeaders(reason, told.kind.status);
  return { ...errorAnswer(told.kind, told.description, call, faults), headers };
}

type Told = { kind: ErrorKind; description: string; faults?: { pointer: string; description: string }[] };

/** Which class a faulty body gets: depends on what the request was to do. */
function purposeOf({ route }: RefusedCall): 'create' | 'update' | 'other' {
  if (route?.method === 'PATCH' || route?.path.endsWith('/actions')) return 'update';
  return route?.method === 'POST' && !route.path.includes('/:id/') ? 'create' : 'other';
}

function refusedFaults(reason: Extract<RefusalReason, { kind: 'invalid' }>, call: RefusedCall): Told {
  const where = reason.in ?? 'body';
  // Of a new customer the missing members are told first: they decide the class of the error.
  const missing = (fault: Fault) => where === 'body' && purposeOf(call) === 'create' && fault.code === 'required';
  const faults = [...reason.faults.filter(missing), ...reason.faults.filter((fault) => !missing(fault))];
  const first = faults[0] as Fault;
  const { summary = sentence(first, where) } = reason as LocatedReason & typeof reason;
  const pointers = where === 'body' || where === 'query' ? faults.map((fault) => invalid(fault, where)) : undefined;
  const told = { description: summary, ...(pointers ? { faults: pointers } : {}) };
  if (missing(first)) return { ...told, kind: kinds.incomplete };
  return { ...told, kind: where === 'body' && purposeOf(call) === 'update' ? kinds.updateFailed : kinds.invalid };
}

function refused(reason: Exclude<RefusalReason, { kind: 'invalid' }>, call: RefusedCall): Told {
  switch (reason.kind) {
    case 'malformed': {
      const { path, message, in: where = 'body' } = reason;
      if (!path) return { kind: kinds.invalid, description: `The request ${message}.` };
      return refusedFaults({ kind: 'invalid', in: where, faults: [{ path, code: 'malformed', message }] }, call);
    }
    case 'taken': {
      const { path = [reason.key] } = reason as LocatedReason;
      const fault = { path, code: 'taken', message: 'is already used by another account' };
      if (purposeOf(call) === 'update') return refusedFaults({ kind: 'invalid', faults: [fault] }, call);
      return { kind: kinds.conflict, description: sentence(fault, 'body') };
    }
    case 'missing-credentials':
      return { kind: kinds.noKey, description: 'Send the header X-API-KEY.' };
    case 'bad-credentials':
      return { kind: kinds.badKey, description: reason.message };
    case 'scope':
      return { kind: kinds.scope, description: `The scope ${reason.scope} is required.` };
    case 'rate-limit':
      return { kind: kinds.tooMany, description: `Repeat the request after ${reason.retryAfter} seconds.` };
    case 'unknown-route':
    case 'foreign-organisation':
      return { kind: kinds.unknownRoute, description: 'Check the path.' };
    case 'method':
      return { kind: kinds.method, description: `Allowed: ${reason.allow.join(', ')}.` };
    case 'not-acceptable':
      return { kind: kinds.notAcceptable, description: `Accept ${reason.offered.join(' or ')}.` };
    case 'media-type':
      return { kind: kinds.mediaType, description: `Send ${reason.accepted.join(' or ')} in UTF-8.` };
    case 'too-large':
      return { kind: kinds.tooLarge, description: tooLarge(reason) };
    case 'uri-too-long':
      return { kind: kinds.uriTooLong, description: 'At most 2048 characters are read.' };
    case 'not-found':
      return { kind: kinds.notFound, description: missingSubject[reason.subject] ?? missingSubject.account };
    case 'gone':
    case 'idempotency-erased':
      return { kind: kinds.gone, description: 'This customer account was erased.' };
    case 'changes-pruned':
    case 'history-pruned':
      return { kind: kinds.gone, description: 'Changes that far back are no longer kept.' };
    case 'identifier-erased':
      return {
        kind: kinds.gone,
        description: 'The account of this identifier was erased. The identifier is never used again.',
      };
    case 'precondition':
      return {
        kind: kinds.precondition,
        description: 'The account has changed since the entity tag in If-Match was issued.',
      };
    case 'passive':
      return {
        kind: kinds.updateFailed,
        description: 'The customer is deactivated: it can be read and erased, not changed.',
      };
    case 'idempotency-reused':
      return { kind: kinds.keyReused, description: 'Use a new key for a new request.' };
    case 'idempotency-busy':
      return { kind: kinds.conflict, description: 'The first request with this Idempotency-Key is still running.' };
    case 'evidence-state':
      return { kind: kinds.conflict, description: evidenceStates[reason.state] };
    case 'too-many':
      if (reason.what === 'files')
        return { kind: kinds.invalid, description: `An evidence request takes ${reason.limit} files in all.` };
      return { kind: kinds.updateFailed, description: `An account can hold ${reason.limit} ${reason.what}.` };
    case 'pass-state':
    case 'ended':
    case 'other-content':
    case 'personnel':
    case 'exists':
    case 'catalogue-state':
    case 'too-many-accounts':
    case 'too-many-subscriptions':
    case 'subscription-disabled':
      return { kind: kinds.conflict, description: 'The state of the account does not permit this.' };
    case 'unavailable':
      return {
        kind: kinds.unavailable,
        description: reason.message ?? `Repeat the same request after ${reason.retryAfter} seconds.`,
      };
    case 'internal':
      return { kind: kinds.internal, description: 'Quote the request id to support.' };
  }
}

function tooLarge({ limit, part }: Extract<RefusalReason, { kind: 'too-large' }>): string {
  return part ? `A ${part} may have at most ${limit} bytes.` : `At most ${limit} bytes are read.`;
}

const evidenceStates: Record<EvidenceState, string> = {
  requested: 'Nothing has been submitted yet.',
  submitted: 'The evidence request waits for its decision.',
  approved: 'The evidence request has already been decided.',
  rejected: 'The evidence request has already been decided.',
  expired: 'The deadline of the evidence request has passed.',
  withdrawn: 'The evidence request was withdrawn.',
};

const missingSubject: Partial<Record<Subject, string>> & { account: string } = {
  account: 'No customer account with this identifier is available to you.',
  'entitlement-list': 'No entitlement list is configured.',
  'evidence-request': 'The account has no evidence request with this identifier.',
  page: 'The collection has no such page.',
  'linked-account': 'The customer has no linked account at this Seller.',
};

type Place = 'body' | 'query' | 'path' | 'header';

function pointer({ path }: Fault, where: Place): string {
  if (where === 'body') return pointerOf(path);
  return `${where === 'query' ? '?' : ''}${path.join('.')}`;
}

function invalid(fault: Fault, where: Place): { pointer: string; description: string } {
  return { pointer: pointer(fault, where), description: fault.message };
}

function sentence(fault: Fault, where: Place): string {
  const at = pointer(fault, where);
  return at === '' ? `The request body ${fault.message}` : `${at}: ${fault.message}`;
}
