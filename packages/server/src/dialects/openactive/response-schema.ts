import { type TSchema, Type } from 'typebox';
import { Action } from './action.ts';
import { Barcode } from './barcode.ts';
import { Entitlement } from './entitlement.ts';

/* What is answered. No limits: what other dialects stored may be longer than what is accepted here. */

const closed = { additionalProperties: false } as const;
const shown = Type.String({ minLength: 1 });
const some = Type.Optional(shown);
const url = Type.String({ format: 'uri' });
const items = (schema: TSchema, description: string) => Type.Optional(Type.Array(schema, { minItems: 1, description }));

const Context = Type.Union([Type.String(), Type.Array(Type.String())], {
  description: 'The plain string in the core profile, an array in the extended one',
});

const CustomerReference = Type.Object(
  { '@type': Type.Literal('PropertyValue'), propertyID: Type.Literal('customerRef'), value: shown },
  { ...closed, title: 'CustomerReference' },
);

const PostalAddress = Type.Object(
  {
    '@type': Type.Literal('PostalAddress'),
    streetAddress: shown,
    addressLocality: shown,
    addressRegion: shown,
    postalCode: shown,
    addressCountry: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
  },
  { ...closed, title: 'PostalAddress', description: 'Only when complete.' },
);

const EmergencyContact = Type.Object(
  { '@type': Type.Literal('Person'), name: some, telephone: some },
  { ...closed, title: 'EmergencyContact' },
);

const Person = Type.Object(
  {
    '@type': Type.Literal('Person'),
    identifier: Type.Optional(CustomerReference),
    name: some,
    givenName: some,
    familyName: some,
    email: some,
    telephone: some,
    jobTitle: some,
    birthDate: Type.Optional(Type.String({ format: 'date' })),
    gender: some,
    address: Type.Optional(PostalAddress),
    emergencyContact: Type.Optional(EmergencyContact),
  },
  { ...closed, title: 'Person' },
);

const Organization = Type.Object(
  {
    '@type': Type.Literal('Organization'),
    identifier: Type.Optional(CustomerReference),
    name: shown,
    legalName: some,
    email: some,
    telephone: some,
    url: Type.Optional(url),
    sameAs: Type.Optional(Type.Array(url, { minItems: 1 })),
    vatID: some,
    address: Type.Optional(PostalAddress),
  },
  { ...closed, title: 'Organization' },
);

const accountMembers = {
  '@type': Type.Literal('CustomerAccount'),
  '@id': url,
  identifier: some,
  name: Type.Optional(Type.String({ minLength: 1, description: 'Alias; extended profile only' })),
  accountNumber: some,
  customer: Type.Optional(Type.Union([Person, Organization])),
  accessPass: items(Barcode, 'Active passes, newest first'),
  hasHiddenEntitlements: Type.Boolean({
    description: 'Whether rights that are not listed will influence prices, so that prices of offers are indicative',
  }),
  outstandingAction: items(
    Action,
    'What the customer has to do, oldest first; proof for listed entitlements is with them',
  ),
  entitlement: items(Entitlement, 'What is valid today, by validFrom, then concept. Neither hidden nor future rights'),
};

export const Account = Type.Object(
  { '@context': Context, ...accountMembers },
  { ...closed, title: 'CustomerAccount', description: "OpenActive's early-release type CustomerAccount." },
);

export const AccountList = Type.Object(
  {
    '@context': Context,
    '@type': Type.Literal('ItemList'),
    numberOfItems: Type.Integer({ minimum: 0, maximum: 50 }),
    itemListElement: Type.Optional(
      Type.Array(Type.Object(accountMembers, { ...closed, title: 'ListedCustomerAccount' }), {
        minItems: 1,
        maxItems: 50,
      }),
    ),
  },
  { ...closed, title: 'ItemList' },
);

/** A JSON-LD context document that defines its own terms. */
export const ContextDocument = Type.Object(
  {
    '@context': Type.Record(Type.String(), Type.String()),
    '@graph': Type.Array(Type.Object({ '@id': Type.String(), '@type': Type.String() }), { minItems: 1 }),
  },
  { ...closed, title: 'ContextDocument' },
);

export const OpenBookingError = Type.Object(
  {
    '@context': Type.Literal('https://openactive.io/'),
    '@type': Type.String({ description: 'A subclass of OpenBookingError' }),
    additionalType: Type.Optional(Type.String({ format: 'uri', description: 'The kind, where no subclass fits' })),
    name: shown,
    description: Type.String({ minLength: 1, description: 'This occurrence; for a 400 one line per fault' }),
    instance: url,
    statusCode: Type.Integer(),
    requestId: Type.String(),
  },
  { ...closed, title: 'OpenBookingError' },
);
