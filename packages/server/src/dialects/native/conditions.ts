import type { Aggregate } from '#domain/account.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { matches, matchesWeakly, parseTags } from '#http/etag.ts';
import { accountIn } from '#operations/write.ts';
import { customerTag, nativeTag } from './render.ts';

/** If-Match against the customer's tag; undefined without the header. */
export function customerMatch({ request }: Call): ((aggregate: Aggregate) => boolean) | undefined {
  const tags = parseTags('If-Match', request.headers['if-match']);
  return tags && (({ customer }) => matches(tags, [customerTag(customer)]));
}

/** If-Match against an account's tag; undefined without the header. */
export function accountMatch(
  { request, actor }: Call,
  identifier: string,
): ((aggregate: Aggregate) => boolean) | undefined {
  const tags = parseTags('If-Match', request.headers['if-match']);
  return tags && ((aggregate) => matches(tags, [nativeTag(accountIn(aggregate, identifier), actor)]));
}

/** 304 instead of the answer when the caller has it already. */
export function unlessKnown({ request }: Call, answer: Answer): Answer {
  const tags = parseTags('If-None-Match', request.headers['if-none-match']);
  const tag = answer.headers?.ETag?.slice(1, -1);
  if (!tags || tag === undefined || !matchesWeakly(tags, tag)) return answer;
  return { status: 304, headers: answer.headers as Record<string, string> };
}
