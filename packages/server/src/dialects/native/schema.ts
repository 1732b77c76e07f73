import { Type } from 'typebox';
import { emailPattern } from '#domain/details-rules.ts';
import { plainIdentifier } from '#domain/identifier.ts';
import { text } from '#http/text.ts';
import { heldMembers, initialMembers, patchedMembers } from './held-members.ts';
import { closed, Instant, listOf, mergePatch, nullable, optional, patched, stored } from './schema-parts.ts';

const addressMembers = {
  streetAddress: text(200),
  addressLocality: text(200),
  addressRegion: text(200),
  postalCode: text(200),
  addressCountry: Type.String({
    pattern: '^[A-Za-z]{2}$',
    description: 'must be an ISO 3166-1 alpha-2 code such as GB',
  }),
};

const contactMembers = { name: text(200), telephone: text(40) };

/** Members of a customer that callers write, but for the nested ones. */
const plainMembers = {
  givenName: text(100),
  familyName: text(100),
  name: text(200, { description: "a person's full name where it is not known in parts, or an organisation's name" }),
  legalName: text(200),
  email: text(254, {
    pattern: emailPattern,
    description:
      'must be an e-mail address: one @, no spaces; unique among the customers of the organisation, compared trimmed and in lower case',
  }),
  telephone: text(40),
  landline: text(20),
  jobTitle: text(100),
  birthDate: Type.String({ format: 'date' }),
  gender: text(100, { description: 'https://schema.org/Female, https://schema.org/Male or free text' }),
  is13OrOver: Type.Boolean(),
  nationality: Type.String({ pattern: '^[A-Z]{3}$', description: 'must be an ISO 3166-1 alpha-3 code such as GBR' }),
  language: Type.String({ pattern: '^[A-Z]{3}$', description: 'must be an ISO 639-3 code in upper case such as ENG' }),
  vippsId: text(100),
  url: Type.String({ format: 'uri', maxLength: 2000 }),
  sameAs: Type.Array(Type.String({ format: 'uri', maxLength: 2000 }), { maxItems: 20 }),
  vatID: text(40),
  customerRef: text(40, { description: "the organisation's own reference; the customer number where unset" }),
};

const full = { ...closed, minProperties: 1 } as const;
export const PostalAddress = Type.Object(optional(addressMembers), { ...full, title: 'PostalAddress' });
// With `address` the hundred that Entur's profiles may have.
const otherAddresses = Type.Array(PostalAddress, { maxItems: 99 });
const EmergencyContact = Type.Object(optional(contactMembers), { ...full, title: 'EmergencyContact' });
const CustomerKind = Type.Union([Type.Literal('Person'), Type.Literal('Organization')], {
  description: 'must be "Person" or "Organization"',
});

export const NewCustomer = Type.Object(
  {
    type: Type.Optional(CustomerKind),
    ...optional(plainMembers),
    address: Type.Optional(PostalAddress),
    otherAddress: Type.Optional(otherAddresses),
    emergencyContact: Type.Optional(EmergencyContact),
  },
  {
    ...closed,
    title: 'NewCustomer',
    description: 'A person or an organisation. At least one of email, telephone, familyName, name.',
  },
);

export const CustomerPatch = Type.Object(
  {
    type: Type.Optional(CustomerKind),
    ...patched(plainMembers),
    address: Type.Optional(nullable(Type.Object(patched(addressMembers), { ...closed, title: 'PostalAddressPatch' }))),
    otherAddress: Type.Optional(nullable(otherAddresses)),
    emergencyContact: Type.Optional(
      nullable(Type.Object(patched(contactMembers), { ...closed, title: 'EmergencyContactPatch' })),
    ),
  },
  { ...closed, title: 'CustomerPatch', description: mergePatch },
);

const shown = (members: string[]) => Object.fromEntries(members.map((member) => [member, Type.Optional(stored)]));
const StoredAddress = Type.Object(shown(Object.keys(addressMembers)), { ...closed, title: 'StoredAddress' });

export const Customer = Type.Object(
  {
    customerNumber: Type.Integer(),
    type: CustomerKind,
    profileType: Type.Union([Type.Literal('standard'), Type.Literal('personnel'), Type.Literal('temporary')]),
    status: Type.Union([Type.Literal('active'), Type.Literal('passive')]),
    customerRef: stored,
    ...shown([
      'givenName',
      'familyName',
      'name',
      'legalName',
      'email',
      'telephone',
      'landline',
      'jobTitle',
      'birthDate',
      'gender',
      'nationality',
      'language',
      'vippsId',
      'url',
      'vatID',
      'username',
    ]),
    is13OrOver: Type.Optional(Type.Boolean()),
    parent: Type.Optional(Type.Integer({ description: 'customer number of the parent customer' })),
    sameAs: Type.Optional(Type.Array(stored)),
    address: Type.Optional(StoredAddress),
    otherAddress: Type.Optional(Type.Array(StoredAddress)),
    emergencyContact: Type.Optional(
      Type.Object(shown(Object.keys(contactMembers)), { ...closed, title: 'StoredContact' }),
    ),
    expiresAt: Type.Optional(Instant),
    createdAt: Instant,
    createdBy: stored,
    createdByChannel: stored,
    changedAt: Instant,
    changedBy: stored,
    changedByChannel: stored,
  },
  { ...closed, title: 'Customer' },
);

const accountMembers = {
  alias: text(60, { description: 'unique among the accounts of the customer' }),
  accountNumber: text(40, {
    pattern: '^[^<>&]*$',
    description: 'must not contain <, > or &; customer-facing number, unique in the organisation',
  }),
  isDefault: Type.Boolean({ description: "whether it is the customer's default account; at most one is" }),
};

const identifier = Type.String(plainIdentifier);

/** An account for a customer that is named by the path. */
export const NewAccountOfCustomer = Type.Object(
  { identifier: Type.Optional(identifier), ...optional(accountMembers), ...initialMembers },
  { ...closed, title: 'NewAccountOfCustomer' },
);

const owner = {
  customer: Type.Optional(NewCustomer),
  customerNumber: Type.Optional(
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'number of an existing customer' }),
  ),
};

/** An account with its owner: a new customer, or the number of one. */
export const NewAccount = Type.Object(
  { identifier: Type.Optional(identifier), ...optional(accountMembers), ...initialMembers, ...owner },
  {
    ...closed,
    title: 'NewAccount',
    description: 'Exactly one of customer (a new one) and customerNumber (an existing one).',
  },
);
export const PutAccount = Type.Object(
  { ...optional(accountMembers), ...initialMembers, ...owner },
  { ...closed, title: 'PutAccount', description: 'As NewAccount; the identifier stands in the path.' },
);

export const AccountPatch = Type.Object(
  { ...patched(accountMembers), ...patchedMembers },
  {
    ...closed,
    title: 'AccountPatch',
    description: 'JSON Merge Patch (RFC 7396): absent stays, null removes; isDefault null is false.',
  },
);

export const Account = Type.Object(
  {
    identifier: stored,
    number: Type.Integer({ description: "numeric id of the account, Entur's `id`" }),
    customerNumber: Type.Integer(),
    alias: Type.Optional(stored),
    accountNumber: Type.Optional(stored),
    isDefault: Type.Boolean(),
    ...heldMembers,
    customer: Customer,
    createdAt: Instant,
    createdBy: stored,
    createdByChannel: stored,
    changedAt: Type.Optional(Instant),
    changedBy: Type.Optional(stored),
  },
  { ...closed, title: 'Account' },
);

export const CustomerList = listOf(Customer, 'CustomerList');
export const AccountList = listOf(Account, 'AccountList');
export const BatchGet = Type.Object(
  {
    identifiers: Type.Array(Type.String({ minLength: 1, maxLength: 60 }), {
      minItems: 1,
      maxItems: 500,
      uniqueItems: true,
    }),
  },
  { ...closed, title: 'BatchGet' },
);
export const BatchResult = Type.Object(
  { items: Type.Array(Account), missing: Type.Array(Type.String()) },
  { ...closed, title: 'BatchResult' },
);

export const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String(),
    requestId: Type.String(),
    correlationId: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pointer: Type.Optional(Type.String()),
            parameter: Type.Optional(Type.String()),
            header: Type.Optional(Type.String()),
            code: Type.String(),
            detail: Type.String(),
          },
          { ...closed, title: 'ProblemError' },
        ),
      ),
    ),
  },
  { ...closed, title: 'Problem', description: 'Problem document (RFC 9457)' },
);
