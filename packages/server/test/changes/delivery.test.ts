import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { startTestServer } from '../support/server.ts';
import { startTestWorker } from './delivering.ts';
import { startSubscriber } from './subscriber.ts';

const bounded = { timeout: 30_000 };
const server = await startTestServer();
const { send } = server;
const subscriber = await startSubscriber();
const { stop, registry } = startTestWorker(server);

/** A subscription to a path of the subscriber. */
async function subscribe(path: string, members: Record<string, unknown> = {}) {
  const { status, body } = await send('POST', '/v1/webhook-subscriptions', {
    body: { url: subscriber.url(path), ...members },
  });
  assert.equal(status, 201, JSON.stringify(body));
  return body as { id: string; secret: string };
}

/** An account with a customer of its own; returns its identifier. */
async function newAccount(): Promise<string> {
  const { status, body } = await send('POST', '/v1/accounts', {
    body: { customer: { givenName: 'Grace', familyName: 'Holloway' } },
  });
  assert.equal(status, 201);
  return body.identifier;
}

const change = (identifier: string, members: object) =>
  send('PATCH', `/v1/accounts/${identifier}`, {
    body: members,
    headers: { 'content-type': 'application/merge-patch+json' },
  });

/** A delivery of a subscription, as soon as it is as wanted. */
async function deliveryOf(id: string, wanted: (delivery: { state: string; attempts: number }) => boolean) {
  for (;;) {
    const { body } = await send('GET', `/v1/webhook-subscriptions/${id}/deliveries`);
    const found = body.items.find(wanted);
    if (found) return found;
    await sleep(10);
  }
}

before(async () => void (await newAccount()));

test('a change is delivered, signed so that the published library accepts it', bounded, async () => {
  const { secret } = await subscribe('/native', { kinds: ['account.created'] });
  const identifier = await newAccount();
  const [got] = await subscriber.came(1, '/native');
  const { headers, text, body } = got as NonNullable<typeof got>;
  assert.deepEqual(new Webhook(secret).verify(text, headers as Record<string, string>), body);
  assert.throws(() => new Webhook(secret).verify(`${text} `, headers as Record<string, string>));
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['tessera-event-type'], 'account.created');
  assert.match(headers['webhook-id'] as string, /^msg_[0-9a-f]{32}$/);
  assert.equal(body.type, 'account.created');
  assert.equal(body.data.identifier, identifier);
  assert.equal(body.data.version, 1);
  assert.doesNotMatch(text, /Grace|Holloway/);
});

test('the account goes along where the subscription asks for it, as it is then', bounded, async () => {
  await subscribe('/with-account', { kinds: ['account.updated'], includeAccount: true });
  const identifier = await newAccount();
  await change(identifier, { alias: 'Gym' });
  const [got] = await subscriber.came(1, '/with-account');
  const { body } = await send('GET', `/v1/accounts/${identifier}`);
  assert.deepEqual(got?.body.data.account, body);
});

test(
  'imin: the thin body, the agreed header, the names of imin.md, and several changes in one message',
  bounded,
  async () => {
    const kinds = ['customer-account.created', 'customer-account.updated'];
    const header = { name: 'X-Api-Key', value: 'inbound-key' };
    await subscribe('/imin', { format: 'imin', kinds, header, exceptClients: [] });
    const identifier = await newAccount();
    const [got] = await subscriber.came(1, '/imin');
    assert.deepEqual(got?.body, {
      '@context': 'https://openactive.io/',
      '@type': 'CustomerAccount',
      '@id': `https://accounts.example.com/api/v2/customer-accounts/${identifier}`,
      identifier,
    });
    assert.equal(got?.headers['x-api-key'], 'inbound-key');
    assert.equal(got?.headers['tessera-event-type'], 'customer-account.created');
  },
);

test(
  'changes made by an excepted client are not sent: the default for imin is who made the subscription',
  bounded,
  async () => {
    await subscribe('/own', { format: 'imin', kinds: ['customer-account.created'] });
    await newAccount();
    const { key } = await server.keyWith(undefined);
    const { body } = await send('POST', '/v1/accounts', { body: { customer: { familyName: 'Other' } }, key });
    const [got] = await subscriber.came(1, '/own');
    assert.equal(got?.body.identifier, body.identifier);
  },
);

test('entur: exactly four members, and no account change that only its customer caused', bounded, async () => {
  await subscribe('/entur', { format: 'entur' });
  const identifier = await newAccount();
  const { body: account } = await send('GET', `/v1/accounts/${identifier}`);
  await send('PATCH', `/v1/customers/${account.customerNumber}`, {
    body: { givenName: 'Hopper' },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  const got = await subscriber.came(3, '/entur');
  const told = got.map(({ headers, body }) => [headers['tessera-event-type'], body.type]).sort();
  assert.deepEqual(told, [
    ['account.created', 'CREATE'],
    ['customer.created', 'CREATE'],
    ['customer.updated', 'UPDATE'],
  ]);
  for (const { body } of got) {
    assert.deepEqual(Object.keys(body).sort(), ['customerNumber', 'organisationId', 'timestamp', 'type']);
    assert.equal(body.customerNumber, account.customerNumber);
  }
});

test(
  'what fails is tried again with the same webhook-id and a new time and signature, and is recorded',
  bounded,
  async () => {
    const { id, secret } = await subscribe('/flaky', { kinds: ['account.created'] });
    let answers = 0;
    subscriber.reply = ({ path }) => {
      if (path !== '/flaky') return 204;
      return [500, 'hang', { status: 302, headers: { location: '/elsewhere' } }, 204][answers++] as number;
    };
    await newAccount();
    const got = await subscriber.came(4, '/flaky');
    assert.equal(new Set(got.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.equal(new Set(got.map(({ text }) => text)).size, 1);
    for (const { text, headers } of got) new Webhook(secret).verify(text, headers as Record<string, string>);
    const delivery = await deliveryOf(id, ({ state }) => state === 'delivered');
    assert.equal(delivery.attempts, 4);
    assert.deepEqual(
      delivery.log.map(({ status, error }: { status?: number; error?: { code: string } }) => error?.code ?? status),
      ['status', 'timeout', 'redirect', 204],
    );
    assert.equal(
      subscriber.received.filter(({ path }) => path === '/elsewhere').length,
      0,
      'redirects are not followed',
    );
  },
);

test('after the last attempt a delivery is failed; it can be sent again, as the same one', bounded, async () => {
  const { id } = await subscribe('/down', { kinds: ['account.created'] });
  subscriber.reply = ({ path }) => (path === '/down' ? 503 : 204);
  await newAccount();
  const failed = await deliveryOf(id, ({ state }) => state === 'failed');
  assert.equal(failed.attempts, 10);
  subscriber.reply = () => 204;
  const { status } = await send('POST', `/v1/webhook-subscriptions/${id}/deliveries/${failed.webhookId}/resend`);
  assert.equal(status, 202);
  await deliveryOf(id, ({ state }) => state === 'delivered');
  const got = await subscriber.came(11, '/down');
  assert.equal(new Set(got.map(({ headers }) => headers['webhook-id'])).size, 1);
});

test('410 switches the subscription off, with a change; what waits goes out when it is on again', bounded, async () => {
  const { id } = await subscribe('/gone', { kinds: ['account.created'] });
  await subscribe('/notices', { kinds: ['webhook-subscription.disabled'] });
  subscriber.reply = ({ path }) => (path === '/gone' ? 410 : 204);
  await newAccount();
  const [notice] = await subscriber.came(1, '/notices');
  assert.equal(notice?.body.data.key, id);
  const { body } = await send('GET', `/v1/webhook-subscriptions/${id}`);
  assert.deepEqual([body.state, body.disabledReason, body.pending.count ?? body.pending], ['disabled', 'gone', 1]);
  subscriber.reply = () => 204;
  await send('PATCH', `/v1/webhook-subscriptions/${id}`, {
    body: { state: 'enabled' },
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  await subscriber.came(2, '/gone');
});

test('a private address is refused when it is connected to, and the delivery says so', bounded, async () => {
  const { id } = await subscribe('/private', { kinds: ['account.created'] });
  await server.database.query(`update webhook_subscription set url = 'https://169.254.169.254/latest' where id = $1`, [
    id,
  ]);
  await newAccount();
  const delivery = await deliveryOf(id, ({ attempts }) => attempts > 0);
  assert.equal(delivery.log[0].error.code, 'blocked-address');
  assert.match(delivery.log[0].error.message, /169\.254\.169\.254/);
});

test('while a secret is rotated, both sign', bounded, async () => {
  const { id, secret } = await subscribe('/rotated', { kinds: ['account.created'] });
  const { body } = await send('POST', `/v1/webhook-subscriptions/${id}/rotate-secret`, { body: {} });
  assert.notEqual(body.secret, secret);
  await newAccount();
  const [got] = await subscriber.came(1, '/rotated');
  for (const one of [secret, body.secret])
    new Webhook(one).verify(got?.text as string, got?.headers as Record<string, string>);
});

test('an example is delivered at once', bounded, async () => {
  const { id } = await subscribe('/example', { kinds: ['entitlement.granted'] });
  const { status } = await send('POST', `/v1/webhook-subscriptions/${id}/send-example`, { body: {} });
  assert.equal(status, 202);
  const [got] = await subscriber.came(1, '/example');
  assert.ok(got?.body.data.kinds.includes('entitlement.granted'));
});

test('the metrics tell of attempts, latency and backlog', bounded, async () => {
  const text = await registry.metrics();
  assert.match(text, /tessera_webhook_attempts_total\{result="delivered"\} [1-9]/);
  assert.match(text, /tessera_webhook_attempts_total\{result="status"\} [1-9]/);
  assert.match(text, /tessera_webhook_latency_seconds_count [1-9]/);
  assert.match(text, /tessera_webhook_backlog \d/);
  assert.match(text, /tessera_changes_undispatched 0/);
});

test(
  'changes that wait while no worker runs are delivered by the next one, each once; imin joins those of an account',
  bounded,
  async () => {
    await stop();
    await subscribe('/later', { kinds: ['account.updated'] });
    await subscribe('/later-imin', { format: 'imin', kinds: ['customer-account.updated'], exceptClients: [] });
    const identifier = await newAccount();
    for (let index = 0; index < 20; index += 1) await change(identifier, { alias: `alias ${index}` });
    const worker = startTestWorker(server);
    const got = await subscriber.came(20, '/later');
    await subscriber.came(1, '/later-imin');
    await worker.stop();
    assert.deepEqual(
      got.map(({ body }) => body.data.version).sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => index + 2),
    );
    assert.equal(subscriber.received.filter(({ path }) => path === '/later-imin').length, 1);
  },
);
