import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKey } from '#operations/clients/create-key.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, rowCounts } from './support.ts';
import { idOf, webhookApi } from './webhook-support.ts';

/** Deliveries: looked at, sent again, sent as an example. Recovery has a file of its own; nothing is sent here. */
const server = await startTestServer();
const { send, database, store, organisation } = server;
const api = webhookApi(server);

const webhookIds = ({ body }: { body: { items: { webhookId: string }[] } }) =>
  body.items.map(({ webhookId }) => webhookId);
const nameIn = (delivery: string) => delivery.split('/').at(-1) as string;

test('202 an example: sent now, with the kind asked for', async () => {
  const url = await api.subscription({ kinds: ['account.created', 'entitlement.granted'] });
  server.clock.now = new Date('2026-04-01T09:00:00Z');
  const response = await send('POST', `${url}/send-example`, { body: { kind: 'entitlement.granted' } });
  server.clock.now = undefined;
  assert.equal(response.status, 202, response.text);
  const { webhookId, ...shown } = response.body;
  assert.match(webhookId, /^msg_[0-9a-f]{32}$/);
  const at = '2026-04-01T09:00:00.000Z';
  const kinds = ['entitlement.granted'];
  const rest = { attempts: 0, at, nextAttemptAt: at, log: [] };
  assert.deepEqual(shown, { state: 'pending', kinds, example: 'entitlement.granted', ...rest });
  assert.equal(response.headers.location, `https://accounts.example.com${url}/deliveries/${webhookId}`);
  assert.deepEqual(await api.read(`${url}/deliveries/${webhookId}`), response.body);
  const due = await store.webhookDeliveries.nextDue(organisation.id, url.split('/').at(-1) as string);
  assert.equal(due?.toISOString(), at);
});

test('202 an example of the first kind that is asked for, in the words of the format', async () => {
  const url = await api.subscription({ format: 'imin', kinds: ['access-pass.added', 'customer-account.erased'] });
  const { body } = await send('POST', `${url}/send-example`);
  assert.deepEqual([body.kinds, body.example], [['access-pass.added'], 'access-pass.added']);
  const [row] = await database.query('select kinds, example from webhook_delivery where id = $1', [
    idOf(body.webhookId),
  ]);
  assert.deepEqual(row, { kinds: ['access-pass.assigned'], example: 'access-pass.assigned' });
  const other = await send('POST', `${url}/send-example`, { body: { kind: 'customer-account.created' } });
  assert.deepEqual([other.status, other.body.example], [202, 'customer-account.created']);
});

test('400 an example of a kind that the format does not have', async () => {
  const counts = await rowCounts(server);
  const url = await api.subscription({ format: 'entur' });
  const faulty = await send('POST', `${url}/send-example`, { body: { kind: 'entitlement.granted' } });
  assertProblem(faulty, 400, 'invalid', ['/kind']);
  assert.match(faulty.body.errors[0].detail, /must be a kind that the format entur has: customer\.created/);
  assertProblem(await send('POST', `${url}/send-example`, { body: { kind: 1, now: 2 } }), 400, 'invalid', [
    '/kind',
    '/now',
  ]);
  assert.equal((await rowCounts(server)).idempotency, counts.idempotency);
});

test('an example is sent once for one Idempotency-Key, also when requests come together', async () => {
  const url = await api.subscription();
  const options = { body: {}, headers: { 'idempotency-key': 'example once' } };
  const all = await Promise.all([1, 2, 3].map(() => send('POST', `${url}/send-example`, options)));
  assert.deepEqual(new Set(all.map(({ status, text }) => `${status} ${text}`)).size, 1);
  assert.equal((await api.read(`${url}/deliveries`)).items.length, 1);
  const reused = await send('POST', `${url}/send-example`, { ...options, body: { kind: 'account.created' } });
  assertProblem(reused, 422, 'idempotency-key-reused');
});

test('200 a page of deliveries, newest first, and the next one', async () => {
  const url = await api.subscription();
  const made: string[] = [];
  for (let count = 0; count < 5; count += 1) made.push(nameIn(await api.example(url)));
  await api.example(await api.subscription());
  const first = await send('GET', `${url}/deliveries?limit=2`);
  assert.deepEqual(webhookIds(first), made.slice(3).reverse());
  const second = await send('GET', first.body.next.replace('https://accounts.example.com', ''));
  const third = await send('GET', second.body.next.replace('https://accounts.example.com', ''));
  assert.deepEqual([...webhookIds(second), ...webhookIds(third)], made.slice(0, 3).reverse());
  assert.equal(third.body.next, undefined);
});

test('200 deliveries by state, kind and time of the change', async () => {
  const url = await api.subscription({ format: 'imin', kinds: ['access-pass.added', 'customer-account.created'] });
  const [added, created] = [await api.example(url), await api.example(url, 'customer-account.created')];
  const ofLastYear = await api.example(url);
  await api.ended(added, 'delivered');
  await api.ended(ofLastYear, 'failed');
  await database.query(`update webhook_delivery set at = '2025-06-01T12:00:00Z' where id = $1`, [idOf(ofLastYear)]);
  const found = async (query: string) => {
    const response = await send('GET', `${url}/deliveries?${query}`);
    assert.equal(response.status, 200, response.text);
    return webhookIds(response);
  };
  const [a, c, o] = [added, created, ofLastYear].map(nameIn);
  assert.deepEqual(await found('state=pending'), [c]);
  assert.deepEqual(await found('state=delivered'), [a]);
  assert.deepEqual(await found('state=failed'), [o]);
  assert.deepEqual(await found('kind=access-pass.added'), [o, a]);
  assert.deepEqual(await found('kind=customer-account.created'), [c]);
  assert.deepEqual(await found('kind=evidence.approved'), []);
  assert.deepEqual(await found('until=2025-06-01T12:00:00Z'), []);
  assert.deepEqual(await found('until=2025-06-01T14:00:00.001%2B02:00'), [o]);
  assert.deepEqual(await found('from=2025-06-01T12:00:00Z&until=2026-01-01'), [o]);
  assert.deepEqual(await found('from=2026-01-01&state=delivered&kind=access-pass.added'), [a]);
  const page = (await send('GET', `${url}/deliveries?from=2025-01-01&limit=1`)).body;
  const next = new URL(page.next);
  assert.deepEqual([next.searchParams.get('from'), next.searchParams.get('limit')], ['2025-01-01', '1']);
});

test('400 faulty parameters, each named', async () => {
  const url = await api.subscription();
  const list = (query: string) => send('GET', `${url}/deliveries?${query}`);
  assertProblem(await list('state=lost&limit=0&from=now&until=2026-02-30'), 400, 'invalid', [
    '?state',
    '?limit',
    '?from',
    '?until',
  ]);
  const unknown = await list('kind=customer-account.created&cursor=bm9ib2R5');
  assertProblem(unknown, 400, 'invalid', ['?kind', '?cursor']);
  assert.match(unknown.text, /must be a kind that the format native has/);
  assertProblem(await list('surprise=1'), 400, 'invalid', ['?surprise']);
});

test('200 a delivery of a change: which change, whose, what was tried and what comes next', async () => {
  const url = await api.subscription();
  const account = await nativeApi(server).account();
  const id = '019d432a-149f-7c11-8a52-6f0d3b9e21c7';
  const attempt = {
    at: '2026-04-01T09:00:00.000Z',
    durationMs: 20_000,
    outcome: 'failed',
    error: { code: 'timeout', message: 'The attempt took longer than 20 s.' },
  };
  const answered = { at: '2026-04-01T09:00:25.000Z', durationMs: 3, outcome: 'failed', status: 500, excerpt: 'no' };
  await database.query(
    `insert into webhook_delivery (organisation_id, id, subscription_id, change_number, last_change, kinds, customer_number,
       account_number, state, due_at, attempts, log, at)
     values ($1, $2, $3, 7, 9, '{account.created}', $4, $5, 'pending', '2026-04-01T09:05:00Z', 2, $6, '2026-04-01T08:59:59Z')`,
    [
      organisation.id,
      id,
      url.split('/').at(-1),
      account.customerNumber,
      account.number,
      JSON.stringify([attempt, answered]),
    ],
  );
  assert.deepEqual(await api.read(`${url}/deliveries/msg_019d432a149f7c118a526f0d3b9e21c7`), {
    webhookId: 'msg_019d432a149f7c118a526f0d3b9e21c7',
    state: 'pending',
    kinds: ['account.created'],
    changeNumber: 7,
    lastChange: 9,
    customerNumber: account.customerNumber,
    identifier: account.identifier,
    at: '2026-04-01T08:59:59.000Z',
    attempts: 2,
    nextAttemptAt: '2026-04-01T09:05:00.000Z',
    log: [attempt, answered],
  });
});

test('404 for a delivery that is not there, or is of another subscription', async () => {
  const [url, other] = [await api.subscription(), await api.subscription()];
  const theirs = nameIn(await api.example(other));
  for (const webhookId of [theirs, 'msg_019d432a149f7c118a526f0d3b9e21c7', 'nobody', idOf(theirs)]) {
    const delivery = `${url}/deliveries/${webhookId}`;
    assertProblem(await send('GET', delivery), 404, 'not-found');
    assertProblem(await send('POST', `${delivery}/resend`), 404, 'not-found');
  }
  assert.equal((await send('GET', `${other}/deliveries/${theirs}`)).status, 200);
});

for (const state of ['delivered', 'failed'] as const) {
  test(`202 resend: one that was ${state} is sent again, with the same webhook-id and all attempts`, async () => {
    const url = await api.subscription();
    const delivery = await api.example(url);
    await api.ended(delivery, state);
    const over = await api.read(delivery);
    assert.deepEqual([over.state, over.attempts, typeof over.finishedAt], [state, 10, 'string']);
    server.clock.now = new Date('2026-05-01T00:00:00Z');
    const again = await send('POST', `${delivery}/resend`);
    server.clock.now = undefined;
    assert.equal(again.status, 202, again.text);
    const { finishedAt: _, ...rest } = over;
    const now = { state: 'pending', attempts: 0, nextAttemptAt: '2026-05-01T00:00:00.000Z' };
    assert.deepEqual(again.body, { ...rest, ...now });
    assert.equal(again.headers.location, `https://accounts.example.com${delivery}`);
    assert.deepEqual(await api.read(delivery), again.body);
  });
}

test('202 resend: one that waits is sent now, and its attempts count on', async () => {
  const url = await api.subscription();
  const delivery = await api.example(url);
  await database.query(
    `update webhook_delivery set attempts = 3, due_at = '2030-01-01', mergeable = true where id = $1`,
    [idOf(delivery)],
  );
  const { body } = await send('POST', `${delivery}/resend`);
  assert.equal(body.attempts, 3);
  assert.ok(body.nextAttemptAt < '2030');
  assert.deepEqual(await api.read(delivery), body);
});

test('those who send are asked to, for examples and for what is sent again', async () => {
  const url = await api.subscription();
  assert.equal(await api.asked(url), undefined);
  const delivery = await api.example(url);
  assert.ok(await api.asked(url));
  await send('POST', `${delivery}/resend`);
  assert.ok(await api.asked(url));
  await send('GET', `${url}/deliveries`);
  assert.equal(await api.asked(url), undefined);
});

test('a repeat of a resend with the same Idempotency-Key sends nothing more', async () => {
  const url = await api.subscription();
  const delivery = await api.example(url);
  await api.ended(delivery, 'failed');
  const options = { headers: { 'idempotency-key': 'resend once' } };
  const first = await send('POST', `${delivery}/resend`, options);
  await api.ended(delivery, 'delivered');
  const again = await send('POST', `${delivery}/resend`, options);
  assert.deepEqual([again.status, again.text], [202, first.text]);
  assert.equal((await api.read(delivery)).state, 'delivered');
});

test('409 nothing can be asked of a subscription that is disabled; what waits there can be seen', async () => {
  const url = await api.subscription();
  const delivery = await api.example(url);
  await api.patch(url, { state: 'disabled' });
  for (const refused of [
    await send('POST', `${url}/send-example`),
    await send('POST', `${delivery}/resend`),
    await send('POST', `${url}/recover`, { body: { from: 1 } }),
  ]) {
    assertProblem(refused, 409, 'subscription-disabled');
    assert.match(refused.body.detail, /enable it first/);
  }
  assert.equal((await api.read(`${url}/deliveries`)).items.length, 1);
  assert.deepEqual((await api.read(url)).pending.count, 1);
});

test('the state that is written counts: disabled between reading and writing, nothing is added', async () => {
  const url = await api.subscription();
  const id = url.split('/').at(-1) as string;
  await api.patch(url, { state: 'disabled' });
  const { id: client } = await createKey(store, { organisationId: organisation.id, name: 'late' });
  const actor = {
    organisation,
    client: { id: client, name: 'late' },
    dialect: 'native' as const,
    name: 'late',
    now: new Date(),
    correlationId: 'c',
    requestId: 'r',
  };
  const added = [{ id: idOf('msg_019d432a149f7c118a526f0d3b9e21c8'), kinds: [], at: actor.now.toISOString() }];
  assert.deepEqual(await store.webhookDeliveryList.steer(actor, id, { added }), { outcome: 'disabled' });
  await send('DELETE', url);
  assert.deepEqual(await store.webhookDeliveryList.steer(actor, id, { added }), { outcome: 'disabled' });
});
