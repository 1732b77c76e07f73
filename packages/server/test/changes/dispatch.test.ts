import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { dispatchChanges } from '#changes/dispatch.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { changeSubscription } from '#operations/webhooks/change.ts';
import { createSubscription } from '#operations/webhooks/create.ts';
import { evidence } from '../support/evidence.ts';
import { startTestStore } from '../support/store.ts';

const { store, other, database, organisation, newOrganisation } = await startTestStore();
const bounded = { timeout: 30_000 };
const settings = { key: evidence.key as Buffer, urlFault: () => undefined };
/** Nobody sends: every subscription gets a job. */
const nobody = { poke: () => false };

const actorOf = (of: typeof organisation) => tesseraActor(of, 'command-line', new Date());
const subscribe = (of: typeof organisation) =>
  createSubscription(
    { store, actor: actorOf(of), settings, assertIncluding: () => {} },
    { url: 'https://receiver.example.com/', kinds: ['customer.created'] },
  );
const turn = (of: typeof organisation, id: string, state: 'enabled' | 'disabled') => {
  // A clock that is an hour ahead: only the order of the log counts.
  const actor = tesseraActor(of, 'command-line', new Date(Date.now() + 3_600_000));
  return changeSubscription({ store, actor, settings, assertIncluding: () => {} }, id, { edit: { state } });
};
const create = (of: typeof organisation, through = store) =>
  createCustomer(through, actorOf(of), { kind: 'person', details: { familyName: 'Sample' } });

/** Numbers of the changes that deliveries were made of, per subscription. */
async function dispatched(organisationId: number): Promise<Map<string, number[]>> {
  const rows = await database.query(
    'select subscription_id, change_number from webhook_delivery where organisation_id = $1 order by change_number',
    [organisationId],
  );
  const grouped = Map.groupBy(rows, (row) => row.subscription_id as string);
  return new Map([...grouped].map(([id, group]) => [id, group.map((row) => Number(row.change_number))]));
}

test('two dispatchers beside concurrent writers make one delivery per subscription and change', bounded, async () => {
  const subscriptions = [await subscribe(organisation), await subscribe(organisation)];
  let writing = true;
  const dispatching = [store, other].map(async (through) => {
    for (let more = true; writing || more; ) more = await dispatchChanges(through, organisation.id, nobody, new Date());
  });
  const [before] = await database.query('select change_number from organisation_counter where organisation_id = $1', [
    organisation.id,
  ]);
  const writes = Array.from({ length: 300 }, (_, index) => create(organisation, index % 2 ? store : other));
  await Promise.all(writes);
  writing = false;
  await Promise.all(dispatching);
  while (await dispatchChanges(store, organisation.id, nobody, new Date())) {}
  const expected = Array.from({ length: 300 }, (_, index) => Number(before?.change_number) + 1 + index);
  const made = await dispatched(organisation.id);
  for (const { subscription } of subscriptions) assert.deepEqual(made.get(subscription.id), expected);
});

test('a transaction that is held open is waited for: nothing after it is dispatched before it', bounded, async () => {
  const held = await newOrganisation('held');
  const { subscription } = await subscribe(held);
  const client = new pg.Client(database.connection);
  await client.connect();
  await client.query('begin');
  const { rows } = await client.query(
    'select change_number from organisation_counter where organisation_id = $1 for update',
    [held.id],
  );
  const number = Number(rows[0].change_number) + 1;
  await client.query(
    `insert into change (organisation_id, number, audit_number, subject, kind, cause, customer_number, version, members, at)
      values ($1, $2, $2, 'customer', 'created', 'own', 1, 1, '{}', now())`,
    [held.id, number],
  );
  await client.query('update organisation_counter set change_number = $2 where organisation_id = $1', [
    held.id,
    number,
  ]);
  const waiting = [create(held), create(held, other)];
  for (let round = 0; round < 5; round += 1) await dispatchChanges(store, held.id, nobody, new Date());
  assert.equal((await dispatched(held.id)).size, 0);
  await client.query('commit');
  await client.end();
  await Promise.all(waiting);
  while (await dispatchChanges(store, held.id, nobody, new Date())) {}
  assert.deepEqual((await dispatched(held.id)).get(subscription.id), [number, number + 1, number + 2]);
});

test('a job is made for a subscription that nobody is sending to already', bounded, async () => {
  const own = await newOrganisation('jobs');
  const { subscription } = await subscribe(own);
  const jobs = () =>
    database.query('delete from graphile_worker._private_jobs where key = $1 returning id', [
      `deliver now:${subscription.id}`,
    ]);
  await jobs();
  await create(own);
  await dispatchChanges(store, own.id, { poke: () => true }, new Date());
  assert.equal((await jobs()).length, 0);
  await create(own);
  await dispatchChanges(store, own.id, nobody, new Date());
  assert.equal((await jobs()).length, 1);
});

test(
  'switched off and on again while nobody dispatches: it takes effect in the order of the log',
  bounded,
  async () => {
    const own = await newOrganisation('begin');
    const newest = async () => (await store.changes.range(own.id)).newest;
    await create(own);
    const { subscription } = await subscribe(own);
    const expected: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await create(own);
      expected.push(await newest());
      await turn(own, subscription.id, 'disabled');
      await create(own);
      await turn(own, subscription.id, 'enabled');
    }
    await create(own);
    expected.push(await newest());
    await turn(own, subscription.id, 'disabled');
    while (await dispatchChanges(store, own.id, nobody, new Date())) {}
    await create(own);
    while (await dispatchChanges(store, own.id, nobody, new Date())) {}
    assert.deepEqual((await dispatched(own.id)).get(subscription.id), expected);
    await turn(own, subscription.id, 'enabled');
    await create(own);
    while (await dispatchChanges(store, own.id, nobody, new Date())) {}
    assert.deepEqual((await dispatched(own.id)).get(subscription.id), [...expected, await newest()]);
  },
);

test('a subscription that is just being deleted gets nothing, and the others theirs', bounded, async () => {
  const own = await newOrganisation('gone');
  const [gone, stays] = [await subscribe(own), await subscribe(own)];
  await create(own);
  const client = new pg.Client(database.connection);
  await client.connect();
  await client.query('begin');
  await client.query('delete from webhook_subscription where id = $1', [gone.subscription.id]);
  const dispatching = dispatchChanges(store, own.id, nobody, new Date());
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await database.query(waiting)).length === 0) await sleep(5);
  await client.query('commit');
  await client.end();
  await dispatching;
  assert.deepEqual([...(await dispatched(own.id)).keys()], [stays.subscription.id]);
});
