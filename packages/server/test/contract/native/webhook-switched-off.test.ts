import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disableSubscription } from '#operations/webhooks/disable.ts';
import { startTestServer } from '../../support/server.ts';
import { catalogueChanges } from './catalogue-support.ts';
import { rowCounts } from './support.ts';
import { receiver, webhookApi } from './webhook-support.ts';

/** Subscriptions that Tessera switches off by itself. */
const server = await startTestServer();
const { store, organisation, database } = server;
const api = webhookApi(server);
const now = new Date('2026-04-01T09:00:00Z');
const idOfSubscription = (url: string) => url.split('/').at(-1) as string;
const disable = (url: string, reason: 'gone' | 'failing', sentTo?: string) =>
  disableSubscription(store, organisation, idOfSubscription(url), reason, now, sentTo);
const failing = (url: string) =>
  database.query('update webhook_subscription set failing_since = $2 where id = $1', [
    idOfSubscription(url),
    '2026-03-25T00:00:00Z',
  ]);

test('gone: switched off with a change and the time; what waits stays', async () => {
  const url = await api.subscription();
  await api.example(url);
  assert.equal(await disable(url, 'gone', receiver), true);
  const { state, disabledReason, disabledAt, pending } = await api.read(url);
  assert.deepEqual([state, disabledReason, disabledAt], ['disabled', 'gone', now.toISOString()]);
  assert.equal(pending.count, 1);
  const changes = await catalogueChanges(server, idOfSubscription(url));
  assert.deepEqual(
    changes.slice(1).map(({ members, events, operation, dialect }) => [members, events, operation, dialect]),
    [
      [
        ['state'],
        ['webhook-subscription.updated', 'webhook-subscription.disabled'],
        'webhook-subscriptions.disable',
        'job',
      ],
    ],
  );
});

test('failing: only while it fails', async () => {
  const url = await api.subscription();
  assert.equal(await disable(url, 'failing'), false);
  await failing(url);
  assert.equal(await disable(url, 'failing'), true);
  assert.equal((await api.read(url)).disabledReason, 'failing');
  const { failingSince, disabledReason } = (await api.patch(url, { state: 'enabled' })).body;
  assert.deepEqual([failingSince, disabledReason], [undefined, undefined]);
});

test('once is enough, and an operator goes first', async () => {
  const url = await api.subscription();
  assert.deepEqual(await Promise.all([disable(url, 'gone'), disable(url, 'gone')]), [true, false]);
  const off = await api.subscription({ state: 'disabled' });
  const counts = await rowCounts(server);
  assert.equal(await disable(off, 'gone'), false);
  assert.equal((await api.read(off)).disabledReason, 'operator');
  const moved = await api.subscription({ url: 'https://new.example.com/' });
  assert.equal(await disable(moved, 'gone', receiver), false);
  assert.equal((await api.read(moved)).state, 'enabled');
  await server.send('DELETE', moved);
  assert.equal(await disable(moved, 'gone'), false);
  assert.equal((await rowCounts(server)).idempotency, counts.idempotency);
});
