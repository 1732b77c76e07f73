import { Type } from 'typebox';
import { slugForm } from '#domain/catalogue-rules.ts';
import type { Call } from '#http/call.ts';

const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'items per page, default 50' }));

/** Query of a list whose cursor has this form. */
export function pageQuery(cursor: string) {
  const description = 'must be the cursor of a `next` URL';
  return Type.Object(
    { cursor: Type.Optional(Type.String({ pattern: cursor, description })), limit },
    { additionalProperties: false },
  );
}

/** Query of a list by slug or name. */
export const slugPageQuery = pageQuery(slugForm.pattern);

/** How many items the page is to have. */
export function limitOf({ query }: Call): number {
  return query.limit ?? 50;
}

/** One page of a list at `path`; `cursor` leads to the next one, and is undefined on the last. */
export function page({ actor, query }: Call, path: string, items: object[], cursor: string | undefined): object {
  if (cursor === undefined) return { items };
  const parameters = new URLSearchParams({ cursor, ...(query.limit === undefined ? {} : { limit: query.limit }) });
  return { items, next: `${actor.organisation.baseUrl}/v1${path}?${parameters}` };
}

/** The members of a merge patch as an edit: null removes, or brings the default back where there is one. */
export function editOf(
  patch: Record<string, unknown>,
  defaults: Record<string, unknown> = {},
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(patch).map(([member, value]) => [member, value ?? defaults[member]]));
}
