import { Type } from 'typebox';
import { allChangeKinds } from '#domain/change-kinds.ts';
import { oneOf } from './one-of.ts';
import { Account } from './schema.ts';
import { closed, Instant, stored } from './schema-parts.ts';

/** A kind of change; the description of `GET /changes` says what each means. */
export const ChangeKindName = Type.Union(
  allChangeKinds.map((kind) => Type.Literal(kind)),
  { title: 'ChangeKindName' },
);

const causes = ['own', 'customer', 'delete', 'erasure', 'expiry'] as const;

export const Change = Type.Object(
  {
    number: Type.Integer({ description: 'Numbers are dense and rise in the order of commit' }),
    at: Instant,
    kind: ChangeKindName,
    kinds: Type.Array(ChangeKindName, { description: 'All kinds that the change is of; `kind` is the first' }),
    cause: oneOf(
      causes,
      'own: it changed itself. customer: an account shows its customer, who changed. delete, erasure, expiry: why it went',
    ),
    customerNumber: Type.Optional(Type.Integer()),
    accountNumber: Type.Optional(
      Type.Integer({ description: "the account's numeric id: never another account's, also when an identifier is" }),
    ),
    identifier: Type.Optional(
      Type.String({ description: "the account's identifier, until it is another account's or its tombstone ends" }),
    ),
    key: Type.Optional(Type.String({ description: 'slug, name or id of what is no customer and no account' })),
    version: Type.Integer({ description: 'version of what changed, after the change' }),
    members: Type.Array(stored, { description: 'names of the members that changed' }),
    account: Type.Optional(Account),
  },
  { ...closed, title: 'Change', description: 'One committed change: identifiers and kinds, never values' },
);

export const EnturPayload = Type.Object(
  {
    customerNumber: Type.Integer(),
    organisationId: Type.Integer(),
    type: oneOf(['CREATE', 'UPDATE', 'DELETE', 'MERGE']),
    timestamp: Instant,
  },
  { ...closed, title: 'EnturPayload', description: "A change as Entur's consumers get it: exactly these members" },
);

export const EnturChange = Type.Object(
  { number: Type.Integer(), kind: ChangeKindName, payload: EnturPayload },
  { ...closed, title: 'EnturChange' },
);

export const ChangePage = Type.Object(
  {
    items: Type.Array(Type.Union([Change, EnturChange])),
    position: Type.Integer({ description: 'everything up to this number was looked at: go on from here' }),
    next: Type.String({ format: 'uri', description: 'URL that goes on from `position`, always there' }),
  },
  { ...closed, title: 'ChangePage' },
);
