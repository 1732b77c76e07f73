import type { RefusalReason } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { RefusedCall } from '#http/dialect.ts';
import { acceptPatch, refusalHeaders } from '#http/refusal-headers.ts';
import { anyOrigin } from './any-origin.ts';
import { shownText } from './emission.ts';
import { descriptionOf } from './error-description.ts';
import { type ErrorKind, faultKind, kinds } from './error-kinds.ts';
import { coreContext } from './profile.ts';
import { readableFaults } from './readable-faults.ts';

/** A refusal as an OpenBookingError, of the subclass that OpenActive's validator accepts for it (openactive.md 4). */
export function refuse(reason: RefusalReason, call: RefusedCall): Answer {
  const readable = reason.kind === 'invalid' ? { ...reason, faults: readableFaults(reason, call.request) } : reason;
  const kind = readable.kind === 'invalid' ? faultKind(readable, call.request.method) : kinds[readable.kind];
  return {
    status: kind.status,
    headers: {
      ...refusalHeaders(reason, kind.status),
      ...acceptPatch(reason, call.request.method),
      // A page that asks for a list has to be able to read why it is not there.
      ...(call.route?.path.startsWith('/entitlement-lists') ? anyOrigin : {}),
    },
    body: {
      '@context': coreContext,
      ...typeOf(kind, call.baseUrl),
      name: kind.name,
      // Names of members and parameters come from the caller, so they are treated like any text.
      description: shownText(descriptionOf(readable, call.request)),
      instance: `${call.baseUrl}/openactive/errors/${call.requestId}`,
      statusCode: kind.status,
      requestId: call.requestId,
    },
  };
}

/** A class of OpenActive, or the base class and the kind: unknown subclasses fail the validator. */
function typeOf(kind: ErrorKind, baseUrl: string): object {
  if ('type' in kind) return { '@type': kind.type };
  return { '@type': 'OpenBookingError', additionalType: `${baseUrl}/openactive/ns#${kind.own}` };
}
