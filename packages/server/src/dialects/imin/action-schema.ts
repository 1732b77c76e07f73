import { type Static, Type } from 'typebox';
import { Context, PersonUpdate } from './person-schema.ts';

const closed = { additionalProperties: false } as const;

const CustomerUpdateAction = Type.Object(
  {
    '@context': Type.Optional(Context),
    '@type': Type.Literal('CustomerUpdateAction'),
    object: PersonUpdate,
    seller: Type.Optional(
      Type.Array(Type.String({ format: 'uri' }), {
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
        description: 'Seller ID URLs of connected linked accounts that are told too',
      }),
    ),
  },
  { ...closed, title: 'CustomerUpdateAction' },
);

/** A concept: its id, or an object of which that is read (imin.md 2.5.2). null is let through to be told that it does not remove. */
const EntitlementTypeRef = Type.Unsafe<string | null | ConceptRef>({
  title: 'EntitlementTypeRef',
  description:
    "the concept's id, or an object of which only `id` or `@id` is read; null is refused: to remove, use DELETE",
  type: ['string', 'object', 'null'],
  properties: { id: { type: 'string' }, '@id': { type: 'string' } },
});

type ConceptRef = { id?: string; '@id'?: string };

const EntitlementUpdateAction = Type.Object(
  {
    '@context': Type.Optional(Context),
    '@type': Type.Literal('imin:EntitlementUpdateAction'),
    object: Type.Object(
      {
        '@type': Type.Literal('Entitlement'),
        validUntil: Type.Optional(
          Type.String({
            format: 'date-time',
            description:
              'the end: a date-time, kept as the end of its day in the time zone of the organisation, or the first date on which it is over; absent: the default duration of the concept, or open-ended',
          }),
        ),
        entitlementType: EntitlementTypeRef,
      },
      { ...closed, title: 'EntitlementUpdate' },
    ),
  },
  { ...closed, title: 'EntitlementUpdateAction' },
);

const AccessPassUpdateAction = Type.Object(
  {
    '@context': Type.Optional(Context),
    '@type': Type.Literal('imin:AccessPassUpdateAction'),
    object: Type.Object(
      {
        '@type': Type.Literal('Barcode'),
        text: Type.String({ description: 'as the rule of the default namespace of passes wants it' }),
      },
      { ...closed, title: 'NewBarcode' },
    ),
  },
  { ...closed, title: 'AccessPassUpdateAction' },
);

const actions = {
  CustomerUpdateAction,
  'imin:EntitlementUpdateAction': EntitlementUpdateAction,
  'imin:AccessPassUpdateAction': AccessPassUpdateAction,
};

export type ActionType = keyof typeof actions;
export type EntitlementUpdate = Static<typeof EntitlementUpdateAction>['object'];
export type AccessPassUpdate = Static<typeof AccessPassUpdateAction>['object'];

/** An action, by its `@type` (imin.md 2.5). */
export const Action = Type.Unsafe({
  title: 'CustomerAccountAction',
  type: 'object',
  required: ['@type'],
  properties: { '@type': { enum: Object.keys(actions) } },
  allOf: Object.entries(actions).map(([type, schema]) => ({
    if: { properties: { '@type': { const: type } }, required: ['@type'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: schema,
  })),
});
