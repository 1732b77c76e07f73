import { Type } from 'typebox';
import type { Call } from '#http/call.ts';
import { ifMatch } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { changeSubscription } from '#operations/webhooks/change.ts';
import { createSubscription, type WithSecret } from '#operations/webhooks/create.ts';
import { deleteSubscription } from '#operations/webhooks/delete.ts';
import type { Editing } from '#operations/webhooks/edited.ts';
import { listSubscriptions, readSubscription } from '#operations/webhooks/read.ts';
import { rotateSecret } from '#operations/webhooks/rotate-secret.ts';
import { idempotencyHeader, ifMatchHeader, mergePatchTypes } from './headers.ts';
import { listResponses, problemResponses } from './responses.ts';
import {
  keptSecretAnswer,
  renderSubscription,
  secretAnswer,
  subscriptionAnswer,
  subscriptionTags,
} from './webhook-render.ts';
import {
  NewWebhookSubscription,
  SecretRotation,
  WebhookSubscription,
  WebhookSubscriptionList,
  WebhookSubscriptionPatch,
  WebhookSubscriptionWithSecret,
} from './webhook-schema.ts';

const tag = 'Webhooks';
const path = '/webhook-subscriptions';
const json = 'application/json';

/** A subscription in a path. */
export const subscriptionParams = Type.Object({ id: Type.String({ description: 'id of the subscription' }) });

export const webhookRoutes: Route[] = [
  {
    method: 'GET',
    path,
    operationId: 'listWebhookSubscriptions',
    summary: 'List the webhook subscriptions, oldest first',
    description: 'All of them: their number is limited, so there is no next page.',
    tag,
    scope: 'webhooks:read',
    responses: listResponses(WebhookSubscriptionList),
    handler: async ({ store, actor, webhooks }) => {
      const views = await listSubscriptions(store, actor, webhooks);
      return { status: 200, body: { items: views.map((view) => renderSubscription(actor, view)) } };
    },
  },
  {
    method: 'POST',
    path,
    operationId: 'createWebhookSubscription',
    summary: 'Have changes sent to a URL',
    description:
      'Begins with the first change after it. The answer shows the signing secret this once; a repeat with the same Idempotency-Key gets the same answer without it (`secretShown: false`): rotate the secret when the first answer was lost. See docs/webhooks.md.',
    tag,
    scope: 'webhooks:write',
    headers: idempotencyHeader,
    body: NewWebhookSubscription,
    responses: {
      201: {
        description: 'Created',
        schema: WebhookSubscriptionWithSecret,
        contentType: json,
        headers: ['ETag', 'Location'],
      },
      ...problemResponses(409, 413, 415, 422),
    },
    handler: async (call) => {
      const { actor, body } = call;
      const keep = call.keep((made: WithSecret) => keptSecretAnswer(actor, 201, made));
      return secretAnswer(actor, 201, await createSubscription(editingOf(call), body, keep));
    },
  },
  {
    method: 'GET',
    path: `${path}/:id`,
    operationId: 'readWebhookSubscription',
    summary: 'Read a webhook subscription, with how its deliveries fare',
    description:
      'The entity tag stands for what an operator can change, so there is no 304: what waits changes without it.',
    tag,
    scope: 'webhooks:read',
    params: subscriptionParams,
    responses: {
      200: { description: 'OK', schema: WebhookSubscription, contentType: json, headers: ['ETag'] },
      ...problemResponses(),
    },
    handler: async ({ store, actor, params, webhooks }) =>
      subscriptionAnswer(actor, 200, await readSubscription(store, actor, params.id as string, webhooks)),
  },
  {
    method: 'PATCH',
    path: `${path}/:id`,
    operationId: 'changeWebhookSubscription',
    summary: 'Change a webhook subscription by JSON Merge Patch',
    description:
      'While it is disabled, what waits stays, and changes are not sent; they can be recovered. Enabled again it begins with the first change after that.',
    tag,
    scope: 'webhooks:write',
    params: subscriptionParams,
    headers: ifMatchHeader,
    body: WebhookSubscriptionPatch,
    consumes: mergePatchTypes,
    responses: {
      200: { description: 'OK', schema: WebhookSubscription, contentType: json, headers: ['ETag'] },
      ...problemResponses(412, 413, 415),
    },
    handler: async (call) => {
      const { actor, params, body } = call;
      const change = { edit: body, ifMatch: ifMatch(call, subscriptionTags) };
      return subscriptionAnswer(actor, 200, await changeSubscription(editingOf(call), params.id as string, change));
    },
  },
  {
    method: 'DELETE',
    path: `${path}/:id`,
    operationId: 'deleteWebhookSubscription',
    summary: 'Delete a webhook subscription, with its deliveries',
    tag,
    scope: 'webhooks:write',
    params: subscriptionParams,
    headers: ifMatchHeader,
    responses: { 204: { description: 'Done' }, ...problemResponses(412, 413) },
    handler: async (call) => {
      await deleteSubscription(call.store, call.actor, call.params.id as string, ifMatch(call, subscriptionTags));
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: `${path}/:id/rotate-secret`,
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook subscription a new signing secret',
    description:
      'For the hours of the overlap messages carry a signature by each secret, of at most the three newest. The answer shows the new one this once, as when a subscription is created.',
    tag,
    scope: 'webhooks:write',
    params: subscriptionParams,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    body: SecretRotation,
    bodyOptional: true,
    responses: {
      200: { description: 'OK', schema: WebhookSubscriptionWithSecret, contentType: json, headers: ['ETag'] },
      ...problemResponses(409, 412, 413, 415, 422),
    },
    handler: async (call) => {
      const { store, actor, params, body = {}, webhooks } = call;
      const keep = call.keep((rotated: WithSecret) => keptSecretAnswer(actor, 200, rotated));
      const options = { ifMatch: ifMatch(call, subscriptionTags), keep };
      const rotated = await rotateSecret(store, actor, params.id as string, body, webhooks, options);
      return secretAnswer(actor, 200, rotated);
    },
  },
];

/** Who has accounts sent somewhere must be permitted to read them. */
function editingOf({ store, actor, webhooks, assertScope }: Call): Editing {
  return { store, actor, settings: webhooks, assertIncluding: () => assertScope('accounts:read') };
}
