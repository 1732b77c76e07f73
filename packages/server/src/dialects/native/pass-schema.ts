import { Type } from 'typebox';
import { slugForm } from '#domain/catalogue-rules.ts';
import { maxReservedAtOnce } from '#operations/access-passes/reserve.ts';
import { reason } from './entitlement-schema.ts';
import { oneOf } from './one-of.ts';
import { closed, Instant, listOf, mergePatch, nullable, stored } from './schema-parts.ts';

export const AccessPass = Type.Object(
  {
    id: stored,
    namespace: stored,
    text: Type.String({ description: 'what a scanner reads; always text, leading zeros count' }),
    state: oneOf(['active', 'retired'], 'retired: out of use; its text stays the account’s until it is released'),
    codeType: Type.Optional(
      Type.String({
        description:
          "symbology to draw it in; absent: the namespace's. One that Tessera does not draw is drawn as QR code",
      }),
    ),
    url: Type.Optional(
      Type.String({
        format: 'uri',
        description:
          'picture of an active pass: the stored one, else one that Tessera draws (PNG; ending in .svg the same as SVG). It needs no key: treat it like the pass itself',
      }),
    ),
    assignedAt: Instant,
    assignedBy: stored,
    retiredAt: Type.Optional(Instant),
    retiredBy: Type.Optional(stored),
    reason: Type.Optional(stored),
  },
  { ...closed, title: 'AccessPass' },
);

export const AccessPassList = listOf(AccessPass, 'AccessPassesOfAccount');

const ReservedPass = Type.Object(
  { text: stored, reservedAt: Instant, reservedBy: stored },
  { ...closed, title: 'ReservedPass', description: 'A text that is reserved for nobody yet: a printed card' },
);

export const ReservedPassList = listOf(ReservedPass, 'ReservedPassList');

export const Reservation = Type.Object(
  { namespace: stored, texts: Type.Array(stored) },
  { ...closed, title: 'Reservation' },
);

/** The text of a pass; what is wrong with it in its namespace, the namespace's rules say. */
const passText = Type.String({
  maxLength: 128,
  description: "must follow the namespace's rules; compared exactly, leading zeros count",
});

const namespace = Type.String({ ...slugForm, description: 'must be the name of a namespace; absent: the default one' });

const codeType = Type.String({
  minLength: 1,
  maxLength: 40,
  pattern: '^[A-Za-z0-9 ._+-]+$',
  description:
    "symbology: qrcode, code128, code39, ean13, pdf417, azteccode or datamatrix; another one is stored, and drawn as QR code. Absent: the namespace's",
});

const url = Type.String({
  format: 'uri',
  maxLength: 2000,
  description: 'picture kept elsewhere; absent: Tessera draws it',
});

const shown = { codeType: Type.Optional(codeType), url: Type.Optional(url) };

export const NewAccessPass = Type.Object(
  {
    namespace: Type.Optional(namespace),
    text: Type.Optional(passText),
    ...shown,
  },
  { ...closed, title: 'NewAccessPass', description: 'Without text it gets the next number of the namespace.' },
);

/** A pass in the body of a new account. */
export const InitialPass = Type.Object(
  { namespace: Type.Optional(namespace), text: passText, ...shown },
  { ...closed, title: 'InitialPass' },
);

export const AccessPassPatch = Type.Object(
  { codeType: Type.Optional(nullable(codeType)), url: Type.Optional(nullable(url)) },
  { ...closed, title: 'AccessPassPatch', description: mergePatch },
);

export const PassReplacement = Type.Object(
  { text: Type.Optional(passText), reason },
  {
    ...closed,
    title: 'PassReplacement',
    description: 'Without text the new pass gets the next number of the namespace.',
  },
);

export const PassTexts = Type.Object(
  { texts: Type.Array(passText, { minItems: 1, maxItems: maxReservedAtOnce }) },
  { ...closed, title: 'PassTexts' },
);

export const PassGeneration = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: maxReservedAtOnce }),
    length: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 128,
        description: 'length of each text; absent: the least that leaves enough numbers to choose from',
      }),
    ),
  },
  { ...closed, title: 'PassGeneration' },
);

/** A pass as a scanner knows it. */
export const PassKey = Type.Object(
  { namespace: Type.Optional(namespace), text: passText },
  { ...closed, title: 'PassKey', description: 'the pass that was scanned' },
);
