import type { FastifyRequest } from 'fastify';
import type { Aggregate } from '#domain/account.ts';
import type { Answer } from './answer.ts';
import { matches, matchesWeakly, parseTags } from './etag.ts';

type Asking = { request: FastifyRequest };

/**
 * The request's If-Match as a question about what is stored; undefined without the header.
 *
 * @param present the entity tags, without quotes, of what the request addresses
 * @throws Refusal `invalid`
 */
export function ifMatch<T = Aggregate>(
  { request }: Asking,
  present: (stored: T) => readonly string[],
): ((stored: T) => boolean) | undefined {
  const tags = parseTags('If-Match', request.headers['if-match']);
  return tags && ((stored) => matches(tags, present(stored)));
}

/** The same of If-Match and If-None-Match together (RFC 9110, 13.1); undefined when the request states neither. */
export function writeCondition<T>(
  call: Asking,
  present: (stored: T) => readonly string[],
): ((stored: T) => boolean) | undefined {
  const match = ifMatch(call, present);
  const excluded = parseTags('If-None-Match', call.request.headers['if-none-match']);
  if (!excluded) return match;
  return (stored) => (match?.(stored) ?? true) && !present(stored).some((tag) => matchesWeakly(excluded, tag));
}

/** 304 instead of the answer when the caller has it already (If-None-Match). Throws Refusal `invalid`. */
export function unlessKnown({ request }: Asking, answer: Answer): Answer {
  const tags = parseTags('If-None-Match', request.headers['if-none-match']);
  const { headers = {} } = answer;
  if (!tags || !matchesWeakly(tags, (headers.ETag ?? '').slice(1, -1))) return answer;
  return { status: 304, headers };
}
