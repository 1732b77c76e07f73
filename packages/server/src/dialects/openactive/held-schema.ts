import { Type } from 'typebox';
import { text } from '#http/text.ts';
import { validUntilMeaning } from './entitlement.ts';

/*
 * Passes and entitlements as requests may hold them (openactive.md 2.3, 2.5). What a text of a pass must be is its namespace's to say,
 * whether a concept can be granted the organisation's; neither is judged here.
 */

const closed = { additionalProperties: false } as const;
const typed = (name: string) => Type.Optional(Type.Unsafe<string>({ type: 'string', enum: [name] }));
const date = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

/** A pass of a request. */
export const BarcodeInput = Type.Object(
  {
    '@type': typed('Barcode'),
    text: Type.String({
      description:
        '1 to 128 printable ASCII characters other than angle brackets and ampersands, as the rules of the namespace ask',
    }),
    url: Type.Optional(
      Type.String({ format: 'uri', maxLength: 2000, description: 'picture kept elsewhere; absent: Tessera draws one' }),
    ),
    'beta:codeType': Type.Optional(
      text(40, { description: "symbology, such as code128 or QR Code; absent: the namespace's" }),
    ),
    'tessera:passNamespace': Type.Optional(
      Type.String({ description: "namespace in which the text is unique; absent: the organisation's default one" }),
    ),
  },
  { ...closed, title: 'Barcode' },
);

const ConceptReference = Type.Unsafe<string | { '@id': string }>({
  type: ['string', 'object'],
  properties: { '@id': Type.String() },
  required: ['@id'],
  description: "the concept's @id, or an object of which only the @id is read",
});

/** An entitlement of a request. */
export const EntitlementInput = Type.Object(
  {
    '@type': typed('Entitlement'),
    validFrom: date('the first valid day, not after today; absent: today'),
    validUntil: date(`${validUntilMeaning}. Absent: by the default duration of the concept`),
    entitlementType: ConceptReference,
  },
  { ...closed, title: 'Entitlement' },
);

/** An item of a list as it was sent: on PATCH null clears. */
export type BarcodeItem = {
  text: string;
  url?: string | null;
  'beta:codeType'?: string | null;
  'tessera:passNamespace'?: string | null;
};
export type EntitlementItem = {
  validFrom?: string | null;
  validUntil?: string | null;
  entitlementType: string | { '@id': string };
};
