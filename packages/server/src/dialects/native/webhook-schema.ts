import { Type } from 'typebox';
import { webhookFormats } from '#domain/webhook-kinds.ts';
import { defaultOverlapHours, maxSubscriptions } from '#domain/webhook-rules.ts';
import { text } from '#http/text.ts';
import { oneOf } from './one-of.ts';
import { closed, Instant, listOf, mergePatch, nullable, optional, stored } from './schema-parts.ts';

const states = ['enabled', 'disabled'] as const;

const format = oneOf(
  webhookFormats,
  'native: the change, thin or with the account. imin: "read this account again". entur: the payload of Entur\'s events',
);
const url = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'https URL of the receiver, with a public address',
  example: 'https://hooks.example.com/tessera',
});
const kinds = Type.Array(Type.String({ minLength: 1, maxLength: 60 }), {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description:
    'what is sent, as the format names it (`GET /v1/change-kinds`); default: native all kinds, imin the five causes, entur all that Entur tells of',
});
const includeAccount = Type.Boolean({
  description:
    'native: the account as it is at the time of the attempt goes along. Needs the scope accounts:read as well',
});
const exceptClients = Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
  maxItems: 100,
  uniqueItems: true,
  description:
    'ids of API clients whose changes are not sent; default none, in the format imin the client that makes the subscription',
});
const state = oneOf(states);
const secret = Type.String({
  maxLength: 100,
  'x-secret': true,
  description: 'signing secret: whsec_ and 24 to 64 random bytes in base64; absent: one is made',
});
const header = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'not one of the connection, and none that Tessera sets; imin: X-Api-Key',
      }),
    ),
    value: Type.Optional(Type.String({ maxLength: 1024, 'x-secret': true, description: '1 to 1024 visible ASCII' })),
  },
  {
    ...closed,
    title: 'WebhookHeader',
    description: 'A header field that every message carries, such as a key that was agreed with the receiver.',
  },
);
const description = text(500);

export const NewWebhookSubscription = Type.Object(
  { url, ...optional({ format, kinds, includeAccount, exceptClients, description, header, secret, state }) },
  { ...closed, title: 'NewWebhookSubscription', description: `At most ${maxSubscriptions} per organisation.` },
);

export const WebhookSubscriptionPatch = Type.Object(
  optional({
    url,
    kinds: nullable(kinds, 'null: the default of the format'),
    description: nullable(description),
    includeAccount: nullable(includeAccount, 'null: false'),
    exceptClients,
    header: nullable(header),
    state,
  }),
  { ...closed, title: 'WebhookSubscriptionPatch', description: `${mergePatch} The format stays.` },
);

export const SecretRotation = Type.Object(
  optional({
    overlapHours: Type.Integer({
      minimum: 0,
      maximum: 168,
      description: `hours for which the former secret signs too, default ${defaultOverlapHours}; 0: not at all`,
    }),
    secret,
  }),
  { ...closed, title: 'SecretRotation' },
);

const members = {
  id: stored,
  url: stored,
  description: Type.Optional(stored),
  format,
  kinds: Type.Array(stored, { description: 'what is sent, as the format names it' }),
  includeAccount: Type.Boolean(),
  exceptClients: Type.Array(Type.Integer()),
  headerName: Type.Optional(Type.String({ description: 'name of the static header; its value is not shown' })),
  state,
  disabledReason: Type.Optional(
    oneOf(
      ['operator', 'gone', 'failing'],
      'operator: somebody switched it off. gone: the receiver answered 410. failing: it failed for five days',
    ),
  ),
  disabledAt: Type.Optional(Instant),
  failingSince: Type.Optional(
    Type.String({ format: 'date-time', description: 'first failure after the last success; absent while all is well' }),
  ),
  succeededAt: Type.Optional(Instant),
  secrets: Type.Optional(
    Type.Array(Type.Object({ until: Type.Optional(Instant) }, { ...closed, title: 'WebhookSecretState' }), {
      description: 'the secrets that messages are signed with, the newest first, and until when',
    }),
  ),
  pending: Type.Object(
    {
      count: Type.Integer({ description: 'deliveries that wait for their first or next attempt' }),
      oldestAt: Type.Optional(Type.String({ format: 'date-time', description: "instant of the oldest one's change" })),
      oldestAgeSeconds: Type.Optional(Type.Integer()),
    },
    { ...closed, title: 'WebhookBacklog' },
  ),
  createdAt: Instant,
  changedAt: Instant,
};

export const WebhookSubscription = Type.Object(members, { ...closed, title: 'WebhookSubscription' });

export const WebhookSubscriptionWithSecret = Type.Object(
  {
    ...members,
    secret: Type.Optional(Type.String({ description: 'shown this once' })),
    secretShown: Type.Boolean({
      description: 'false in the answer to a repeat with the same Idempotency-Key: the secret is not kept for that',
    }),
  },
  { ...closed, title: 'WebhookSubscriptionWithSecret' },
);

export const WebhookSubscriptionList = listOf(WebhookSubscription, 'WebhookSubscriptionList');

export const ChangeKindList = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          kind: stored,
          description: stored,
          sent: Type.Boolean({ description: 'false: it can be asked for, but nothing makes such changes yet' }),
          formats: Type.Object(
            { native: stored, imin: Type.Optional(stored), entur: Type.Optional(stored) },
            { ...closed, description: 'the formats in which it is sent, and what each calls it' },
          ),
        },
        { ...closed, title: 'ChangeKindItem' },
      ),
    ),
  },
  { ...closed, title: 'ChangeKindList' },
);
