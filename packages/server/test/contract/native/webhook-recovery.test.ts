import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dispatchChanges } from '#changes/dispatch.ts';
import type { Organisation } from '#domain/organisation.ts';
import { recover } from '#operations/webhooks/recover.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, person } from './support.ts';
import { subscriptions, webhookApi } from './webhook-support.ts';

/** Recovery: what a subscription should have got and did not. Deliveries are made by the real dispatcher; nothing is sent. */
const server = await startTestServer();
const { send, database, store } = server;
const api = webhookApi(server);

type Delivery = { webhookId: string; changeNumber: number; lastChange?: number; state: string; kinds: string[] };

/** An organisation of its own, with short ways to what happens in it. */
async function newBroker(name: string) {
  const { organisation, key } = await server.organisationWithKey(name);
  const ask = (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) =>
    send(method, url, { key, headers, ...(body === undefined ? {} : { body }) });
  return {
    organisation,
    key,
    ask,
    /** The number of the change that a new customer is. */
    customer: async () => {
      assert.equal((await ask('POST', '/v1/customers', person())).status, 201);
      return newest(organisation);
    },
    /** A new account; its customer's change and its own. */
    account: async () => (await ask('POST', '/v1/accounts', { customer: person() })).body.identifier as string,
    subscription: async (members: object = {}) => {
      const url = await api.subscription({ kinds: ['customer.created'], ...members }, key);
      return url;
    },
    deliveries: async (url: string): Promise<Delivery[]> =>
      (await ask('GET', `${url}/deliveries?limit=200`)).body.items.reverse(),
    recover: (url: string, body: object, headers?: Record<string, string>) =>
      ask('POST', `${url}/recover`, body, headers),
    dispatch: () => dispatchAll(organisation),
    newest: () => newest(organisation),
  };
}

async function newest({ id }: Organisation): Promise<number> {
  return (await store.changes.range(id)).newest;
}

async function dispatchAll({ id }: Organisation): Promise<void> {
  while (await dispatchChanges(store, id, { poke: () => true }, new Date())) {}
}

async function end(delivery: Delivery | undefined, state: 'delivered' | 'failed'): Promise<void> {
  assert.ok(delivery);
  await api.ended(`${subscriptions}/x/deliveries/${delivery.webhookId}`, state);
}

const numbers = (deliveries: Delivery[]) => deliveries.map(({ changeNumber }) => changeNumber);

test('202 changes from before the subscription, by number: only of the kinds that it asks for', async () => {
  const broker = await newBroker('Latecomer');
  const [first, second] = [await broker.customer(), await broker.customer()];
  await broker.ask('POST', '/v1/pass-namespaces', { name: 'other' });
  const third = await broker.customer();
  const url = await broker.subscription();
  await broker.dispatch();
  assert.deepEqual(await broker.deliveries(url), []);
  const recovered = await broker.recover(url, { from: second });
  assert.equal(recovered.status, 202, recovered.text);
  assert.deepEqual(recovered.body, { from: second, until: third + 1, created: 2, repeated: 0 });
  const made = await broker.deliveries(url);
  assert.deepEqual(numbers(made), [second, third]);
  for (const { state, kinds } of made) assert.deepEqual([state, kinds], ['pending', ['customer.created']]);
  const all = await broker.recover(url, { from: 1, until: second });
  assert.deepEqual(all.body, { from: 1, until: second, created: 1, repeated: 0 });
  assert.deepEqual(numbers(await broker.deliveries(url)).sort(), [first, second, third].sort());
});

test('202 by instant: from the first change then or later, up to before the other', async () => {
  const broker = await newBroker('Clockwork');
  const at = async (instant: string) => {
    server.clock.now = new Date(instant);
    return broker.customer();
  };
  const made = [await at('2026-04-01T09:00:00Z'), await at('2026-04-01T10:00:00Z'), await at('2026-04-01T11:00:00Z')];
  const url = await broker.subscription();
  server.clock.now = undefined;
  const { body } = await broker.recover(url, { from: '2026-04-01T10:00:00Z', until: '2026-04-01T11:00:00Z' });
  assert.deepEqual(body, { from: made[1], until: made[1], created: 1, repeated: 0 });
  assert.deepEqual(numbers(await broker.deliveries(url)), [made[1]]);
  const none = await broker.recover(url, { from: new Date().toISOString() });
  assert.deepEqual([none.status, none.body.created, none.body.until], [202, 0, none.body.from - 1]);
});

test('202 what failed is sent again with the same webhook-id; what waits or was delivered stays as it is', async () => {
  const broker = await newBroker('Unlucky');
  const url = await broker.subscription();
  for (let count = 0; count < 3; count += 1) await broker.customer();
  await broker.dispatch();
  const before = await broker.deliveries(url);
  await end(before[0], 'failed');
  await end(before[1], 'delivered');
  const { body } = await broker.recover(url, { from: 1 });
  assert.deepEqual([body.created, body.repeated], [0, 1]);
  const after = await broker.deliveries(url);
  assert.deepEqual(
    after.map(({ webhookId, state }) => [webhookId, state]),
    before.map(({ webhookId }, index) => [webhookId, index === 1 ? 'delivered' : 'pending']),
  );
  const [row] = await database.query('select attempts from webhook_delivery where change_number = $1 and state = $2', [
    after[0]?.changeNumber,
    'pending',
  ]);
  assert.equal(row?.attempts, 0);
  const again = await broker.recover(url, { from: 1, includeDelivered: true });
  assert.deepEqual([again.body.created, again.body.repeated], [0, 1]);
  assert.deepEqual(
    (await broker.deliveries(url)).map(({ state }) => state),
    ['pending', 'pending', 'pending'],
  );
});

test('202 what happened while it was disabled', async () => {
  const broker = await newBroker('Interrupted');
  const url = await broker.subscription();
  const before = await broker.customer();
  await broker.dispatch();
  await broker.ask('PATCH', url, { state: 'disabled' });
  const missed = await broker.customer();
  await broker.dispatch();
  await broker.ask('PATCH', url, { state: 'enabled' });
  const after = await broker.customer();
  await broker.dispatch();
  assert.deepEqual(numbers(await broker.deliveries(url)), [before, after]);
  assert.deepEqual((await broker.recover(url, { from: before })).body.created, 1);
  assert.deepEqual(numbers(await broker.deliveries(url)).sort(), [before, missed, after].sort());
});

test('202 what the dispatcher has yet to do is left to it', async () => {
  const broker = await newBroker('Eager');
  const early = await broker.customer();
  const url = await broker.subscription();
  const late = await broker.customer();
  const { body } = await broker.recover(url, { from: 1 });
  assert.deepEqual(body, { from: 1, until: early + 1, created: 1, repeated: 0 });
  await broker.dispatch();
  assert.deepEqual(numbers(await broker.deliveries(url)), [early, late]);
});

test('202 not what a client did whose changes are not sent', async () => {
  const broker = await newBroker('Selfless');
  await broker.customer();
  const [client] = await database.query('select id::int from api_client where organisation_id = $1', [
    broker.organisation.id,
  ]);
  const url = await broker.subscription({ exceptClients: [client?.id] });
  assert.equal((await broker.recover(url, { from: 1 })).body.created, 0);
});

test('202 imin: one message for all that was missed of an account, none for what was told already', async () => {
  const broker = await newBroker('Broker of imin');
  const kinds = ['customer-account.created', 'customer-account.updated'];
  const [a, b] = [await broker.account(), await broker.account()];
  const url = await broker.subscription({ format: 'imin', kinds, exceptClients: [] });
  for (const identifier of [a, b]) {
    await broker.ask('PATCH', `/v1/accounts/${identifier}`, { accountNumber: `${identifier.slice(-8)} 1` });
    await broker.ask('PATCH', `/v1/accounts/${identifier}`, { accountNumber: `${identifier.slice(-8)} 2` });
  }
  await broker.dispatch();
  const merged = await broker.deliveries(url);
  assert.deepEqual(
    merged.map(({ changeNumber, lastChange }) => (lastChange as number) - changeNumber),
    [1, 1],
  );
  const { body } = await broker.recover(url, { from: 1 });
  assert.deepEqual([body.created, body.repeated], [2, 0]);
  const made = (await broker.deliveries(url)).slice(2);
  assert.deepEqual(
    made.map(({ kinds: told }) => told),
    [['customer-account.created'], ['customer-account.created']],
  );
  await end(merged[0], 'failed');
  const again = await broker.recover(url, { from: merged[0]?.lastChange as number });
  assert.deepEqual([again.body.created, again.body.repeated], [0, 1]);
});

test('202 entur: only what Entur tells of, and not accounts that changed with their customer', async () => {
  const broker = await newBroker('Entur follower');
  const identifier = await broker.account();
  const { customerNumber } = (await broker.ask('GET', `/v1/accounts/${identifier}`)).body;
  await broker.ask('PATCH', `/v1/customers/${customerNumber}`, { givenName: 'New' });
  await broker.ask('POST', '/v1/pass-namespaces', { name: 'other' });
  const url = await api.subscription({ format: 'entur' }, broker.key);
  assert.equal((await broker.recover(url, { from: 1 })).body.created, 3);
  assert.deepEqual(
    (await broker.deliveries(url)).map(({ kinds }) => kinds),
    [['customer.created'], ['account.created'], ['customer.updated']],
  );
});

test('what was recovered is taken by those who send, who are asked to', async () => {
  const broker = await newBroker('Sender');
  await broker.customer();
  const url = await broker.subscription();
  await broker.recover(url, { from: 2 });
  assert.equal(await api.asked(url), undefined);
  await broker.recover(url, { from: 1 });
  assert.ok(await api.asked(url));
  const id = url.split('/').at(-1) as string;
  const now = new Date();
  const [taken] = await store.webhookDeliveries.take(broker.organisation.id, id, { now, until: now, limit: 10 });
  assert.deepEqual([taken?.change?.number, taken?.kinds], [1, ['customer.created']]);
});

test('a repeat with the same Idempotency-Key gets the same answer', async () => {
  const broker = await newBroker('Repeater');
  await broker.customer();
  const url = await broker.subscription();
  const headers = { 'idempotency-key': 'recover once' };
  const first = await broker.recover(url, { from: 1 }, headers);
  const again = await broker.recover(url, { from: 1 }, headers);
  assert.deepEqual([first.body.created, again.text], [1, first.text]);
  assert.equal(again.headers['idempotency-replayed'], 'true');
});

test('one call does so much and says where to go on', async () => {
  const broker = await newBroker('Large');
  for (let count = 0; count < 7; count += 1) await broker.customer();
  const url = await broker.subscription();
  const actor = actorOf(broker.organisation);
  const id = url.split('/').at(-1) as string;
  const bounds = { batch: 2, call: 5 };
  const first = await recover(store, actor, id, { from: 1 }, { bounds });
  assert.deepEqual(first, { from: 1, until: 5, created: 5, repeated: 0, continueFrom: 6 });
  const rest = await recover(store, actor, id, { from: 6 }, { bounds });
  assert.deepEqual(rest, { from: 6, until: 8, created: 2, repeated: 0 });
  assert.deepEqual(numbers(await broker.deliveries(url)), [1, 2, 3, 4, 5, 6, 7]);
});

test('410 changes that are no longer kept; what is kept can be recovered', async () => {
  const broker = await newBroker('Forgetful');
  server.clock.now = new Date('2026-04-01T09:00:00Z');
  for (let count = 0; count < 3; count += 1) await broker.customer();
  const url = await broker.subscription();
  server.clock.now = undefined;
  await database.query('delete from change where organisation_id = $1 and number <= 2', [broker.organisation.id]);
  await database.query('update organisation_counter set pruned_to = 2 where organisation_id = $1', [
    broker.organisation.id,
  ]);
  for (const from of [1, 2, '2026-04-01T00:00:00Z']) {
    const gone = await broker.recover(url, { from });
    assertProblem(gone, 410, 'changes-pruned');
    assert.match(gone.body.detail, /up to number 2/);
  }
  assert.equal((await broker.recover(url, { from: 3 })).body.created, 1);
  assert.equal((await broker.recover(url, { from: '2026-04-02' })).status, 202);
});

test('400 names every faulty member', async () => {
  const broker = await newBroker('Faulty');
  const url = await broker.subscription();
  const faults = async (body: object, places: string[]) =>
    assertProblem(await broker.recover(url, body), 400, 'invalid', places);
  await faults({}, ['/from']);
  await faults({ from: 99_999 }, ['/from']);
  await faults({ from: '2999-01-01T00:00:00Z' }, ['/from']);
  await faults({ from: 0, until: 'soon', includeDelivered: 'yes', all: true }, [
    '/from',
    '/until',
    '/includeDelivered',
    '/all',
  ]);
  await faults({ from: 1.5 }, ['/from']);
  await faults({ from: null }, ['/from']);
  await faults({ from: 3, until: 2 }, ['/until']);
  await faults({ from: '2026-04-02', until: '2026-04-01' }, ['/until']);
});
