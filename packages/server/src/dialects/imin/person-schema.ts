import { type TSchema, Type } from 'typebox';
import { text } from '#http/text.ts';

const closed = { additionalProperties: false } as const;

/** The longest new values, in code points (imin.md 2.2). E-mail is not here: what is stored never exceeds its limit. */
export const limits = {
  givenName: 100,
  familyName: 100,
  telephone: 40,
  gender: 100,
  address: { streetAddress: 200, addressLocality: 200, addressRegion: 200, postalCode: 200 },
  emergencyContact: { name: 200, telephone: 40 },
};

/**
 * How a Person is written. New ones are judged by this schema alone; in an update an over-long value passes when it is the stored
 * one, which only the operation can tell (architecture.md, Settled 12).
 */
type Use = { forUpdate: boolean; typeKeys: readonly ('@type' | 'type')[] };

/** `@context` in requests (imin.md 1.3): the string, or an array with it and known companions. */
export const Context = Type.Unsafe({
  description: 'https://openactive.io/, or an array that contains it',
  type: ['string', 'array'],
  if: { type: 'string' },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { const: 'https://openactive.io/' },
  else: {
    contains: { const: 'https://openactive.io/' },
    items: {
      enum: ['https://openactive.io/', 'https://imin.co/', 'https://schema.imin.co/', 'https://openactive.io/ns-beta'],
    },
    maxItems: 4,
  },
});

/** A Person to create, in the CustomerAccount form. */
export const NewPerson = Type.Object(
  { '@type': Type.Literal('Person'), ...names(), ...details({ forUpdate: false, typeKeys: ['@type'] }) },
  { ...closed, title: 'NewPerson' },
);

/** Members of a Person to create, in the flat form: both key styles are taken. */
export const flatPersonMembers = {
  ...typeMembers('Person', ['@type', 'type']),
  ...names(),
  ...details({ forUpdate: false, typeKeys: ['@type', 'type'] }),
};

/** The Person of a CustomerUpdateAction (imin.md 2.5.1). */
export const PersonUpdate = Type.Object(updateMembers(['@type']), {
  ...closed,
  title: 'PersonUpdate',
  description: 'Only the members to change, at least one. Objects merge; null clears.',
});

/** The body of PATCH (imin.md 2.6). */
export const PersonPatch = Type.Object(
  { '@context': Type.Optional(Context), ...updateMembers(['@type', 'type']) },
  { ...closed, title: 'PersonPatch', description: 'JSON Merge Patch (RFC 7396) on the Person: null clears.' },
);

function updateMembers(typeKeys: Use['typeKeys']): Record<string, TSchema> {
  const use = { forUpdate: true, typeKeys };
  return {
    ...typeMembers('Person', typeKeys),
    email: line(254, use),
    givenName: line(limits.givenName, use),
    familyName: line(limits.familyName, use),
    ...details(use),
  };
}

function names(): Record<string, TSchema> {
  return {
    email: text(254, { description: 'unique in the organisation, compared trimmed and in lower case' }),
    givenName: text(limits.givenName),
    familyName: text(limits.familyName),
  };
}

/** The members that nobody has to give. */
function details(use: Use): Record<string, TSchema> {
  return {
    telephone: line(limits.telephone, use),
    birthDate: optional(Type.String({ format: 'date' })),
    gender: line(limits.gender, use, 'https://schema.org/Female, https://schema.org/Male or other text'),
    'imin:is13OrOver': optional(Type.Boolean()),
    address: optional(address(use)),
    emergencyContact: optional(
      Type.Object(
        { ...typeMembers('Person', use.typeKeys), ...lines(limits.emergencyContact, use) },
        { ...closed, title: titleOf('EmergencyContact', use) },
      ),
    ),
  };
}

function address(use: Use): TSchema {
  const description = 'must be an assigned ISO 3166-1 alpha-2 code such as GB';
  const addressCountry = optional(Type.String({ 'x-trim': true, pattern: '^[A-Za-z]{2}$', description }));
  return Type.Object(
    { ...typeMembers('PostalAddress', use.typeKeys), ...lines(limits.address, use), addressCountry },
    { ...closed, title: titleOf('PostalAddress', use), description: 'Each member is optional.' },
  );
}

function lines(maxima: Record<string, number>, use: Use): Record<string, TSchema> {
  return Object.fromEntries(Object.entries(maxima).map(([member, max]) => [member, line(max, use)]));
}

/** An optional text. */
function line(max: number, { forUpdate }: Use, meaning?: string): TSchema {
  if (!forUpdate) return optional(text(max, meaning ? { description: meaning } : {}));
  const limit = `at most ${max} characters, unless it is the stored value`;
  return optional(
    Type.String({ 'x-trim': true, minLength: 1, description: [meaning, limit].filter(Boolean).join('; ') }),
  );
}

/** null clears on update; on create it says the same as leaving the member out. */
function optional(schema: TSchema & { type?: unknown }): TSchema {
  return Type.Optional(Type.Unsafe({ ...schema, type: [schema.type, 'null'] }));
}

function typeMembers(name: string, keys: Use['typeKeys']): Record<string, TSchema> {
  return Object.fromEntries(keys.map((key) => [key, Type.Optional(Type.Literal(name))]));
}

function titleOf(name: string, { forUpdate, typeKeys }: Use): string {
  return `${forUpdate ? '' : 'New'}${typeKeys.includes('type') ? 'Flat' : ''}${name}${forUpdate ? 'Patch' : ''}`;
}
