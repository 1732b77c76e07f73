import { Type } from 'typebox';
import { slugForm } from '#domain/catalogue-rules.ts';
import { closed, nullable } from './schema-parts.ts';

const stored = Type.String();
const retentionDays = Type.Integer({
  minimum: 0,
  maximum: 3650,
  description: 'days for which files of evidence are kept after its decision; default 30',
});

export const Organisation = Type.Object(
  {
    slug: stored,
    name: stored,
    timeZone: Type.String({ description: 'IANA time zone in which its days begin and end' }),
    baseUrl: Type.String({ format: 'uri', description: 'part of every `@id`' }),
    brokerList: Type.Optional(stored),
    evidenceRetentionDays: retentionDays,
  },
  { ...closed, title: 'Organisation' },
);

export const OrganisationPatch = Type.Object(
  {
    brokerList: Type.Optional(
      nullable(Type.String({ ...slugForm, description: 'slug of the list that the broker dialect knows' })),
    ),
    evidenceRetentionDays: Type.Optional(nullable(retentionDays)),
  },
  {
    ...closed,
    title: 'OrganisationPatch',
    description: 'JSON Merge Patch (RFC 7396): absent stays, null removes or brings the default back.',
  },
);
