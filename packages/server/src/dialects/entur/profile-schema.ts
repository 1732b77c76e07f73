import { type Static, Type } from 'typebox';
import { text } from '#http/text.ts';

// Unknown members are ignored (entur.md 1.1), null is the same as absent. The tables of entur.md 3.4 say which member has which code.
const open = { additionalProperties: true } as const;

const PostalAddressInput = Type.Object(
  {
    postalAddress: text(120),
    postCode: text(12, { description: 'four digits in Norway' }),
    city: text(60),
    country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', default: 'NO', description: 'ISO 3166-1 alpha-2' })),
  },
  { ...open, title: 'PostalAddressInput' },
);

const phone = (description: string) => Type.String({ pattern: '^\\+?\\d+$', maxLength: 20, description });

/** Optional members that P2 and P4 share. */
const shared = {
  email: Type.Optional(Type.String({ pattern: '^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$', maxLength: 80 })),
  customerRef: Type.Optional(text(40, { description: 'unique in the organisation' })),
  countryCode: Type.Optional(Type.String({ pattern: '^\\+\\d{1,3}$' })),
  telephoneNumberNoCountryCode: Type.Optional(Type.String({ pattern: '^\\d{4,14}$' })),
  telephoneNumber: Type.Optional(phone('deprecated; ignored when the two above are given')),
  landlineNumber: Type.Optional(phone('may begin with +')),
  dateOfBirth: Type.Optional(Type.String({ format: 'date', description: 'not in the future' })),
  password: Type.Optional(
    Type.String({
      minLength: 7,
      maxLength: 128,
      pattern: '^(?=[\\s\\S]*\\p{L})(?=[\\s\\S]*\\d)',
      description: 'at least one letter and one digit; never returned',
      'x-secret': true,
    }),
  ),
  languagePreference: Type.Optional(
    Type.Unknown({ description: 'deprecated; NO, NN and EN stand for NOB, NNO and ENG when the next is absent' }),
  ),
  languagePreferenceISO6393: Type.Optional(Type.String({ pattern: '^[A-Za-z]{3}$', description: 'ISO 639-3' })),
  nationality: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 3166-1 alpha-3' })),
  vippsId: Type.Optional(text(100)),
  parentId: Type.Optional(Type.Integer({ format: 'int64', minimum: 1, description: 'customer number of the parent' })),
  postalAddresses: Type.Optional(Type.Array(PostalAddressInput, { maxItems: 100, description: 'replaces the list' })),
};

const names = { firstName: text(100), surname: text(100) };
const organisationId = Type.Integer({ format: 'int64', description: "the token's organisation" });

export const CreateProfile = Type.Object(
  {
    createdBy: text(100, { description: "web, app or an employee's user name" }),
    createdByChannel: text(100, { description: 'sales channel or system' }),
    ...names,
    organisationId,
    ...shared,
    profileType: Type.Optional(
      Type.Unsafe<'S' | 'P'>({
        type: 'string',
        enum: ['S', 'P'],
        default: 'S',
        description: 'standard, personnel ticket',
      }),
    ),
  },
  { ...open, title: 'CreateCustomerRequest' },
);

export const UpdateProfile = Type.Object(
  {
    changedBy: text(100, { description: "web, app or an employee's user name" }),
    changedByChannel: text(100, { description: 'sales channel or system' }),
    ...names,
    organisationId: Type.Optional(organisationId),
    ...shared,
  },
  { ...open, title: 'UpdateCustomerRequest' },
);

export type CreateProfile = Static<typeof CreateProfile>;
export type UpdateProfile = Static<typeof UpdateProfile>;
