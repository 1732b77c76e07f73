import type { Organisation } from '#domain/organisation.ts';
import type { Fault, RefusalReason } from '#domain/refusal.ts';
import { betaContext, coreContext, ownContext } from './profile.ts';

/** What a request may say of the account it is addressed to; it must be the truth. */
type Claims = { '@context'?: unknown; '@id'?: unknown; '@type'?: unknown; identifier?: unknown };

/** Faults of `@context` (openactive.md 1.3): OpenActive's comes first, others that are accepted may follow. */
function contextFaults(context: unknown, organisation: Organisation): Fault[] {
  const [first, ...others] = [context].flat();
  const accepted = [coreContext, betaContext, ownContext(organisation)];
  if (first === coreContext && others.every((other) => accepted.includes(other as string))) return [];
  const message = `must be "${coreContext}", or an array that begins with it and holds nothing besides but ${accepted.slice(1).join(' and ')}`;
  return [{ path: ['@context'], code: 'value', message }];
}

/** Faults of the members that say which account the body is of. Absent members are none. */
export function claimFaults(
  body: Claims,
  truth: { id: string; identifier: string },
  organisation: Organisation,
): Fault[] {
  const faults = body['@context'] === undefined ? [] : contextFaults(body['@context'], organisation);
  const expected = { '@id': truth.id, '@type': 'CustomerAccount', identifier: truth.identifier };
  for (const [member, value] of Object.entries(expected)) {
    const given = body[member as keyof Claims];
    if (given !== undefined && given !== value) faults.push(fixed([member], claimMessages[member] as string));
  }
  return faults;
}

const claimMessages: Record<string, string> = {
  '@id': 'must be the URL of the account',
  '@type': 'must be "CustomerAccount"',
  identifier: 'must be the identifier in the path',
};

/** A member that cannot be set to this value. */
export function fixed(path: Fault['path'], message: string): Fault {
  return { path, code: 'fixed', message };
}

/** Too little is said of the customer. */
export function incomplete(path: Fault['path'], message: string): Fault {
  return { path, code: 'incomplete', message };
}

/** Puts the faults that an operation finds, which are in domain words, into the members of this dialect. */
export function ownWords(reason: RefusalReason): RefusalReason {
  if (reason.kind !== 'invalid') return reason;
  return { ...reason, faults: reason.faults.map((fault) => ({ ...fault, path: ownPath(fault.path) })) };
}

function ownPath(path: Fault['path']): Fault['path'] {
  const [first, ...rest] = path;
  switch (first) {
    // Called the same here, or found by this dialect itself while it applied a patch.
    case 'customer':
    case 'accountNumber':
    case 'entitlement':
      return path;
    case 'accessPass':
      return path.map((step) => (step === 'namespace' ? 'tessera:passNamespace' : step));
    case 'customerRef':
      return ['customer', 'identifier'];
    case 'addresses':
      return ['customer', 'address', ...rest.slice(1)];
    default:
      return ['customer', ...path];
  }
}
