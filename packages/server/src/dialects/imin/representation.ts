import { type TSchema, Type } from 'typebox';
import {
  Barcode,
  CompletedAccessPassUpdate,
  CompletedEntitlementUpdate,
  Entitlement,
  EvidenceRequest,
} from './held-representation.ts';

/** Schemas of what this dialect answers. Objects are open: clients must tolerate members that come later (imin.md 1.3). */

type TypeKey = '@type' | 'type';

const stored = Type.Optional(Type.String());
const postalAddress = {
  streetAddress: stored,
  addressLocality: stored,
  addressRegion: stored,
  postalCode: stored,
  addressCountry: stored,
};

function personMembers(key: TypeKey): Record<string, TSchema> {
  const title = (name: string) => (key === 'type' ? `Flat${name}` : name);
  return {
    email: stored,
    telephone: stored,
    givenName: stored,
    familyName: stored,
    birthDate: Type.Optional(Type.String({ format: 'date' })),
    gender: stored,
    'imin:is13OrOver': Type.Optional(Type.Boolean()),
    address: Type.Optional(
      Type.Object({ [key]: Type.Literal('PostalAddress'), ...postalAddress }, { title: title('PostalAddress') }),
    ),
    emergencyContact: Type.Optional(
      Type.Object(
        { [key]: Type.Literal('Person'), name: stored, telephone: stored },
        { title: title('EmergencyContact') },
      ),
    ),
  };
}

const personOrOrganization = Type.Union([Type.Literal('Person'), Type.Literal('Organization')]);
const context = Type.Literal('https://openactive.io/');
const url = Type.String({ format: 'uri' });

const Customer = Type.Object(
  { '@type': personOrOrganization, name: stored, ...personMembers('@type') },
  { title: 'Customer', description: 'A Person; an Organization (with name) when it was created elsewhere.' },
);

/** 2.1 */
export const CustomerAccount = Type.Object(
  {
    '@context': context,
    '@type': Type.Literal('CustomerAccount'),
    '@id': url,
    identifier: Type.String(),
    customer: Customer,
    accessPass: Type.Optional(Barcode),
    entitlement: Type.Optional(Entitlement),
  },
  { title: 'CustomerAccount' },
);

/** 2.6: the account in its flat form. */
export const FlatCustomer = Type.Object(
  { type: personOrOrganization, id: url, identifier: Type.String(), name: stored, ...personMembers('type') },
  { title: 'FlatCustomer' },
);

/** 2.5.1: the action with the members that were updated. */
const CompletedCustomerUpdate = Type.Object(
  {
    '@context': context,
    '@type': Type.Literal('CustomerUpdateAction'),
    actionStatus: Type.Literal('https://schema.org/CompletedActionStatus'),
    object: Type.Object(
      { '@type': Type.Literal('Person'), ...personMembers('@type') },
      { title: 'UpdatedPerson', description: 'The members that were named, with their resulting values.' },
    ),
  },
  { title: 'CompletedCustomerUpdateAction' },
);

/** 2.5: the answer to an action, by its `@type`. */
export const CompletedAction = Type.Union(
  [CompletedCustomerUpdate, CompletedEntitlementUpdate, CompletedAccessPassUpdate],
  { title: 'CompletedAction' },
);

/** 2.7: the envelope of every collection. */
export const Collection = Type.Object(
  {
    '@context': Type.Array(Type.String()),
    id: url,
    type: Type.Literal('imin:RestrictedCollection'),
    'imin:totalItems': Type.Integer(),
    view: Type.Object(
      {
        id: url,
        type: Type.Literal('PartialCollectionView'),
        first: url,
        last: url,
        next: Type.Optional(url),
        previous: Type.Optional(url),
        'imin:currentPage': Type.Integer(),
        'imin:itemsPerPage': Type.Integer(),
        'imin:totalPages': Type.Integer(),
        urlTemplate: Type.String(),
      },
      { title: 'PartialCollectionView' },
    ),
  },
  { title: 'RestrictedCollection', description: '`imin:item` is omitted when there is none.' },
);

/** 2.8: the collection of requests for proof. */
export const EvidenceRequests = Type.Object(
  { ...Collection.properties, 'imin:item': Type.Optional(Type.Array(EvidenceRequest)) },
  { title: 'EvidenceRequestCollection' },
);

/** 2.7: one linked account; its further members come with the linking of accounts. */
export const LinkedAccount = Type.Object(
  {
    '@context': context,
    seller: Type.Object({ '@type': Type.Literal('Organization'), '@id': url, identifier: Type.String(), name: stored }),
  },
  { title: 'LinkedAccount' },
);

/** Section 4. */
export const ErrorBody = Type.Object(
  {
    '@context': context,
    '@type': Type.String({ description: 'the class of the error' }),
    additionalType: Type.Optional(url),
    name: Type.String({ description: 'constant per kind of error' }),
    description: Type.String({ description: 'this occurrence, in words' }),
    instance: url,
    statusCode: Type.Integer(),
    requestId: Type.String(),
    'tessera:invalid': Type.Optional(
      Type.Array(
        Type.Object({ pointer: Type.String({ description: 'JSON Pointer, or ?name' }), description: Type.String() }),
        { minItems: 1, maxItems: 20 },
      ),
    ),
  },
  { title: 'Error' },
);
