import { Type } from 'typebox';

const closed = { additionalProperties: false } as const;

const LocalizedText = Type.Object(
  { languageCode: Type.String({ description: 'ISO 639-3' }), text: Type.String() },
  { ...closed, title: 'LocalizedText' },
);

const EntitlementResponse = Type.Object(
  {
    productId: Type.String({ description: 'the type of entitlement: its list, a colon, its id' }),
    productVersion: Type.String(),
    displayName: Type.Optional(Type.Array(LocalizedText)),
    contractUUID: Type.String({ description: 'the entitlement' }),
    contractValidFrom: Type.String({ format: 'date', description: 'the first day on which it is valid' }),
    contractValidTo: Type.Optional(
      Type.String({
        format: 'date',
        description: 'the first day on which it is not valid any more; absent: open-ended',
      }),
    ),
    contractOwnerCustomerNumber: Type.Integer({ format: 'int64', description: 'the customer' }),
    contractOwnerDisplayName: Type.String({ description: 'first and last name; empty when unknown' }),
    passengerCategory: Type.String({ description: "the type's, ADULT where it has none" }),
    isSeniorCitizen: Type.Boolean({ deprecated: true, description: 'whether passengerCategory is SENIOR' }),
  },
  { ...closed, title: 'EntitlementResponse' },
);

export const EntitlementList = Type.Array(EntitlementResponse);
