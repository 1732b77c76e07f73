import { type TSchema, Type } from 'typebox';
import type { Actor } from '#domain/actor.ts';
import { refuseFaults } from '#domain/refusal.ts';
import { parseInstant } from '#domain/time.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { positionField, positionHeader } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import type { AsOf } from '#operations/history/read-at.ts';
import { ifNoneMatchHeader, positionRequest } from './headers.ts';
import { readResponses, withSuccess } from './responses.ts';
import { closed } from './schema-parts.ts';

const changeHeader = 'As-Of-Change';

/** Query of a read that can be asked about the past. A date alone would be another instant in every time zone. */
export const AsOfQuery = Type.Object(
  {
    at: Type.Optional(
      Type.String({
        format: 'date-time',
        pattern: '[Tt].*([Zz]|[+-][0-9:]{5})$',
        description:
          'must be an instant with its offset, such as 2026-05-01T12:00:00Z (+ is written %2B), not in the future',
      }),
    ),
  },
  closed,
);

/** Request headers of such a read. */
export const asOfHeaders = { ...ifNoneMatchHeader, ...positionRequest };

/** Responses of such a read. The entity tag is that of the present, the others are of the past. */
export function asOfResponses(schema: TSchema): Route['responses'] {
  return withSuccess(readResponses(schema), { someHeaders: [changeHeader, positionHeader] });
}

/** What `at` means, for the description of such a read. */
export const asOfDescription =
  'With `at` as it was at that instant, on that day: after the newest change, in commit order, that was made at or before it (a change is made when its request begins). The header `As-Of-Change` then has the number of that change, of the customer or any of the customer’s accounts; there is no entity tag. 404 says since when it exists; 410 says that it was erased or deleted, and what it was with it, or since when the past is kept.';

/**
 * Who asks, at the instant asked about: renderers show what was so then, on the day that it was. Undefined without `at`.
 *
 * @throws Refusal `scope`; `invalid` for an instant that is yet to come
 */
export function pastActorOf({ actor, query, assertScope }: Call): Actor | undefined {
  if (query.at === undefined) return undefined;
  assertScope('history:read');
  const now = parseInstant(query.at) as Date;
  if (now > actor.now) refuseFaults([{ path: ['at'], code: 'range', message: 'must not be in the future' }], 'query');
  return { ...actor, now };
}

/** What was, without an entity tag: nothing can be done to it, and it may be erased at any time. */
export function asOfAnswer(body: object, { changeNumber, position }: AsOf<unknown>): Answer {
  return {
    status: 200,
    headers: {
      'Cache-Control': 'private, no-store',
      [changeHeader]: String(changeNumber),
      ...positionField(position),
    },
    body,
  };
}
