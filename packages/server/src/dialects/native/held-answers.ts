import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { encodeIdentifier } from '#domain/identifier.ts';
import type { Answer } from '#http/answer.ts';
import { nativeTag } from './render.ts';

/** Path of an account below the organisation's base URL, or of what it holds. */
export function accountPath(identifier: string, ...steps: string[]): string {
  return ['/v1/accounts', encodeIdentifier(identifier), ...steps].join('/');
}

/**
 * An answer about something that an account holds. Its entity tag is the account's: whatever of it changes, the account does.
 *
 * @param location path of what was created
 * @param tag where that does not say all
 */
export function heldAnswer(
  actor: Actor,
  account: Account,
  body: object,
  location?: string,
  tag: string = nativeTag(account, actor),
): Answer {
  return {
    status: location === undefined ? 200 : 201,
    headers: {
      'Cache-Control': 'private, no-cache',
      ETag: `"${tag}"`,
      ...(location === undefined ? {} : { Location: `${actor.organisation.baseUrl}${location}` }),
    },
    body,
  };
}
