import { isIdentifier, isPlainIdentifier } from '#domain/identifier.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';

export const accountPath = '/customer-accounts/:identifier';

/** The identifier in the path of a request. Throws Refusal `not-found` when no account can have it. */
export function identifierOf({ params }: Call): string {
  const identifier = params.identifier as string;
  if (!isIdentifier(identifier)) throw new Refusal({ kind: 'not-found', subject: 'account' });
  return identifier;
}

/** The identifier in the path of a PUT. Throws Refusal `invalid` when no account can be born with it (openactive.md 1.2). */
export function newIdentifierOf({ params }: Call): string {
  const identifier = params.identifier as string;
  if (!isPlainIdentifier(identifier)) {
    const message = 'must be 1 to 60 of A-Z a-z 0-9 . _ ~ : @ + = -, not beginning with a dot';
    refuseFaults([{ path: ['identifier'], code: 'format', message }], 'path');
  }
  return identifier;
}
