import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispatchChanges } from '#changes/dispatch.ts';
import { openStore } from '#store/store.ts';
import { startTestServer } from '../support/server.ts';
import { startTestWorker } from './delivering.ts';
import { startSubscriber } from './subscriber.ts';

const bounded = { timeout: 30_000 };
const server = await startTestServer();
const { send } = server;
const subscriber = await startSubscriber();
const other = openStore(server.database.connection, { maxConnections: 6 });
after(() => other.close());

/** A subscription of this test alone. */
async function subscribe(path: string, context: TestContext): Promise<string> {
  const body = { url: subscriber.url(path), kinds: ['account.created'] };
  const { id } = (await send('POST', '/v1/webhook-subscriptions', { body })).body;
  context.after(() => send('DELETE', `/v1/webhook-subscriptions/${id}`));
  return id;
}

const newAccounts = (count: number) =>
  Promise.all(
    Array.from({ length: count }, () => send('POST', '/v1/accounts', { body: { customer: { familyName: 'Sample' } } })),
  );

const read = async (id: string) => (await send('GET', `/v1/webhook-subscriptions/${id}`)).body;

test('two workers share the work; as long as none is killed, nothing is delivered twice', bounded, async (context) => {
  await subscribe('/shared', context);
  await newAccounts(200);
  const patient = { webhooks: { timeout: 10_000 } };
  const workers = [startTestWorker(server, patient), startTestWorker({ ...server, store: other }, patient)];
  await newAccounts(200);
  const got = await subscriber.came(400, '/shared');
  await Promise.all(workers.map(({ stop }) => stop()));
  assert.equal(new Set(got.map(({ headers }) => headers['webhook-id'])).size, 400);
  assert.equal(subscriber.received.length, 400);
});

test('an endpoint that answers nothing holds up no other', bounded, async (context) => {
  await subscribe('/dead', context);
  await subscribe('/well', context);
  subscriber.reply = ({ path }) => (path === '/dead' ? 'hang' : 204);
  const { stop } = startTestWorker(server, { webhooks: { timeout: 5000 } });
  await newAccounts(100);
  await subscriber.came(64, '/dead');
  await subscriber.came(100, '/well');
  assert.ok(subscriber.received.filter(({ path }) => path === '/dead').length <= 64, 'so many at a time');
  subscriber.server.closeAllConnections();
  subscriber.reply = () => 204;
  await stop();
});

test(
  'what was taken and not recorded is delivered again when its lease is over, as the same delivery',
  bounded,
  async (context) => {
    const id = await subscribe('/killed', context);
    await newAccounts(1);
    const now = new Date();
    const until = new Date(now.getTime() + 300);
    const take = { now, until, limit: 10 };
    // As a worker does that is killed right after.
    const { store, organisation } = server;
    while (await dispatchChanges(store, organisation.id, { poke: () => true }, now)) {}
    const [taken] = await store.webhookDeliveries.take(organisation.id, id, take);
    assert.equal(taken?.attempts, 0);
    assert.deepEqual(await store.webhookDeliveries.take(organisation.id, id, take), [], 'nobody else gets it');
    const { stop } = startTestWorker(server);
    const [got] = await subscriber.came(1, '/killed');
    await stop();
    assert.equal(got?.headers['webhook-id'], `msg_${taken?.id.replaceAll('-', '')}`);
  },
);

test(
  'after five days of failure the subscription is switched off; a success in between starts the count anew',
  bounded,
  async (context) => {
    const id = await subscribe('/failing', context);
    const day = 24 * 60 * 60 * 1000;
    let now = Date.now();
    const logged: string[] = [];
    const worker = startTestWorker(server, {
      clock: () => new Date(now),
      webhooks: { retryDelays: [] },
      log: (line) => logged.push(line),
    });
    const deliver = async (status: number, days: number) => {
      now += days * day;
      server.clock.now = new Date(now);
      subscriber.reply = () => status;
      const before = subscriber.received.filter(({ path }) => path === '/failing').length;
      await newAccounts(1);
      await subscriber.came(before + 1, '/failing');
      // Recorded once the log of the newest delivery has it.
      for (;;) {
        const { body } = await send('GET', `/v1/webhook-subscriptions/${id}/deliveries?limit=1`);
        if (body.items[0]?.state !== 'pending') return (await read(id)).state;
        await sleep(10);
      }
    };
    assert.equal(await deliver(500, 0), 'enabled');
    assert.equal(await deliver(500, 4.9), 'enabled');
    assert.equal(await deliver(204, 0.01), 'enabled');
    assert.equal(await deliver(500, 4), 'enabled');
    assert.equal(await deliver(500, 4.9), 'enabled');
    await deliver(500, 0.2);
    while ((await read(id)).state === 'enabled') await sleep(10);
    assert.equal((await read(id)).disabledReason, 'failing');
    await worker.stop();
    server.clock.now = undefined;
    assert.match(logged.join(''), /webhook subscription switched off/);
    const { body } = await send('GET', '/v1/changes?kind=webhook-subscription.disabled');
    assert.ok(body.items.some(({ key }: { key: string }) => key === id));
  },
);
