import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';
import { nativeApi, unique } from './support.ts';
import { receiver, subscriptions, webhookApi } from './webhook-support.ts';

type Request = { url: string; body?: unknown; headers?: Record<string, string> };
type Sender = (operationId: string, different?: Partial<Request>) => Promise<TestResponse>;

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** For every route of webhooks a request that succeeds, made afresh each time. */
export function webhookRequests(server: TestServer): Record<string, () => Promise<Request>> {
  const api = webhookApi(server);
  // In the end there would be too many: each makes room for the next.
  const room = async () => {
    for (const { id } of (await api.read(subscriptions)).items) {
      assert.equal((await server.send('DELETE', `${subscriptions}/${id}`)).status, 204);
    }
  };
  const subscription = async (members: object = {}) => {
    await room();
    return api.subscription(members);
  };
  const delivery = async () => api.example(await subscription());
  return {
    listChangeKinds: async () => ({ url: '/v1/change-kinds' }),
    listWebhookSubscriptions: async () => ({ url: subscriptions }),
    createWebhookSubscription: async () => {
      await room();
      return { url: subscriptions, body: { url: receiver } };
    },
    readWebhookSubscription: async () => ({ url: await subscription() }),
    changeWebhookSubscription: async () => ({ url: await subscription(), body: { description: 'Changed' } }),
    deleteWebhookSubscription: async () => ({ url: await subscription() }),
    rotateWebhookSecret: async () => ({ url: `${await subscription({ secret })}/rotate-secret`, body: {} }),
    listWebhookDeliveries: async () => ({ url: `${await subscription()}/deliveries` }),
    readWebhookDelivery: async () => ({ url: await delivery() }),
    resendWebhookDelivery: async () => ({ url: `${await delivery()}/resend` }),
    sendWebhookExample: async () => ({ url: `${await subscription()}/send-example`, body: {} }),
    recoverWebhookDeliveries: async () => ({ url: `${await subscription()}/recover`, body: { from: 1 } }),
  };
}

/** How these routes come to statuses of their own. */
export function webhookStatuses(
  server: TestServer,
  as: Sender,
): Record<string, Record<number, () => Promise<TestResponse>>> {
  const good = webhookRequests(server);
  const api = webhookApi(server);
  const made = (operationId: string) => (good[operationId] as () => Promise<Request>)();
  const reused = (operationId: string, other: object) => async () => {
    const { url, body } = await made(operationId);
    const headers = { 'idempotency-key': unique('key-') };
    assert.ok((await server.send('POST', url, { body, headers })).status < 300);
    return server.send('POST', url, { body: other, headers });
  };
  const disabled = (operationId: string) => async () => {
    const { url, body } = await made(operationId);
    const subscription = url.split('/').slice(0, 4).join('/');
    assert.equal((await api.patch(subscription, { state: 'disabled' })).status, 200);
    return server.send('POST', url, body === undefined ? {} : { body });
  };
  const accepted = (operationId: string) => ({ 202: () => as(operationId), 409: disabled(operationId) });
  return {
    createWebhookSubscription: {
      409: async () => {
        const { url, body } = await made('createWebhookSubscription');
        for (let count = 0; count < 50; count += 1) await api.created();
        return server.send('POST', url, { body });
      },
      422: reused('createWebhookSubscription', { url: 'https://other.example.com/' }),
    },
    rotateWebhookSecret: {
      409: () => as('rotateWebhookSecret', { body: { secret } }),
      422: reused('rotateWebhookSecret', { overlapHours: 1 }),
    },
    resendWebhookDelivery: accepted('resendWebhookDelivery'),
    sendWebhookExample: {
      ...accepted('sendWebhookExample'),
      422: reused('sendWebhookExample', { kind: 'account.created' }),
    },
    recoverWebhookDeliveries: {
      ...accepted('recoverWebhookDeliveries'),
      410: async () => {
        await nativeApi(server).customer();
        const { url } = await made('recoverWebhookDeliveries');
        const { id } = server.organisation;
        const prune = 'update organisation_counter set pruned_to = $2 where organisation_id = $1';
        await server.database.query(prune, [id, 1]);
        const response = await server.send('POST', url, { body: { from: 1 } });
        await server.database.query(prune, [id, 0]);
        return response;
      },
      422: reused('recoverWebhookDeliveries', { from: 2 }),
    },
  };
}
