import { Type } from 'typebox';
import { heldQuery } from './held-pages.ts';
import { oneOf } from './one-of.ts';
import { closed, Instant, listOf, optional, stored } from './schema-parts.ts';

const states = ['pending', 'delivered', 'failed'] as const;

const instant = (description: string) =>
  Type.Optional(
    Type.String({ format: 'date-time', description: `${description} (a date: 00:00 UTC; + is written %2B)` }),
  );

export const DeliveryQuery = heldQuery({
  state: Type.Optional(oneOf(states)),
  kind: Type.Optional(
    Type.String({ minLength: 1, maxLength: 60, description: 'only those of this kind, as the format names it' }),
  ),
  from: instant('changes made at or after this instant'),
  until: instant('changes made before this instant'),
});

export const ExampleRequest = Type.Object(
  { kind: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: 'default: the first it asks for' })) },
  { ...closed, title: 'ExampleRequest' },
);

const bound = (description: string) =>
  Type.Unsafe<number | string>({
    type: ['integer', 'string'],
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    format: 'date-time',
    description,
  });

export const RecoveryRequest = Type.Object(
  {
    from: bound('number of the first change, or an instant'),
    until: Type.Optional(bound('number of the last change, or the instant before which it was made; default: all')),
    includeDelivered: Type.Optional(Type.Boolean({ description: 'send again what was delivered too; default false' })),
  },
  { ...closed, title: 'RecoveryRequest' },
);

export const Recovery = Type.Object(
  {
    from: Type.Integer({ description: 'number of the first change that was looked at' }),
    until: Type.Integer({ description: 'number of the last one; below `from` when there was none' }),
    created: Type.Integer({ description: 'deliveries made of changes that had none' }),
    repeated: Type.Integer({ description: 'deliveries that are sent again' }),
    continueFrom: Type.Optional(
      Type.Integer({ description: 'there was more than one request does: repeat it with this `from`' }),
    ),
  },
  { ...closed, title: 'Recovery' },
);

const attempt = Type.Object(
  {
    at: Instant,
    durationMs: Type.Integer(),
    outcome: oneOf(['delivered', 'failed']),
    ...optional({
      status: Type.Integer({ description: 'of the answer, where there was one' }),
      error: Type.Object({ code: stored, message: stored }, { ...closed, title: 'WebhookAttemptError' }),
      excerpt: Type.String({ description: 'first bytes of the answer, as text' }),
    }),
  },
  { ...closed, title: 'WebhookAttempt' },
);

export const WebhookDelivery = Type.Object(
  {
    webhookId: Type.String({
      description: 'header `webhook-id` of every attempt',
      example: 'msg_019d432a149f7c118a526f0d3b9e21c7',
    }),
    state: oneOf(states),
    kinds: Type.Array(stored, { description: 'of what happened, what the subscription asks for' }),
    ...optional({
      changeNumber: Type.Integer({ description: 'the change that it tells of; absent: an example' }),
      lastChange: Type.Integer({ description: 'the newest change that it tells of, where it may tell of several' }),
      example: Type.String({ description: 'the kind of which it is an example' }),
      customerNumber: Type.Integer(),
      identifier: Type.String({ description: "the account's, until it is another account's or its tombstone ends" }),
    }),
    at: Type.String({ format: 'date-time', description: 'instant of the change' }),
    attempts: Type.Integer({ description: 'how often it was tried since it was made or sent again' }),
    nextAttemptAt: Type.Optional(Instant),
    finishedAt: Type.Optional(Instant),
    log: Type.Array(attempt, { description: 'the newest attempts, oldest first' }),
  },
  { ...closed, title: 'WebhookDelivery' },
);

export const WebhookDeliveryList = listOf(WebhookDelivery, 'WebhookDeliveryList');
