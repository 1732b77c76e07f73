import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const instant = (description: string) => Type.String({ format: 'date-time', description });
const int64 = (description: string) => Type.Integer({ format: 'int64', description });

/** An account id: opaque, compared exactly (entur.md 2.3). */
const accountId = {
  minLength: 1,
  maxLength: 60,
  pattern: '^(?!\\.{1,2}$)[^\\u0000-\\u001f\\u007f-\\u009f]*$',
  description: 'opaque, 1 to 60 characters, no control characters, not . or ..; compared exactly',
};
const alias = { 'x-trim': true, minLength: 1, maxLength: 60, description: 'unique among the accounts of the customer' };
/** A member that may be null, which means "none". */
const nullable = <T>(type: string, options: object) =>
  Type.Optional(Type.Unsafe<T | null>({ type: [type, 'null'], ...options }));

const customerNumber = Type.String({ pattern: '^[1-9]\\d{0,18}$', description: 'customer number, int64' });

export const CustomerPath = Type.Object({ customerNumber });
export const AccountPath = Type.Object({ accountId: Type.String(accountId) });
export const CustomerAccountPath = Type.Object({ customerNumber, accountId: Type.String(accountId) });

export const CreateCustomerAccount = Type.Object(
  {
    accountId: nullable<string>('string', {
      ...accountId,
      description: `${accountId.description}; absent: a new UUID`,
    }),
    alias: nullable<string>('string', alias),
    isDefault: nullable<boolean>('boolean', { description: "whether it becomes the customer's default account" }),
  },
  { ...closed, title: 'CreateCustomerAccountRequest' },
);

export const UpdateCustomerAccount = Type.Object(
  {
    alias: nullable<string>('string', { ...alias, description: `${alias.description}; null removes it` }),
    isDefault: nullable<boolean>('boolean', { description: 'null is false' }),
  },
  { ...closed, title: 'UpdateCustomerAccountRequest', description: 'JSON Merge Patch (RFC 7396)' },
);

export const CustomerAccountResponse = Type.Object(
  {
    id: int64('row id of the account; unique, never reused'),
    customerNumber: int64('owner'),
    customerAccountId: Type.String({ description: 'account id; requests call it accountId' }),
    alias: Type.Optional(Type.String()),
    isDefault: Type.Boolean({ description: "whether it is the customer's default account" }),
    createdAt: instant('creation time'),
    createdBy: Type.String({ description: 'ET-Client-Name, or the name of the API client' }),
    changedAt: Type.Optional(instant('last change of the account itself; absent until then')),
    changedBy: Type.Optional(Type.String()),
  },
  { ...closed, title: 'CustomerAccountResponse' },
);

export const CustomerAccountList = Type.Array(CustomerAccountResponse);

const PostalAddress = Type.Object(
  {
    id: int64('id of the address'),
    postalAddress: Type.String(),
    postCode: Type.String(),
    city: Type.String(),
    country: Type.Optional(Type.String({ description: 'ISO 3166-1 alpha-2' })),
  },
  { ...closed, title: 'PostalAddress' },
);

export const CustomerResponse = Type.Object(
  {
    uuid: Type.String({ pattern: '^[A-Za-z0-9]{32}$', description: 'random; not an RFC 4122 UUID' }),
    status: Type.Unsafe<string>({ type: 'string', enum: ['A', 'P', 'D'], description: 'active, passive, deleted' }),
    profileType: Type.Unsafe<string>({
      type: 'string',
      enum: ['S', 'P', 'T'],
      description: 'standard, personnel ticket, temporary',
    }),
    customerNumber: int64('the primary reference; unique across organisations'),
    customerRef: Type.String({ description: "the organisation's own reference; the customer number where unset" }),
    organisationId: int64('owning organisation'),
    firstName: Type.String({ description: 'first and middle names; empty when unknown' }),
    surname: Type.String({ description: 'family name, or name of an organisation; empty when unknown' }),
    email: Type.Optional(Type.String()),
    username: Type.Optional(Type.String({ description: 'login name; only on type S with status A' })),
    vippsId: Type.Optional(Type.String()),
    parentId: Type.Optional(int64('customer number of the parent customer')),
    countryCode: Type.Optional(Type.String({ pattern: '^\\+\\d{1,3}$' })),
    telephoneNumberNoCountryCode: Type.Optional(Type.String({ pattern: '^\\d{4,14}$' })),
    telephoneNumber: Type.Optional(Type.String({ maxLength: 20, deprecated: true })),
    landlineNumber: Type.Optional(Type.String({ maxLength: 20 })),
    dateOfBirth: Type.Optional(Type.String({ format: 'date' })),
    nationality: Type.Optional(Type.String({ description: 'ISO 3166-1 alpha-3' })),
    languagePreferenceISO6393: Type.String({ description: 'ISO 639-3; NOB where unset' }),
    expirationDate: Type.Optional(instant('when personal data is to be deleted')),
    postalAddresses: Type.Array(PostalAddress),
    customerAccountId: Type.Optional(Type.String({ description: "the default account's id" })),
    customerAccounts: CustomerAccountList,
    createdAt: instant('creation time'),
    createdBy: Type.String(),
    createdByChannel: Type.String(),
    changedAt: instant('last change of the profile itself'),
    changedBy: Type.String(),
    changedByChannel: Type.String(),
  },
  { ...closed, title: 'CustomerResponse' },
);

export const CustomerList = Type.Array(CustomerResponse);

export const ErrorMessage = Type.Object(
  {
    errorCode: Type.Integer(),
    shortEnglish: Type.String(),
    longEnglish: Type.String(),
    shortNorwegian: Type.String(),
    longNorwegian: Type.String(),
  },
  { ...closed, title: 'ErrorMessage' },
);

/** What paths that start neither `/profiles` nor `/consents` answer (entur.md 1.4). */
export const ErrorResponse = Type.Object(
  {
    timestamp: instant('when it happened'),
    status: Type.Integer({ description: 'HTTP status' }),
    error: Type.String({ description: 'reason phrase' }),
    path: Type.String(),
    message: Type.String({ description: 'what was wrong' }),
    correlationId: Type.String(),
    errors: Type.Optional(Type.Array(Type.String())),
    errorCode: Type.Optional(Type.Integer()),
  },
  { ...closed, title: 'ErrorResponse' },
);

export type NewCustomerAccount = Static<typeof CreateCustomerAccount>;
