import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeSettings } from '#operations/organisations/settings.ts';
import { pruneDeliveries } from '#operations/retention/prune-deliveries.ts';
import { deliveryOf, subscriptionOf } from '../support/deliveries.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, other, newOrganisation } = await startTestStore();
const start = new Date('2026-11-21T12:00:00Z');
const daysLater = (days: number, milliseconds = 0) => new Date(start.getTime() + days * 86_400_000 + milliseconds);

async function subscribed(slug: string, deliveryRetentionDays?: number) {
  const actor = actorOf(await newOrganisation(slug), start);
  if (deliveryRetentionDays !== undefined) await changeSettings(store, actor, { edit: { deliveryRetentionDays } });
  const { id } = actor.organisation;
  const subscription = await subscriptionOf(database, id);
  return {
    delivery: (delivery: Parameters<typeof deliveryOf>[3]) => deliveryOf(database, id, subscription, delivery),
    left: async () =>
      (await database.query('select id from webhook_delivery where organisation_id = $1 order by at', [id])).map(
        (row) => row.id,
      ),
  };
}

test('deliveries that are over go after 30 days, to the millisecond; what waits stays, however old', async () => {
  const { delivery, left } = await subscribed('thirty');
  await delivery({ change: 1, finishedAt: start });
  const later = await delivery({ change: 2, finishedAt: daysLater(1) });
  const waiting = await delivery({ change: 3 });
  assert.equal(await pruneDeliveries(store, daysLater(30)), 0);
  assert.equal(await pruneDeliveries(store, daysLater(30, 1)), 1);
  assert.deepEqual(await left(), [later, waiting]);
  assert.equal(await pruneDeliveries(store, daysLater(3000)), 1);
  assert.deepEqual(await left(), [waiting]);
});

test('each organisation decides for itself: one day at least', async () => {
  const [day, year] = [await subscribed('day', 1), await subscribed('year', 365)];
  for (const { delivery } of [day, year]) await delivery({ change: 1, finishedAt: start });
  assert.equal(await pruneDeliveries(store, daysLater(1)), 0);
  assert.equal(await pruneDeliveries(store, daysLater(1, 1)), 1);
  assert.deepEqual([(await day.left()).length, (await year.left()).length], [0, 1]);
  assert.equal(await pruneDeliveries(store, daysLater(365, 1)), 1);
});

test('two servers at once, with small batches: each delivery goes once, and none is left', async () => {
  const { delivery, left } = await subscribed('two');
  for (let change = 1; change <= 60; change += 1) await delivery({ change, finishedAt: start });
  let pruned = await pruneDeliveries(store, daysLater(30)); // not yet
  for (let round = 0; pruned < 60 && round < 60; round += 1) {
    const counts = await Promise.all([store, other].map((mine) => pruneDeliveries(mine, daysLater(31), 7)));
    pruned += counts.reduce((sum, count) => sum + count, 0);
  }
  assert.equal(pruned, 60);
  assert.deepEqual(await left(), []);
});

test('a delivery that somebody has sent again meanwhile stays', async () => {
  const { delivery, left } = await subscribed('again');
  const again = await delivery({ change: 1, finishedAt: start });
  await delivery({ change: 2, finishedAt: start });
  await database.query(
    `update webhook_delivery set state = 'pending', due_at = now(), finished_at = null where id = $1`,
    [again],
  );
  assert.equal(await pruneDeliveries(store, daysLater(31)), 1);
  assert.deepEqual(await left(), [again]);
});
