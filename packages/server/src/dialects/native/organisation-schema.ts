import { Type } from 'typebox';
import { slugForm } from '#domain/catalogue-rules.ts';
import { retentionDays as limits } from '#domain/organisation.ts';
import { closed, nullable } from './schema-parts.ts';

const stored = Type.String();
const retentionDays = Type.Integer({
  minimum: 0,
  maximum: 3650,
  description: 'days for which files of evidence are kept after its decision; default 30',
});

const readRetentionDays = Type.Integer({
  minimum: 1,
  maximum: 3650,
  description: 'days for which it is kept who read personal data; default 365',
});
const changeRetentionDays = Type.Integer({
  ...limits.change,
  description:
    'days for which changes are kept: history, feed of changes, audit; longer where a webhook still needs them. Default: for ever',
});
const tombstoneRetentionDays = Type.Integer({
  ...limits.tombstone,
  description:
    'days for which deleted and erased accounts stay in the feeds; afterwards nothing tells their identifiers any more. Default 30',
});
const deliveryRetentionDays = Type.Integer({
  ...limits.delivery,
  description: 'days for which deliveries of webhooks are kept when they are over; default 30',
});
const recordReads = Type.Boolean({ description: 'whether it is recorded who reads personal data; default true' });

export const Organisation = Type.Object(
  {
    slug: stored,
    name: stored,
    timeZone: Type.String({ description: 'IANA time zone in which its days begin and end' }),
    baseUrl: Type.String({ format: 'uri', description: 'part of every `@id`' }),
    brokerList: Type.Optional(stored),
    evidenceRetentionDays: retentionDays,
    recordReads,
    readRetentionDays,
    changeRetentionDays: Type.Optional(changeRetentionDays),
    tombstoneRetentionDays,
    deliveryRetentionDays,
  },
  { ...closed, title: 'Organisation' },
);

export const OrganisationPatch = Type.Object(
  {
    brokerList: Type.Optional(
      nullable(Type.String({ ...slugForm, description: 'slug of the list that the broker dialect knows' })),
    ),
    evidenceRetentionDays: Type.Optional(nullable(retentionDays)),
    recordReads: Type.Optional(nullable(recordReads)),
    readRetentionDays: Type.Optional(nullable(readRetentionDays)),
    changeRetentionDays: Type.Optional(nullable(changeRetentionDays)),
    tombstoneRetentionDays: Type.Optional(nullable(tombstoneRetentionDays)),
    deliveryRetentionDays: Type.Optional(nullable(deliveryRetentionDays)),
  },
  {
    ...closed,
    title: 'OrganisationPatch',
    description: 'JSON Merge Patch (RFC 7396): absent stays, null removes or brings the default back.',
  },
);
