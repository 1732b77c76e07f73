import { Type } from 'typebox';
import { compact } from '#domain/compact.ts';
import { refuseFaults } from '#domain/refusal.ts';
import { parseInstant } from '#domain/time.ts';
import { kindNamed, kindNames } from '#domain/webhook-kinds.ts';
import { type WebhookSubscription, webhookId } from '#domain/webhook-subscription.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import type { ResponseSpec, Route } from '#http/route.ts';
import {
  type DeliveryFilter,
  type DeliveryOf,
  deliveryIdOf,
  listDeliveries,
  readDelivery,
} from '#operations/webhooks/deliveries.ts';
import { findSubscription } from '#operations/webhooks/find.ts';
import { type Bound, type Recovered, recover } from '#operations/webhooks/recover.ts';
import { resendDelivery } from '#operations/webhooks/resend.ts';
import { sendExample } from '#operations/webhooks/send-example.ts';
import { idempotencyHeader } from './headers.ts';
import { cursorOf, limitOf, pageBody } from './held-pages.ts';
import { listResponses, problemResponses } from './responses.ts';
import {
  DeliveryQuery,
  ExampleRequest,
  Recovery,
  RecoveryRequest,
  WebhookDelivery,
  WebhookDeliveryList,
} from './webhook-delivery-schema.ts';
import { acceptedDelivery, renderDelivery } from './webhook-render.ts';
import { subscriptionParams } from './webhook-routes.ts';

const tag = 'Webhooks';
const path = '/webhook-subscriptions/:id';
const params = Type.Object({
  ...subscriptionParams.properties,
  webhookId: Type.String({ description: '`webhook-id` of the delivery' }),
});
const accepted: Record<number, ResponseSpec> = {
  202: {
    description: 'It is sent now',
    schema: WebhookDelivery,
    contentType: 'application/json',
    headers: ['Location'],
  },
};

/** Deliveries of a subscription: what was sent, and what is to be sent. */
export const webhookDeliveryRoutes: Route[] = [
  {
    method: 'GET',
    path: `${path}/deliveries`,
    operationId: 'listWebhookDeliveries',
    summary: 'List the deliveries of a webhook subscription, newest first',
    tag,
    scope: 'webhooks:read',
    params: subscriptionParams,
    query: DeliveryQuery,
    responses: listResponses(WebhookDeliveryList),
    handler: async (call) => {
      const { store, actor } = call;
      const { subscription } = await findSubscription(store, actor, call.params.id as string);
      const filter = filterOf(call, subscription);
      const { deliveries, more } = await listDeliveries(store, actor, subscription.id, filter, limitOf(call));
      const items = deliveries.map((delivery) => renderDelivery({ subscription, delivery }));
      const last = deliveries.at(-1);
      const here = `/v1/webhook-subscriptions/${subscription.id}/deliveries`;
      return { status: 200, body: pageBody(call, here, items, more && last ? webhookId(last) : undefined) };
    },
  },
  {
    method: 'GET',
    path: `${path}/deliveries/:webhookId`,
    operationId: 'readWebhookDelivery',
    summary: 'Read a delivery with its attempts',
    tag,
    scope: 'webhooks:read',
    params,
    responses: {
      200: { description: 'OK', schema: WebhookDelivery, contentType: 'application/json' },
      ...problemResponses(),
    },
    handler: async ({ store, actor, params: { id, webhookId: message } }) => ({
      status: 200,
      body: renderDelivery(await readDelivery(store, actor, id as string, message as string)),
    }),
  },
  {
    method: 'POST',
    path: `${path}/deliveries/:webhookId/resend`,
    operationId: 'resendWebhookDelivery',
    summary: 'Send a delivery again, with the same webhook-id',
    description: 'One that waits for its next attempt is sent now; one that is over gets all attempts anew.',
    tag,
    scope: 'webhooks:write',
    params,
    headers: idempotencyHeader,
    responses: { ...accepted, ...problemResponses(409, 413) },
    handler: async (call) => {
      const { store, actor, params: given } = call;
      const { id, webhookId: message } = given as { id: string; webhookId: string };
      const render = (sent: DeliveryOf) => acceptedDelivery(actor, sent);
      return answering(call, render, (keep) => resendDelivery(store, actor, id, message, keep));
    },
  },
  {
    method: 'POST',
    path: `${path}/send-example`,
    operationId: 'sendWebhookExample',
    summary: 'Send a message about a fictional change, to try the receiver out',
    tag,
    scope: 'webhooks:write',
    params: subscriptionParams,
    headers: idempotencyHeader,
    body: ExampleRequest,
    bodyOptional: true,
    responses: { ...accepted, ...problemResponses(409, 413, 415, 422) },
    handler: async (call) => {
      const { store, actor, body = {} } = call;
      const render = (sent: DeliveryOf) => acceptedDelivery(actor, sent);
      return answering(call, render, (keep) => sendExample(store, actor, call.params.id as string, body.kind, keep));
    },
  },
  {
    method: 'POST',
    path: `${path}/recover`,
    operationId: 'recoverWebhookDeliveries',
    summary: 'Deliver what was not delivered in a range of changes',
    description:
      'What failed is sent again, what has no delivery gets one: changes from before the subscription, or while it was disabled. What waits, waits on. One request looks at 100,000 changes at most.',
    tag,
    scope: 'webhooks:write',
    params: subscriptionParams,
    headers: idempotencyHeader,
    body: RecoveryRequest,
    responses: {
      202: { description: 'It is sent now', schema: Recovery, contentType: 'application/json' },
      ...problemResponses(409, 413, 415, 422),
      410: { ...(problemResponses(410)[410] as ResponseSpec), description: 'Changes that far back are no longer kept' },
    },
    handler: async (call) => {
      const { store, actor, body } = call;
      const { from, until, ...rest } = body;
      const bounds = compact({ from: boundOf(from), until: boundOf(until) });
      const render = (recovered: Recovered): Answer => ({ status: 202, body: recovered });
      return answering(call, render, (keep) =>
        recover(store, actor, call.params.id as string, { ...bounds, ...rest }, compact({ keep })),
      );
    },
  },
];

/** @throws Refusal `invalid` */
function filterOf(call: Call, { format }: WebhookSubscription): DeliveryFilter {
  const { state, kind, from, until } = call.query;
  const named = kind === undefined ? undefined : kindNamed(format, kind);
  const cursor = cursorOf(call);
  const after = cursor === undefined ? undefined : deliveryIdOf(cursor);
  const message = `must be a kind that the format ${format} has: ${kindNames(format).join(', ')}`;
  refuseFaults(
    [
      ...(kind !== undefined && named === undefined ? [{ path: ['kind'], code: 'value', message }] : []),
      ...(cursor !== undefined && after === undefined
        ? [{ path: ['cursor'], code: 'format', message: 'must be the cursor of a `next` URL' }]
        : []),
    ],
    'query',
  );
  const [since, before] = [from, until].map((text) => text && parseInstant(text));
  return compact({ state, kind: named, from: since, until: before, after }) as DeliveryFilter;
}

/** A number stands for a change, a text for an instant; the schema has seen that it is one. */
function boundOf(bound: number | string | undefined): Bound | undefined {
  return typeof bound === 'string' ? (parseInstant(bound) as Date) : bound;
}
