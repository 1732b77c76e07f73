import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../support/server.ts';
import { startTestWorker } from './delivering.ts';
import { startSubscriber } from './subscriber.ts';

const server = await startTestServer();
const subscriber = await startSubscriber();
const timeout = 5000;
const { stop } = startTestWorker(server, { webhooks: { timeout } });

const newAccount = () =>
  server.send('POST', '/v1/accounts', { body: { customer: { givenName: 'Grace', familyName: 'Holloway' } } });

test('a request without an answer holds up no other to the same endpoint', { timeout: 30_000 }, async () => {
  const body = { url: subscriber.url('/slow'), kinds: ['account.created'] };
  assert.equal((await server.send('POST', '/v1/webhook-subscriptions', { body })).status, 201);
  let requests = 0;
  subscriber.reply = () => (requests++ === 0 ? 'hang' : 204);
  await newAccount();
  const [hanging] = await subscriber.came(1);
  for (let count = 2; count <= 6; count += 1) {
    await newAccount(); // each by itself, as soon as the one before has come
    await subscriber.came(count);
  }
  const last = subscriber.received.at(-1);
  assert.ok(last && hanging && last.at - hanging.at < timeout);
  assert.equal(new Set(subscriber.received.map(({ headers }) => headers['webhook-id'])).size, 6);
  subscriber.server.closeAllConnections(); // nobody need wait for it any more
  await subscriber.came(7);
  await stop();
});
