import { Type } from 'typebox';
import { text } from '#http/text.ts';
import { BarcodeInput, EntitlementInput } from './held-schema.ts';
import { mergePatchOf, mergePatchShapeOf, nullsAllowed } from './schema-forms.ts';

/*
 * What requests may hold, written once; the bodies of PUT and PATCH are derived from it. Limits are those of openactive.md 2.2,
 * 2.6 and 2.7.
 */

const closed = { additionalProperties: false } as const;
const httpUrl = Type.String({ format: 'uri', maxLength: 2000 });
const typed = (...names: string[]) => Type.Unsafe<string>({ type: 'string', enum: names });

const Context = Type.Unsafe<string | string[]>({
  type: ['string', 'array'],
  items: { type: 'string' },
  maxItems: 10,
  description: '"https://openactive.io/", or an array that begins with it',
});

export const AccountNumber = text(40, {
  pattern: '^[^<>&]*$',
  description: 'must not contain angle brackets or ampersands',
});

/** The organisation's own reference: a text, or the PropertyValue as which it is shown. */
const CustomerReference = Type.Unsafe<string | object>({
  type: ['string', 'object'],
  'x-trim': true,
  minLength: 1,
  maxLength: 40,
  properties: { '@type': typed('PropertyValue'), propertyID: typed('customerRef'), value: text(40) },
  required: ['@type', 'propertyID', 'value'],
  ...closed,
  description: "the organisation's own customer reference",
});

const PostalAddress = Type.Object(
  {
    '@type': Type.Optional(typed('PostalAddress')),
    streetAddress: Type.Optional(text(200)),
    addressLocality: Type.Optional(text(200)),
    addressRegion: Type.Optional(text(200)),
    postalCode: Type.Optional(text(200)),
    addressCountry: Type.Optional(text(200, { description: 'ISO 3166-1 alpha-2 code' })),
  },
  { ...closed, title: 'PostalAddress', description: 'May be partial; it is shown here once it is complete.' },
);

const EmergencyContact = Type.Object(
  {
    '@type': Type.Optional(typed('Person')),
    name: Type.Optional(text(200)),
    telephone: Type.Optional(text(40)),
  },
  { ...closed, title: 'EmergencyContact' },
);

export const Customer = Type.Object(
  {
    '@type': typed('Person', 'Organization'),
    identifier: Type.Optional(CustomerReference),
    name: Type.Optional(
      text(200, { description: "full name of a Person; an Organization's name, which it must have" }),
    ),
    givenName: Type.Optional(text(100, { description: 'Person only' })),
    familyName: Type.Optional(text(100, { description: 'Person only' })),
    legalName: Type.Optional(text(200, { description: 'Organization only' })),
    email: Type.Optional(text(254, { description: 'unique in the organisation, compared trimmed and lower-cased' })),
    telephone: Type.Optional(text(40)),
    jobTitle: Type.Optional(text(100, { description: 'Person only' })),
    birthDate: Type.Optional(Type.String({ format: 'date', description: 'Person only' })),
    gender: Type.Optional(
      text(100, { description: 'Person only; https://schema.org/Female, https://schema.org/Male or free text' }),
    ),
    url: Type.Optional(Type.String({ ...httpUrl, description: 'Organization only' })),
    sameAs: Type.Optional(Type.Array(httpUrl, { maxItems: 20, description: 'Organization only' })),
    vatID: Type.Optional(text(40, { description: 'Organization only' })),
    address: Type.Optional(PostalAddress),
    emergencyContact: Type.Optional(EmergencyContact),
  },
  {
    ...closed,
    title: 'Customer',
    description: 'A Person or an Organization. At least one of email, telephone, familyName, name.',
  },
);

const AccountInput = Type.Object(
  {
    '@context': Context,
    '@type': typed('CustomerAccount'),
    '@id': Type.Optional(Type.String({ description: 'must be the URL of the account' })),
    identifier: Type.Optional(Type.String({ description: 'must be the identifier in the path' })),
    accountNumber: Type.Optional(AccountNumber),
    customer: Customer,
    accessPass: Type.Optional(Type.Array(BarcodeInput, { description: 'all active passes' })),
    entitlement: Type.Optional(
      Type.Array(EntitlementInput, { description: 'all entitlements that are valid today; each concept once' }),
    ),
  },
  { ...closed, title: 'CustomerAccount' },
);

/** Body of PUT. A null member counts as absent (openactive.md 3.3). */
export const AccountPut = nullsAllowed(AccountInput, 'Put');

/** Body of PATCH, a merge patch (openactive.md 3.4). */
export const AccountPatch = mergePatchOf(AccountInput, 'Patch');

/** What is judged of a PATCH before it is known what it changes: limits bind new values only (architecture.md, Settled 12). */
export const AccountPatchShape = mergePatchShapeOf(AccountInput);

/** `identifier` in a path. */
export const AccountPath = Type.Object({
  identifier: Type.String({ description: 'Identifier of the account, percent-encoded' }),
});

const profile = Type.Optional(
  Type.Literal('extended', {
    description: 'With the terms of ns-beta and of Tessera; the same as `Prefer: profile=extended`',
  }),
);

export const ProfileQuery = Type.Object({ profile }, closed);

/** Exactly one of the selectors is to be given (openactive.md 2.11). */
export const SelectorQuery = Type.Object(
  {
    accountNumber: Type.Optional(Type.String({ minLength: 1, description: 'The account number, byte for byte' })),
    'accessPass.text': Type.Optional(
      Type.String({ minLength: 1, description: 'The text of an active pass, byte for byte' }),
    ),
    'accessPass.namespace': Type.Optional(
      Type.String({ minLength: 1, description: 'With accessPass.text: its namespace; absent: all namespaces' }),
    ),
    'customer.email': Type.Optional(
      text(254, { description: "The customer's e-mail address, compared trimmed and lower-cased" }),
    ),
    profile,
  },
  closed,
);
