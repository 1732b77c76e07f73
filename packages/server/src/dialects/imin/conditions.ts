import { type Account, type Aggregate, accountTag } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { dateIn } from '#domain/time.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { matches, matchesWeakly, parseTags } from '#http/etag.ts';
import { accountIn } from '#operations/write.ts';

/** The account in the path. */
export function identifierOf({ params }: Call): string {
  return params.id as string;
}

/** If-Match against the account's tag; undefined without the header. */
export function accountMatch(
  { request, actor }: Call,
  identifier: string,
): ((aggregate: Aggregate) => boolean) | undefined {
  const tags = parseTags('If-Match', request.headers['if-match']);
  return tags && ((aggregate) => matches(tags, [tagOf(accountIn(aggregate, identifier), actor)]));
}

/** 304 instead of the answer when the caller has it already. */
export function unlessKnown({ request }: Call, answer: Answer): Answer {
  const tags = parseTags('If-None-Match', request.headers['if-none-match']);
  const { headers = {} } = answer;
  if (!tags || !matchesWeakly(tags, (headers.ETag ?? '').slice(1, -1))) return answer;
  return { status: 304, headers };
}

/** The same value as OpenActive's core form (openactive.md 3.2). */
export function tagOf(account: Account, { organisation, now }: Actor): string {
  return accountTag(account, dateIn(organisation.timeZone, now));
}
