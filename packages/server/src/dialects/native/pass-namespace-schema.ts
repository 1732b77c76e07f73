import { Type } from 'typebox';
import { slugForm } from '#domain/catalogue-rules.ts';
import { checkDigits, codeTypes } from '#domain/pass-namespace.ts';
import { oneOf } from './one-of.ts';
import { closed, Instant, next, optional, patched } from './schema-parts.ts';

const stored = Type.String();
const length = (description: string) => Type.Integer({ minimum: 1, maximum: 128, description });
const namespaceMembers = {
  isDefault: Type.Boolean({
    description: 'whether passes without a namespace belong here; exactly one is the default',
  }),
  prefix: Type.String({ minLength: 1, maxLength: 127, description: 'what every text begins with' }),
  pattern: Type.String({ minLength: 1, maxLength: 200, description: 'RE2 expression that the whole text matches' }),
  minLength: length('shortest text; default 1'),
  maxLength: length('longest text; default 128'),
  checkDigit: oneOf(checkDigits),
  codeType: oneOf(codeTypes, 'the symbology; default qrcode'),
  maxActivePerAccount: Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: 'active passes of an account; default 50',
  }),
};
const name = Type.String(slugForm);

export const NewPassNamespace = Type.Object(
  { name, ...optional(namespaceMembers) },
  { ...closed, title: 'NewPassNamespace', description: 'A namespace of passes with the rules for their texts.' },
);

export const PassNamespacePatch = Type.Object(patched(namespaceMembers), {
  ...closed,
  title: 'PassNamespacePatch',
  description:
    'JSON Merge Patch (RFC 7396): absent stays, null removes or brings the default back. Rules bind new passes only.',
});

const { prefix: _, pattern: __, ...always } = namespaceMembers;
export const PassNamespace = Type.Object(
  {
    name: stored,
    ...always,
    prefix: Type.Optional(stored),
    pattern: Type.Optional(stored),
    createdAt: Instant,
    changedAt: Instant,
  },
  { ...closed, title: 'PassNamespace' },
);

export const PassNamespaceList = Type.Object(
  { items: Type.Array(PassNamespace), next },
  { ...closed, title: 'PassNamespaceList' },
);
