import { Type } from 'typebox';
import { maxUrlLength, slugForm, typeIdForm } from '#domain/catalogue-rules.ts';
import { text } from '#http/text.ts';
import { oneOf } from './one-of.ts';
import { closed, Instant, next, optional, patched } from './schema-parts.ts';

const url = (description: string) => Type.String({ format: 'uri', maxLength: maxUrlLength, description });
const stored = Type.String();
const uri = Type.String({ format: 'uri', description: 'the `@id` under which all dialects show and take it' });

const listMembers = {
  description: text(2000),
  license: url('must be an absolute http or https URL, such as that of a Creative Commons licence'),
  published: Type.Boolean({ description: 'whether it is public at /openactive/entitlement-lists; default true' }),
};
const slug = Type.String(slugForm);
const title = text(200);

export const NewEntitlementList = Type.Object(
  { slug, title, ...optional(listMembers) },
  { ...closed, title: 'NewEntitlementList', description: 'A list (SKOS ConceptScheme) of entitlement types.' },
);

export const EntitlementListPatch = Type.Object(
  { title: Type.Optional(title), ...patched(listMembers) },
  { ...closed, title: 'EntitlementListPatch', description: 'JSON Merge Patch (RFC 7396): absent stays, null removes.' },
);

export const EntitlementList = Type.Object(
  {
    slug: stored,
    uri,
    adopted: Type.Boolean({ description: 'whether it was imported and belongs to somebody else' }),
    title: stored,
    description: Type.Optional(stored),
    license: Type.Optional(stored),
    published: Type.Boolean(),
    createdAt: Instant,
    changedAt: Instant,
  },
  { ...closed, title: 'EntitlementList' },
);

const label = text(200);
const position = Type.Integer({
  minimum: 0,
  maximum: 1_000_000,
  description: 'place in the list: types are ordered by position, those at the same position by age; default: last',
});

const typeMembers = {
  hidden: Type.Boolean({ description: 'in no list that others read; only the operator grants it; default false' }),
  defaultDuration: Type.String({
    maxLength: 40,
    description: 'ISO 8601 duration of years, months, weeks and days, such as P1Y; absent: open-ended',
  }),
  category: Type.String({
    pattern: '^[A-Z][A-Z0-9_]{0,39}$',
    description: "must be a passenger category in Entur's words, in capitals, such as SENIOR; absent: ADULT",
  }),
  evidence: oneOf(
    ['none', 'before', 'after'],
    'must be none (granted at once), before (granted when proved) or after (granted, withdrawn unless proved in time); default none',
  ),
  evidenceDeadlineDays: Type.Integer({ minimum: 1, maximum: 3650, description: 'days to send evidence; default 14' }),
  evidenceName: text(100, { description: 'short title of what the customer has to do, such as "Send proof of study"' }),
  evidenceDescription: text(1000, { description: 'what to send, for the customer' }),
  evidenceUrl: url('must be an https URL without &: page to which the customer is sent instead of our own'),
};

export const NewEntitlementType = Type.Object(
  {
    id: Type.Optional(Type.String({ ...typeIdForm, description: `${typeIdForm.description}; default: a new UUID` })),
    label,
    position: Type.Optional(position),
    ...optional(typeMembers),
  },
  { ...closed, title: 'NewEntitlementType', description: 'An entitlement type (SKOS Concept) with its settings.' },
);

const status = oneOf(['active', 'retired'], 'must be active or retired; a retired type stays on accounts that hold it');

export const EntitlementTypePatch = Type.Object(
  {
    label: Type.Optional(label),
    position: Type.Optional(position),
    status: Type.Optional(status),
    ...patched(typeMembers),
  },
  {
    ...closed,
    title: 'EntitlementTypePatch',
    description: 'JSON Merge Patch (RFC 7396): absent stays, null removes or brings the default back.',
  },
);

export const EntitlementType = Type.Object(
  {
    id: stored,
    list: Type.String({ description: 'slug of its list' }),
    uri,
    label: stored,
    status,
    hidden: Type.Boolean(),
    position: Type.Integer(),
    defaultDuration: Type.Optional(stored),
    category: Type.Optional(stored),
    evidence: typeMembers.evidence,
    evidenceDeadlineDays: Type.Integer(),
    evidenceName: Type.Optional(stored),
    evidenceDescription: Type.Optional(stored),
    evidenceUrl: Type.Optional(stored),
  },
  { ...closed, title: 'EntitlementType' },
);

export const EntitlementListList = Type.Object(
  { items: Type.Array(EntitlementList), next },
  { ...closed, title: 'EntitlementListList' },
);
export const EntitlementTypeList = Type.Object(
  { items: Type.Array(EntitlementType), next },
  { ...closed, title: 'EntitlementTypeList' },
);
const count = (description: string) => Type.Integer({ minimum: 0, description });
export const ImportResult = Type.Object(
  {
    list: EntitlementList,
    added: count('types that are new'),
    changed: count('types whose label or place changed, or that became active again'),
    retired: count('types that the scheme no longer has'),
  },
  { ...closed, title: 'ImportResult' },
);
