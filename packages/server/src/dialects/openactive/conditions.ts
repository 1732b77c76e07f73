import type { Account, Aggregate } from '#domain/account.ts';
import type { Call } from '#http/call.ts';
import { matches, matchesWeakly, parseTags } from '#http/etag.ts';
import { accountIn } from '#operations/write.ts';
import { tagsOf } from './profile.ts';

/**
 * The condition that a write states with If-Match or If-None-Match (RFC 9110, 13.1), to be asked of the account as it is. The tags
 * of both profiles name the same state (openactive.md 3.2).
 *
 * @returns undefined when none is stated
 * @throws Refusal `invalid` for a header that is not a list of entity tags
 */
export function writeCondition({ request, actor }: Call): ((account: Account) => boolean) | undefined {
  const ifMatch = parseTags('If-Match', request.headers['if-match']);
  const ifNoneMatch = parseTags('If-None-Match', request.headers['if-none-match']);
  if (!ifMatch && !ifNoneMatch) return undefined;
  return (account) => {
    const present = Object.values(tagsOf(account, actor));
    if (ifMatch && !matches(ifMatch, present)) return false;
    return !ifNoneMatch || !present.some((tag) => matchesWeakly(ifNoneMatch, tag));
  };
}

/** The same for an operation, which asks it of the customer with all accounts. */
export function aggregateCondition(call: Call, identifier: string): ((aggregate: Aggregate) => boolean) | undefined {
  const condition = writeCondition(call);
  return condition && ((aggregate) => condition(accountIn(aggregate, identifier)));
}

/** Whether a read asks for nothing if the representation still has the tag that the caller knows. */
export function isKnown({ request }: Call, tag: string): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const tags = parseTags('If-None-Match', request.headers['if-none-match']);
  return tags !== undefined && matchesWeakly(tags, tag);
}
