import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor } from '#domain/actor.ts';
import { changeAccount } from '#operations/accounts/change.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { readChanges } from '#operations/changes/read.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { type HeldBack, pruneChanges } from '#operations/retention/prune-changes.ts';
import type { Store } from '#store/store.ts';
import { deliveryOf, dispatchedTo, subscriptionOf } from '../support/deliveries.ts';
import { actorOf, inParallel } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, other, newOrganisation } = await startTestStore();
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const start = new Date('2026-01-01T12:00:00Z');
const daysLater = (days: number, milliseconds = 0) => new Date(start.getTime() + days * 86_400_000 + milliseconds);

/** An organisation of a test's own that keeps changes for so long. Its settings were changed in 2020. */
async function organisationOf(slug: string, changeRetentionDays: number | undefined = 30): Promise<Actor> {
  const actor = actorOf(await newOrganisation(slug), start);
  await changeSettings(store, { ...actor, now: new Date('2020-01-01') }, { edit: { changeRetentionDays } });
  return actor;
}

const at = (actor: Actor, now: Date): Actor => ({ ...actor, now });
const create = (actor: Actor, identifier: string) => createAccount(store, actor, owner, { identifier });
const rename = (actor: Actor, identifier: string, alias: string, where: Store = store) =>
  changeAccount(where, actor, { identifier }, { edit: { alias } });

const numbers = async ({ organisation }: Actor, table: string, column = 'number') =>
  (
    await database.query(`select ${column}::int as n from ${table} where organisation_id = $1 order by 1`, [
      organisation.id,
    ])
  ).map(({ n }) => n as number);
const range = ({ organisation }: Actor) => store.changes.range(organisation.id);

/** Prunes, and says how many changes of this organisation went, and what was reported of it. */
async function prune(actor: Actor, now: Date): Promise<[number, Omit<HeldBack, 'organisation'>[]]> {
  const { id, slug } = actor.organisation;
  const reports: HeldBack[] = [];
  const { prunedTo } = await range(actor);
  await pruneChanges(store, now, (held) => reports.push(held));
  const own = reports.filter(({ organisation }) => organisation.id === id && organisation.slug === slug);
  return [(await range(actor)).prunedTo - prunedTo, own.map(({ by, since }) => ({ by, since }))];
}

/** What is kept in the log is whole: dense numbers from where it begins, each with the record of who made it. */
async function assertWhole(actor: Actor): Promise<void> {
  const { prunedTo, newest } = await range(actor);
  const kept = await numbers(actor, 'change');
  assert.deepEqual(
    kept,
    Array.from({ length: newest - prunedTo }, (_, index) => prunedTo + 1 + index),
  );
  const audits = new Set(await numbers(actor, 'change', 'audit_number'));
  assert.deepEqual(
    await numbers(actor, 'audit'),
    [...audits].sort((a, b) => a - b),
  );
}

test('without the setting changes are kept for ever', async () => {
  const actor = actorOf(await newOrganisation('ever'), start);
  await create(actor, 'a');
  assert.equal(await pruneChanges(store, daysLater(36_500)), 0);
  assert.deepEqual(await numbers(actor, 'change'), [1, 2]);
});

test('changes go when they are older than decided, to the millisecond, with their audit records', async () => {
  const actor = await organisationOf('thirty');
  await create(actor, 'a'); // 2, 3
  await rename(at(actor, daysLater(1)), 'a', 'second'); // 4
  await rename(at(actor, daysLater(1)), 'a', 'third'); // 5
  await rename(at(actor, daysLater(2)), 'a', 'fourth'); // 6
  assert.equal(await pruneChanges(store, daysLater(30)), 1, 'the settings of 2020');
  assert.equal(await pruneChanges(store, daysLater(30, 1)), 2);
  assert.deepEqual(await range(actor), { prunedTo: 3, newest: 6 });
  assert.equal(await pruneChanges(store, daysLater(31)), 0);
  assert.equal(await pruneChanges(store, daysLater(31, 1)), 2);
  assert.deepEqual([await numbers(actor, 'change'), await numbers(actor, 'audit')], [[6], [6]]);
  assert.equal(await pruneChanges(store, daysLater(3000)), 1, 'the newest too');
  assert.deepEqual(await range(actor), { prunedTo: 6, newest: 6 });
  await assertWhole(actor);
  assert.equal((await readAccount(store, actor, 'a')).account.alias, 'fourth', 'the present state is not the past');
  await rename(at(actor, daysLater(3000)), 'a', 'fifth');
  assert.deepEqual(await range(actor), { prunedTo: 6, newest: 7 });
});

test('of each customer and account the newest state before the cut stays, so that what follows has a before', async () => {
  const actor = await organisationOf('states');
  const { aggregate } = await create(actor, 'a'); // 2 customer, 3 account
  await rename(actor, 'a', 'second'); // 4
  await create(actor, 'b'); // 5, 6
  const target = { customerNumber: aggregate.customer.number };
  await changeCustomer(store, actor, target, { edit: () => ({ details: { familyName: 'Fern' } }) }); // 7, 8
  await rename(at(actor, daysLater(5)), 'a', 'third'); // 9
  await pruneChanges(store, daysLater(31));
  assert.deepEqual(await range(actor), { prunedTo: 8, newest: 9 });
  assert.deepEqual(await numbers(actor, 'change_detail', 'change_number'), [4, 5, 6, 7, 9]);
  await rename(at(actor, daysLater(6)), 'a', 'fourth'); // 10
  await pruneChanges(store, daysLater(35, 1));
  assert.deepEqual(
    await numbers(actor, 'change_detail', 'change_number'),
    [5, 6, 7, 9, 10],
    'now 9 is what 10 followed',
  );
  await eraseCustomer(store, at(actor, daysLater(7)), { identifier: 'a' });
  assert.deepEqual(await numbers(actor, 'change_detail', 'change_number'), [5, 6], 'erasure finds what was left too');
  await deleteAccount(store, at(actor, daysLater(7)), { identifier: 'b' });
  assert.deepEqual(await numbers(actor, 'change_detail', 'change_number'), [5]);
  await pruneChanges(store, daysLater(3000));
  await assertWhole(actor);
});

test('only a contiguous beginning goes, although a change that was begun earlier was committed later', async () => {
  const actor = await organisationOf('prefix');
  await create(actor, 'a'); // 2, 3
  await rename(at(actor, daysLater(3)), 'a', 'second'); // 4
  await rename(at(actor, daysLater(1)), 'a', 'third'); // 5: a job that took long
  await pruneChanges(store, daysLater(32));
  assert.deepEqual(await range(actor), { prunedTo: 3, newest: 5 });
  await pruneChanges(store, daysLater(33, 1));
  assert.deepEqual(await range(actor), { prunedTo: 5, newest: 5 });
});

test('a write that is cut in two keeps the record of who made it until its last change goes', async () => {
  const actor = await organisationOf('cut');
  const { aggregate } = await create(actor, 'a'); // 2, 3
  const { number: customerNumber } = aggregate.customer;
  for (const identifier of ['b', 'c', 'd']) await createAccount(store, actor, { customerNumber }, { identifier }); // 4, 5, 6
  await changeCustomer(store, actor, { customerNumber }, { edit: () => ({ details: { familyName: 'Fern' } }) }); // 7 to 11
  const before = daysLater(40);
  const { id } = actor.organisation;
  for (const cut of [3, 6, 9]) {
    await store.changePruning.carryOut(id, await store.changePruning.plan(id, before, 3));
    assert.equal((await range(actor)).prunedTo, cut);
    await assertWhole(actor);
  }
  assert.deepEqual([await numbers(actor, 'change'), await numbers(actor, 'audit')], [[10, 11], [7]]);
  await store.changePruning.carryOut(id, await store.changePruning.plan(id, before, 3));
  assert.deepEqual([await numbers(actor, 'change'), await numbers(actor, 'audit')], [[], []]);
});

test('a position before the cut is refused, one at it answers', async () => {
  const actor = await organisationOf('refused');
  await create(actor, 'a');
  await rename(at(actor, daysLater(9)), 'a', 'second');
  await pruneChanges(store, daysLater(31));
  const { id } = actor.organisation;
  await assert.rejects(readChanges(store, id, { after: 2, limit: 10 }), {
    reason: { kind: 'changes-pruned', prunedTo: 3, newest: 4 },
  });
  assert.deepEqual(
    (await readChanges(store, id, { after: 3, limit: 10 })).items.map(({ number }) => number),
    [4],
  );
});

test('what the dispatcher of webhooks has not seen stays; after a day somebody is told', async () => {
  const actor = await organisationOf('dispatch');
  const { id } = actor.organisation;
  await create(actor, 'a'); // 2, 3
  await rename(at(actor, daysLater(1)), 'a', 'second'); // 4
  await dispatchedTo(database, id, 2);
  assert.deepEqual(await prune(actor, daysLater(30, 1)), [2, []], 'a consumer may be late');
  const held = { by: 'dispatch', since: start };
  assert.deepEqual(await prune(actor, daysLater(31)), [0, []]);
  assert.deepEqual(await prune(actor, daysLater(31, 1)), [0, [held]]);
  assert.deepEqual(await prune(actor, daysLater(400)), [0, [held]]);
  assert.deepEqual(await numbers(actor, 'change'), [3, 4]);
  await dispatchedTo(database, id, 4);
  assert.deepEqual(await prune(actor, daysLater(400)), [2, []]);
});

for (const state of ['enabled', 'disabled'] as const) {
  test(`what waits to be delivered to a subscription that is ${state} stays; what was delivered does not`, async () => {
    const actor = await organisationOf(`deliveries-${state}`);
    const { id } = actor.organisation;
    await create(actor, 'a'); // 2, 3
    for (const alias of ['second', 'third', 'fourth']) await rename(actor, 'a', alias); // 4, 5, 6
    await dispatchedTo(database, id, 6);
    const [first, second] = [await subscriptionOf(database, id, state), await subscriptionOf(database, id)];
    for (const change of [2, 3]) await deliveryOf(database, id, first, { change, finishedAt: start });
    const late = await deliveryOf(database, id, first, { change: 6 });
    const early = await deliveryOf(database, id, second, { change: 4 });
    await deliveryOf(database, id, second, {});
    const held = [{ by: 'deliveries', since: start }];
    assert.deepEqual(await prune(actor, daysLater(90)), [3, held]);
    assert.deepEqual(await range(actor), { prunedTo: 3, newest: 6 });
    const over = (delivery: string) =>
      database.query(`update webhook_delivery set state = 'failed', due_at = null, finished_at = now() where id = $1`, [
        delivery,
      ]);
    await over(early);
    assert.deepEqual(await prune(actor, daysLater(90)), [2, held]);
    await over(late);
    assert.deepEqual(await prune(actor, daysLater(90)), [1, []]);
  });
}

test('two servers at once, with small batches: each change goes once, and the log stays whole', async () => {
  const actor = await organisationOf('two');
  await inParallel(60, 12, (index) => create(actor, `two-${index}`));
  await inParallel(60, 12, (index) => rename(actor, `two-${index}`, 'second'));
  const { newest } = await range(actor);
  const { id } = actor.organisation;
  // As if the server had been killed between two batches: a plan that somebody else carries out again does nothing.
  const plan = await store.changePruning.plan(id, daysLater(31), 7);
  assert.equal(await store.changePruning.carryOut(id, plan), 7);
  assert.equal(await other.changePruning.carryOut(id, plan), 0);
  await assertWhole(actor);
  let pruned = 7;
  for (let rounds = 0; pruned < newest && rounds < 100; rounds += 1) {
    const counts = await Promise.all([store, other].map((mine) => pruneChanges(mine, daysLater(31), undefined, 7)));
    pruned += counts.reduce((sum, count) => sum + count, 0);
    await assertWhole(actor);
  }
  assert.equal(pruned, newest);
  assert.deepEqual(await range(actor), { prunedTo: newest, newest });
});

test('who writes meanwhile on both servers loses nothing: what is kept is whole at any moment', async () => {
  const actor = await organisationOf('writers');
  for (let index = 0; index < 8; index += 1) await create(actor, `w-${index}`);
  let writing = true;
  const pruning = (async () => {
    let pruned = 0;
    for (let round = 0; writing; round += 1)
      pruned += await pruneChanges(round % 2 ? store : other, daysLater(31), undefined, 5);
    return pruned;
  })();
  const results = await inParallel(200, 8, (index) => {
    // Half of what is written is old already.
    const now = index % 100 < 50 ? start : daysLater(20);
    return rename(at(actor, now), `w-${index % 8}`, `alias ${index}`, index % 2 ? store : other);
  });
  writing = false;
  assert.ok((await pruning) > 16);
  assert.deepEqual(
    results.filter(({ status }) => status === 'rejected'),
    [],
  );
  assert.equal((await range(actor)).newest, 1 + 16 + 200);
  await assertWhole(actor);
});

test('what fails for one organisation holds up no other', async (t) => {
  const [bad, good] = [await organisationOf('bad'), await organisationOf('good')];
  for (const actor of [bad, good]) await create(actor, 'a');
  const carryOut = store.changePruning.carryOut.bind(store.changePruning);
  t.mock.method(store.changePruning, 'carryOut', (...args: Parameters<typeof carryOut>) => {
    if (args[0] === bad.organisation.id) throw new Error('away');
    return carryOut(...args);
  });
  await assert.rejects(pruneChanges(store, daysLater(31)), /away/);
  assert.deepEqual([(await range(bad)).prunedTo, (await range(good)).prunedTo], [0, 3]);
});
