import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { deliveriesOfChanges, steerDeliveries } from '#store/webhook-delivery-list.ts';
import { actorOf } from '../support/fixtures.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

/** What looks at deliveries reads what it shows, however many there are. */
const many = 20_000;
const { database, store, organisation } = await startTestStore();
const busy = '019d0000-0000-7000-8000-000000000001';
const quiet = '019d0000-0000-7000-8000-000000000002';

before(async () => {
  for (const id of [busy, quiet]) {
    await database.query(
      `insert into webhook_subscription (organisation_id, id, url, format, kinds, state, sealed, from_change, listening, version, created_at, changed_at)
        values ($1, $2, 'https://hooks.example.com/', 'imin', '{account.updated}', 'enabled', '', 0, true, 1, now(), now())`,
      [organisation.id, id],
    );
  }
  await database.query(
    `insert into webhook_delivery (organisation_id, id, subscription_id, change_number, last_change, kinds, customer_number, account_number,
        state, finished_at, at)
      select $1, gen_random_uuid(), case when n % 1000 = 0 then $3 else $2 end::uuid, n * 10, n * 10 + 5, '{account.updated}', n % 5000, n % 5000,
        'delivered', now(), now() from generate_series(1, $4::int) n`,
    [organisation.id, busy, quiet, many],
  );
});

for (const statistics of ['young', 'current']) {
  test(`deliveries of changes are found without reading the others, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    // One by the number of its change, one that joined another of its account, one that nobody tells of; each customer has four.
    const values = [organisation.id, busy, '{70,83,99}', '{7,8,9}', '{7,8,9}'];
    const read = await rowsRead(database, organisation.id, 'webhook_delivery', deliveriesOfChanges.text, values);
    assert.ok(read <= 20, `${read} rows`);
  });

  test(`one is sent again without reading the others, statistics ${statistics}`, async () => {
    const [one] = await database.query('select id from webhook_delivery where subscription_id = $1 limit 1', [busy]);
    const values = [organisation.id, '[]', busy, '[]', `{${one?.id}}`, 'now'];
    const read = await rowsRead(database, organisation.id, 'webhook_delivery', steerDeliveries.text, values);
    assert.ok(read <= 3, `${read} rows`); // found, locked, and written
  });
}

test('changes are told by the deliveries made of them, and by those that they joined', async () => {
  const asked = [
    { number: 70, customerNumber: 7, accountNumber: 7 },
    { number: 83, customerNumber: 8, accountNumber: 8 },
    { number: 83, customerNumber: 8, accountNumber: 9 },
    { number: 99, customerNumber: 9, accountNumber: 9 },
    { number: 10_000 },
  ];
  const found = await store.webhookDeliveryList.ofChanges(organisation.id, busy, asked);
  assert.deepEqual([...found.keys()].sort(), [70, 83]);
  assert.deepEqual([...(await store.webhookDeliveryList.ofChanges(organisation.id, quiet, asked)).keys()], [10_000]);
});

test('a subscription with few deliveries among many is listed in one page', async () => {
  const listed = await store.webhookDeliveryList.list(organisation.id, quiet, {}, 100);
  assert.equal(listed.length, many / 1000);
  const ids = listed.map(({ id }) => id);
  assert.deepEqual(ids, ids.toSorted().reverse());
});

test('deliveries are trimmed in batches, those that wait too', async () => {
  await database.query(
    `update webhook_delivery set state = 'pending', due_at = now(), finished_at = null where organisation_id = $1 and subscription_id = $2
      and change_number <= 50000`,
    [organisation.id, quiet],
  );
  const { id } = organisation;
  assert.deepEqual(
    [await store.webhookSubscriptions.trim(id, quiet, 10), await store.webhookSubscriptions.trim(id, quiet, 10)],
    [10, 10],
  );
  const backlogs = await store.webhookSubscriptions.backlogs(actorOf(organisation).organisation.id, [quiet, busy]);
  assert.deepEqual([backlogs.get(quiet)?.count, backlogs.get(busy)], [undefined, undefined]);
});
