import { Type } from 'typebox';

type Schema = Parameters<typeof Type.Union>[0][number];

/** An object with these members and no others. */
export const closed = { additionalProperties: false } as const;

/** A member of a merge patch that null removes. */
export const nullable = <T extends Schema>(schema: T, description = 'null removes it') =>
  Type.Union([schema, Type.Null()], { description });

/** All of these members, none of them required. */
export const optional = <T extends Record<string, Schema>>(members: T) =>
  Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, Type.Optional(schema)]));

/** All of these members as a merge patch has them. */
export const patched = <T extends Record<string, Schema>>(members: T) =>
  Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, Type.Optional(nullable(schema))]));

/** What a merge patch is, for the description of its schema. */
export const mergePatch = 'JSON Merge Patch (RFC 7396): absent stays, null removes.';

/** An instant as Tessera emits it: UTC, milliseconds, `Z`. */
export const Instant = Type.String({ format: 'date-time' });

/** A calendar date in the organisation's time zone. */
export const Day = Type.String({ format: 'date' });

/** Text as it is stored: what limits it had when it came is not repeated. */
export const stored = Type.String();

export const next = Type.Optional(
  Type.String({ format: 'uri', description: 'URL of the next page; absent on the last one' }),
);

/** A page of a list. */
export const listOf = (item: Schema, title: string) =>
  Type.Object({ items: Type.Array(item), next }, { ...closed, title });
