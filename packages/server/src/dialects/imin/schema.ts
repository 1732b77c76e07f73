import { Type } from 'typebox';
import { plainIdentifier } from '#domain/identifier.ts';
import { Context, flatPersonMembers, NewPerson } from './person-schema.ts';

const closed = { additionalProperties: false } as const;

const identifier = Type.Optional(Type.String(plainIdentifier));

const WrappedAccount = Type.Object(
  { '@context': Context, '@type': Type.Literal('CustomerAccount'), identifier, customer: NewPerson },
  { ...closed, title: 'NewCustomerAccount' },
);

/** The flat form (imin.md 2.6), taken by POST /customers and, in a documented walk-through, by POST /customer-accounts. */
export const FlatAccount = Type.Object(
  { '@context': Type.Optional(Context), identifier, ...flatPersonMembers },
  { ...closed, title: 'NewCustomer' },
);

/** A body with neither `@type` nor `customer` is the flat form (imin.md 2.4). */
export const AnyNewAccount = Type.Unsafe({
  title: 'AnyNewAccount',
  description: 'A CustomerAccount with its Person, or, with neither `@type` nor `customer`, the flat form.',
  type: 'object',
  if: { anyOf: [has('@type'), has('customer')] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: WrappedAccount,
  else: FlatAccount,
});

function has(member: string): object {
  return { required: [member], properties: { [member]: {} } };
}

/** The customer account in a path. */
export const accountParams = Type.Object({ id: Type.String({ description: 'the identifier, percent-encoded' }) });

/** The page of a collection. */
export const pageNumber = Type.Optional(Type.Integer({ minimum: 1, description: 'from 1' }));
