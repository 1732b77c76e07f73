import { type TSchema, Type } from 'typebox';
import { Refusal } from '#domain/refusal.ts';
import { parseInstant } from '#domain/time.ts';
import type { Call } from '#http/call.ts';
import { closed } from './schema-parts.ts';

/** Query of a list of what an account holds, with parameters of its own. */
export function heldQuery(members: Record<string, TSchema> = {}) {
  return Type.Object(
    {
      ...members,
      cursor: Type.Optional(
        Type.String({ pattern: '^[A-Za-z0-9_-]{1,300}$', description: 'must be the cursor of a `next` URL' }),
      ),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'items per page, default 50' })),
    },
    closed,
  );
}

/** `history` in the query of such a list. */
export const historyParameter = (description: string) => Type.Optional(Type.Boolean({ description }));

/** The key after which the page begins, as it was when the cursor was made. */
export function cursorOf({ query }: Call): string | undefined {
  return query.cursor === undefined ? undefined : Buffer.from(query.cursor, 'base64url').toString();
}

/** Where something stands in a list in the order of time. */
export type TimedPosition = { at: string; id: string };

/** The key of a list in the order of time, in which ids are UUIDs. */
export function timedKey({ at, id }: TimedPosition): string {
  return `${at} ${id}`;
}

/** What such a key stood for when the cursor was made. Throws Refusal `invalid` for anything that is not a cursor of ours. */
export function timedCursorOf(call: Call): TimedPosition | undefined {
  const cursor = cursorOf(call);
  if (cursor === undefined) return undefined;
  const [, at = '', id = ''] = /^(\S+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor) ?? [];
  if (parseInstant(at)?.toISOString() === at) return { at, id };
  const fault = { path: ['cursor'], code: 'format', message: 'must be the cursor of a `next` URL' };
  throw new Refusal({ kind: 'invalid', in: 'query', faults: [fault] });
}

/** How many items the page is to have. */
export function limitOf({ query }: Call): number {
  return query.limit ?? 50;
}

/** A page; `last` is the key of its last item when there are more. */
export function pageBody({ actor, query }: Call, path: string, items: object[], last: string | undefined): object {
  if (last === undefined) return { items };
  const cursor = Buffer.from(last).toString('base64url');
  const parameters = new URLSearchParams(
    Object.entries({ ...query, cursor }).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return { items, next: `${actor.organisation.baseUrl}${path}?${parameters}` };
}

/**
 * One page, cut from all that an account holds: that is bounded, and read as one.
 *
 * @param keyOf what the list is in order of; no two items have the same
 */
export function cut<T>(
  call: Call,
  path: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  render: (item: T) => object,
  order: 'rising' | 'falling' = 'rising',
): object {
  const after = cursorOf(call);
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  const sign = order === 'rising' ? 1 : -1;
  keyed.sort((a, b) => (a.key < b.key ? -sign : sign));
  const left = keyed.filter(({ key }) => after === undefined || (sign === 1 ? key > after : key < after));
  const page = left.slice(0, limitOf(call));
  const last = page.length < left.length ? page.at(-1)?.key : undefined;
  return pageBody(
    call,
    path,
    page.map(({ item }) => render(item)),
    last,
  );
}
