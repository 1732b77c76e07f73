import assert from 'node:assert/strict';
import type { TestResponse, TestServer } from '../../support/server.ts';

export const subscriptions = '/v1/webhook-subscriptions';
export const receiver = 'https://hooks.example.com/tessera';

/** Short ways to what tests of webhooks start with; each asserts that it worked. */
export function webhookApi(server: TestServer) {
  const created = async (members: object = {}, key?: string): Promise<TestResponse> => {
    const body = { url: receiver, ...members };
    const response = await server.send('POST', subscriptions, { body, ...(key === undefined ? {} : { key }) });
    assert.equal(response.status, 201, response.text);
    return response;
  };
  return {
    created,
    /** URL of a new subscription. */
    subscription: async (members: object = {}, key?: string): Promise<string> =>
      `${subscriptions}/${(await created(members, key)).body.id}`,
    /** Sends a merge patch. */
    patch: (url: string, body: unknown, headers: Record<string, string> = {}): Promise<TestResponse> =>
      server.send('PATCH', url, { body, headers: { 'content-type': 'application/merge-patch+json', ...headers } }),
    read: async (url: string) => {
      const response = await server.send('GET', url);
      assert.equal(response.status, 200, response.text);
      return response.body;
    },
    /** Has the subscription send an example; URL of the delivery. */
    example: async (url: string, kind?: string): Promise<string> => {
      const response = await server.send('POST', `${url}/send-example`, { body: kind === undefined ? {} : { kind } });
      assert.equal(response.status, 202, response.text);
      return `${url}/deliveries/${response.body.webhookId}`;
    },
    /** When those who send were asked to look at a subscription, if they were since the last time this was asked. */
    asked: async (url: string): Promise<Date | undefined> => {
      const key = `deliver now:${url.split('/').at(-1)}`;
      const [job] = await server.database.query('select run_at from graphile_worker.jobs where key = $1', [key]);
      await server.database.query('select graphile_worker.remove_job($1)', [key]);
      return job?.run_at as Date | undefined;
    },
    /** Records what became of a delivery, as its last attempt would. */
    ended: async (delivery: string, state: 'delivered' | 'failed'): Promise<void> => {
      const attempt = { at: '2026-04-01T09:00:00.000Z', durationMs: 12, outcome: state, status: 200, excerpt: 'ok' };
      const rows = await server.database.query(
        `update webhook_delivery set state = $2, due_at = null, finished_at = now(), attempts = 10, log = $3 where id = $1 returning id`,
        [idOf(delivery), state, JSON.stringify([attempt])],
      );
      assert.equal(rows.length, 1);
    },
  };
}

/** The UUID of a delivery from its URL or `webhook-id`. */
export function idOf(delivery: string): string {
  const hex = delivery.split('msg_').at(-1) as string;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
