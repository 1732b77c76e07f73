import type { FastifyRequest } from 'fastify';
import { type Fault, pointerOf, type RefusalReason, type Subject, type UniqueKey } from '#domain/refusal.ts';
import type { BarcodeItem } from './held-schema.ts';
import { sentBody } from './sent-body.ts';

const mostFaults = 20;

/** What happened this time, in plain text: for a faulty request one line per fault (openactive.md 4). Quotes no values. */
export function descriptionOf(reason: RefusalReason, request: FastifyRequest): string {
  switch (reason.kind) {
    case 'invalid':
      return reason.faults
        .slice(0, mostFaults)
        .map((fault) => lineOf(fault, reason.in ?? 'body'))
        .join('\n');
    case 'malformed':
      if (!reason.path) return `The request ${reason.message}.`;
      return lineOf({ path: reason.path, message: reason.message }, reason.in ?? 'body');
    case 'bad-credentials':
      return reason.message;
    case 'scope':
      return `The scope ${reason.scope} is required.`;
    case 'rate-limit':
      return `Repeat the request after ${reason.retryAfter} seconds.`;
    case 'method':
      return `Allowed: ${reason.allow.join(', ')}.`;
    case 'not-acceptable':
      return `Accept ${alternatives(reason.offered)}.`;
    case 'media-type':
      return `Send ${alternatives(reason.accepted)}.`;
    case 'too-large':
      return `At most ${reason.limit} bytes are read.`;
    case 'precondition':
      return preconditionOf(request);
    case 'taken':
      return reason.pass ? takenPass(reason.pass, request) : `${pointers[reason.key]}: is already in use`;
    case 'not-found':
      return missing[reason.subject] ?? 'No customer account with this identifier is available to you.';
    case 'too-many':
      return `An account can hold ${reason.limit} ${reason.what}${reason.what === 'passes' ? ' of one namespace' : ''}.`;
    case 'too-many-accounts':
      return `A customer can have ${reason.limit} accounts.`;
    case 'unavailable':
      return `Repeat the same request after ${reason.retryAfter} seconds.`;
    default:
      return sentences[reason.kind];
  }
}

function lineOf(
  { path, message }: Pick<Fault, 'path' | 'message'>,
  where: 'body' | 'query' | 'path' | 'header',
): string {
  switch (where) {
    case 'body':
      return path.length === 0 ? `The body ${message}` : `${pointerOf(path)}: ${message}`;
    case 'query':
      return `?${path.join('.')}: ${message}`;
    case 'path':
      return `${path.join('.')} in the path: ${message}`;
    case 'header':
      return `${path.join('.')}: ${message}`;
  }
}

function alternatives(types: string[]): string {
  return types.join(', ').replace(/, (?=[^,]+$)/, ' or ');
}

/** Names the item of the request; without a namespace it means the default one, which can be none but that of the pass. */
function takenPass({ namespace, text }: { namespace: string; text: string }, request: FastifyRequest): string {
  const { accessPass = [] } = (sentBody(request) ?? {}) as { accessPass?: BarcodeItem[] };
  const of = (wanted: string | undefined) => (item: BarcodeItem) =>
    item.text === text && (item['tessera:passNamespace'] ?? undefined) === wanted;
  const named = accessPass.findIndex(of(namespace));
  const index = named < 0 ? accessPass.findIndex(of(undefined)) : named;
  return `${pointerOf(['accessPass', index, 'text'])}: is already in use in namespace ${namespace}`;
}

function preconditionOf({ method, headers }: FastifyRequest): string {
  if (headers['if-match'] === undefined) return 'The account is in a state that If-None-Match excludes.';
  if (method === 'PUT') return 'There is no account with this identifier in the state that If-Match names.';
  return 'The account has changed since the entity tag in If-Match was issued. Read it again and repeat the change.';
}

const pointers: Record<UniqueKey, string> = {
  identifier: '/identifier',
  email: '/customer/email',
  customerRef: '/customer/identifier',
  accountNumber: '/accountNumber',
  username: '/customer',
  alias: '/name',
  accessPass: '/accessPass',
};

const missing: Partial<Record<Subject, string>> = {
  'entitlement-list': 'There is no such entitlement list.',
  'entitlement-type': 'There is no such concept.',
};

const sentences = {
  'missing-credentials': 'Send a bearer token in the Authorization header.',
  'foreign-organisation': 'The credentials belong to another organisation.',
  'unknown-route': 'Check the path.',
  'uri-too-long': 'Shorten the query.',
  gone: 'This customer account was erased.',
  'identifier-erased': 'This customer account was erased.',
  'other-content': 'An account with this identifier already exists with different content. Use PATCH to change it.',
  passive: 'The customer is deactivated: the account can be read and erased, not changed.',
  personnel: 'The customer belongs to the personnel.',
  exists: 'It exists already.',
  'catalogue-state': 'The state of the catalogue does not permit this.',
  'evidence-state': 'The evidence request has already been decided.',
  ended: 'It is over already.',
  'pass-state': 'The state of the access pass does not permit this.',
  'changes-pruned': 'Changes that far back are no longer kept.',
  'too-many-subscriptions': 'There are too many webhook subscriptions.',
  'subscription-disabled': 'The webhook subscription is disabled.',
  'history-pruned': 'Changes that far back are no longer kept.',
  'idempotency-reused': 'Use a new key for a new request.',
  'idempotency-busy': 'A request with this key is under way. Repeat it to get its answer.',
  'idempotency-erased': 'What the request with this key created has been erased.',
  internal: 'Quote the request id to support.',
};
