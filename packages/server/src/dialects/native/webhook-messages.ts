import { Type } from 'typebox';
import type { ChangeKind } from '#domain/change-kinds.ts';
import { enturEvent } from '#domain/entur-event.ts';
import { thinChange } from '#domain/logged-change.ts';
import { exampleChange, iminBody, nativeBody } from '#domain/webhook-body.ts';
import type { WebhookSpec } from '#http/openapi-webhooks.ts';
import { Change, EnturPayload } from './change-schema.ts';
import { closed, Instant } from './schema-parts.ts';

export const NativeMessage = Type.Object(
  {
    type: Change.properties.kind,
    timestamp: Instant,
    data: Change,
  },
  {
    ...closed,
    title: 'NativeMessage',
    description:
      '`type` and `timestamp` are kind and instant of the change. `data.account` is there where the subscription asks for it and the account still is.',
  },
);

export const IminMessage = Type.Object(
  {
    '@context': Type.Literal('https://openactive.io/'),
    '@type': Type.Literal('CustomerAccount'),
    '@id': Type.String({ format: 'uri' }),
    identifier: Type.String(),
  },
  { ...closed, title: 'IminMessage', description: 'Read this account again: exactly these members.' },
);

const headers = {
  'webhook-id': 'Id of the message, the same on every attempt: what was seen already may be left out',
  'webhook-timestamp': 'When this attempt was made, in seconds since 1970; refuse what is more than five minutes off',
  'webhook-signature':
    'Standard Webhooks: `v1,` and the base64 HMAC-SHA-256 of `{webhook-id}.{webhook-timestamp}.{body}`, one for each secret, separated by spaces',
};

const responses = {
  '2XX': 'It arrived. Everything else, redirects too, is a failure, and it is sent again.',
  '410': 'Send nothing here any more: the subscription is switched off.',
  '429': 'Sent again later; Retry-After is heeded, here and with 503.',
};

const thin = (kind: ChangeKind) => nativeBody(thinChange(exampleChange(kind)));

/** What subscriptions send, by format. */
export const webhookMessages: readonly WebhookSpec[] = [
  {
    name: 'nativeMessage',
    summary: 'A change, to a subscription of the format native',
    description: 'At least once, and not in order: compare `data.number`, or `data.version` of the same account.',
    tag: 'Webhooks',
    headers: { ...headers, 'tessera-event-type': 'The kinds that the subscription asks for, separated by commas' },
    body: NativeMessage,
    examples: {
      granted: { summary: 'An entitlement was granted', value: thin('entitlement.granted') },
      list: { summary: 'An entitlement list changed', value: thin('entitlement-list.updated') },
    },
    responses,
  },
  {
    name: 'iminMessage',
    summary: 'An account to read again, to a subscription of the format imin',
    description: 'One message may stand for several changes of the account.',
    tag: 'Webhooks',
    headers: { ...headers, 'tessera-event-type': 'The causes, as imin names them, separated by commas' },
    body: IminMessage,
    examples: {
      removed: {
        summary: 'An entitlement was removed after a rejected evidence request',
        value: iminBody('https://accounts.example.com', '019d432a-149f-7c11-8a52-6f0d3b9e21c7'),
      },
    },
    responses,
  },
  {
    name: 'enturMessage',
    summary: "A change as Entur's consumers get it, to a subscription of the format entur",
    description: 'The same four members as in the change feed with `format=entur`.',
    tag: 'Webhooks',
    headers: { ...headers, 'tessera-event-type': 'The kind of the change' },
    body: EnturPayload,
    examples: {
      updated: { summary: 'A customer changed', value: enturEvent(exampleChange('customer.updated'), 1)?.payload },
    },
    responses,
  },
];
