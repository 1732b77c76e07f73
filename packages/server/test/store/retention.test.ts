import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Account } from '#domain/account.ts';
import { changesetOf } from '#domain/changeset.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { planPruning, prune } from '#store/change-pruning.ts';
import { commitBatch } from '#store/commit/commit.ts';
import { needs } from '#store/commit/need.ts';
import { pruneDeliveries } from '#store/delivery-pruning.ts';
import { forgottenByDigest } from '#store/forgotten-identifiers.ts';
import { planOf } from '#store/plan.ts';
import { endTombstones, tombstonesDue } from '#store/tombstones.ts';
import { deliveryOf, dispatchedTo, subscriptionOf } from '../support/deliveries.ts';
import { actorOf } from '../support/fixtures.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

/*
 * What is over is found and deleted without reading the rest, and erasure reaches the logs of deliveries.
 */

const many = 20_000;
const { database, store, organisation } = await startTestStore();
const { id } = organisation;
const actor = actorOf(organisation);
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const { aggregate } = await createAccount(store, actor, owner, { identifier: 'living' });
const { number: customer } = aggregate.customer;

before(async () => {
  const fill = (text: string) => database.query(text, [id, many]);
  await fill(`insert into account (organisation_id, identifier, number, customer_number, version, change_number, state, document, gone_at)
    select $1, 'a-' || n, 5000000 + n, ${customer}, 1, 100 + n, case when n % 10 = 0 then 'deleted' else 'active' end,
      case when n % 10 <> 0 then '{}'::json end, case when n % 10 = 0 then timestamptz '2026-11-21' + n * interval '1 second' end
    from generate_series(1, $2::int) n`);
  // Changes of 5,000 accounts, four each: with what was written, and who did it.
  await fill(`insert into change (organisation_id, number, audit_number, subject, kind, cause, customer_number, account_number, version, members, at)
    select $1, 2 + n, 2 + n, 'account', 'updated', 'own', ${customer}, 5000000 + n % 5000, 1, '{}', timestamptz '2020-01-01' + n * interval '1 second'
    from generate_series(1, $2::int) n`);
  await fill(`insert into change_detail (organisation_id, customer_number, change_number, account_number, document)
    select $1, customer_number, number, account_number, '{}' from change where organisation_id = $1 and number > 2 and $2 > 0`);
  await fill(`insert into audit (organisation_id, number, at, client_id, client_name, actor, dialect, channel, operation, correlation_id, request_id)
    select $1, number, at, 1, 'x', 'x', 'job', 'job', 'x', 'x', 'x' from change where organisation_id = $1 and number > 2 and $2 > 0`);
  await fill('update organisation_counter set change_number = 2 + $2, pruned_to = 2 where organisation_id = $1');
  await fill(
    `insert into forgotten_identifier select $1, decode(md5(n::text), 'hex'), n, 1, 1, 'deleted' from generate_series(1, $2::int) n`,
  );
  const subscription = await subscriptionOf(database, id);
  await dispatchedTo(database, id, many);
  await fill(`insert into webhook_delivery (organisation_id, id, subscription_id, change_number, kinds, customer_number, account_number, state,
      due_at, finished_at, log, at)
    select $1, gen_random_uuid(), '${subscription}', 2 + n, '{}', ${customer}, 5000000 + n, case when n % 2 = 0 then 'pending' else 'delivered' end,
      case when n % 2 = 0 then now() end, case when n % 2 = 1 then timestamptz '2026-11-21' + n * interval '1 second' end, '[{}]', now()
    from generate_series(1, $2::int) n where n > 10000`);
});

const read = (table: string, { text }: { text: string }, ...values: unknown[]) =>
  rowsRead(database, id, table, text, [id, ...values]);

for (const statistics of ['young', 'current']) {
  test(`tombstones are found and ended without reading other accounts, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    assert.equal(await read('account', tombstonesDue, '2026-11-22', 50), 50);
    const due = await store.tombstones.due(id, new Date('2026-11-22'), 50);
    const rows = due.map(({ number, version }) => ({ number, version, digest: number.toString(16).padStart(64, '0') }));
    // Found, deleted, returned.
    assert.equal(await read('account', endTombstones, JSON.stringify(rows)), 3 * 50);
  });

  test(`a forgotten identifier is found without reading the others, statistics ${statistics}`, async () => {
    const [row] = await database.query(`select md5('7') as hash`);
    assert.equal(await read('forgotten_identifier', forgottenByDigest, `{"\\\\x${row?.hash}"}`), 1);
  });

  test(`a plan to cut off changes reads what it judges, and no backlog, statistics ${statistics}`, async () => {
    const plan = ['2026-11-21', 1000];
    assert.ok((await read('change', planPruning, ...plan)) <= 1001);
    assert.ok((await read('webhook_delivery', planPruning, ...plan)) <= 1);
    assert.deepEqual(await store.changePruning.plan(id, new Date('2026-11-21'), 1000), { prunedTo: 2, cut: 1002 });
  });

  test(`cutting off changes reads nothing that stays, statistics ${statistics}`, async () => {
    // Two rounds of all accounts: what was written in the first goes.
    const cut = [2, 10_002];
    assert.ok((await read('change', prune, ...cut)) <= 2 * 10_000 + 1);
    assert.ok((await read('audit', prune, ...cut)) <= 2 * 10_000);
    assert.ok((await read('change_detail', prune, ...cut)) <= 2 * 5_000);
  });

  test(`deliveries that are over are deleted without reading the others, statistics ${statistics}`, async () => {
    // Found, locked, deleted, returned.
    assert.ok((await read('webhook_delivery', pruneDeliveries, '2026-11-23', 50)) <= 4 * 50);
  });

  test(`a write reads no deliveries of its customer, statistics ${statistics}`, async () => {
    const after = { ...aggregate, customer: { ...aggregate.customer, details: { familyName: 'Fern' } } };
    const changeset = changesetOf(aggregate, after) as NonNullable<ReturnType<typeof changesetOf>>;
    const plan = { ...planOf({ actor, operation: 'customers.change', changeset }), needs: [...needs] };
    const { values, ...statement } = commitBatch(id, [plan]);
    assert.ok((await read('webhook_delivery', statement, ...values.slice(1))) <= 1);
  });

  test(`a new account reads no identifiers that others had, statistics ${statistics}`, async () => {
    const [account] = aggregate.accounts as [Account];
    const after = {
      ...aggregate,
      accounts: [...aggregate.accounts, { ...account, number: 77, identifier: 'new', isDefault: false }],
    };
    const changeset = changesetOf(aggregate, after) as NonNullable<ReturnType<typeof changesetOf>>;
    const { values, ...statement } = commitBatch(id, [planOf({ actor, operation: 'accounts.create', changeset })]);
    assert.ok((await read('forgotten_identifier', statement, ...values.slice(1))) <= 2);
  });
}

const taking: Record<string, () => Promise<number>> = {
  'ending tombstones': async () =>
    store.tombstones.end(organisation, await store.tombstones.due(id, new Date('2026-11-22'), 1)),
  'cutting off changes': () => store.changePruning.carryOut(id, { prunedTo: 2, cut: 3 }),
};

for (const [what, work] of Object.entries(taking)) {
  test(`${what} takes its turn with those who write`, async (t) => {
    const writer = new pg.Client(database.connection);
    await writer.connect();
    t.after(() => writer.end());
    await writer.query('begin');
    await writer.query('select from organisation_counter where organisation_id = $1 for update', [id]);
    const working = work();
    await somebodyWaits();
    const counts = `select (select count(*)::int from account where organisation_id = $1) as accounts,
      (select count(*)::int from change where organisation_id = $1) as changes`;
    const [before] = await database.query(counts, [id]);
    await writer.query('commit');
    assert.equal(await working, 1);
    const [after] = await database.query(counts, [id]);
    const gone = ['accounts', 'changes'].map((name) => Number(before?.[name]) - Number(after?.[name]));
    assert.deepEqual(gone.sort(), [0, 1], 'nothing before the writer was done');
  });
}

test('what receivers answered is forgotten with the customer, or with the account it was about, in the same moment', async () => {
  const subscription = await subscriptionOf(database, id);
  const log = [{ at: '2026-11-21T12:00:00.000Z', outcome: 'failed', excerpt: 'no such person: Greta Capella' }];
  const created = await createAccount(store, actor, owner, { identifier: 'first' });
  const own = { customer: created.aggregate.customer.number };
  const { account } = await createAccount(store, actor, { customerNumber: own.customer }, { identifier: 'second' });
  const deliveries = {
    customer: await deliveryOf(database, id, subscription, { change: 50_001, ...own, log }),
    first: await deliveryOf(database, id, subscription, {
      change: 50_002,
      ...own,
      account: created.account.number,
      log,
    }),
    second: await deliveryOf(database, id, subscription, {
      change: 50_003,
      ...own,
      account: account.number,
      log,
      finishedAt: actor.now,
    }),
    empty: await deliveryOf(database, id, subscription, { change: 50_004, ...own }),
    others: await deliveryOf(database, id, subscription, { change: 50_005, customer, log }),
  };
  const told = async () => {
    const rows = await database.query(
      `select id from webhook_delivery where id = any($1) and log::text like '%excerpt%'`,
      [Object.values(deliveries)],
    );
    return Object.entries(deliveries)
      .filter(([, delivery]) => rows.some((row) => row.id === delivery))
      .map(([name]) => name);
  };
  await deleteAccount(store, actor, { identifier: 'second' });
  assert.deepEqual(await told(), ['customer', 'first', 'others']);
  await eraseCustomer(store, actor, { identifier: 'first' });
  assert.deepEqual(await told(), ['others']);
});

for (const what of ['deleted', 'erased'] as const) {
  test(`an answer that comes when what it is about has been ${what} is not kept; that it came is`, async () => {
    const subscription = await subscriptionOf(database, id);
    const { account, aggregate: owned } = await createAccount(store, actor, owner, { identifier: `late-${what}` });
    const subject = { customer: owned.customer.number, account: account.number };
    const [late, others] = [
      await deliveryOf(database, id, subscription, { change: 60_001, ...subject }),
      await deliveryOf(database, id, subscription, { change: 60_002, customer }),
    ];
    const attempt = { at: '2026-11-21T12:00:00.000Z', durationMs: 7, outcome: 'failed', status: 500 } as const;
    const answered = { ...attempt, excerpt: 'no such person: Greta Capella' };
    const record = (...ids: string[]) => {
      const dueAt = new Date('2026-11-21T12:01:00Z');
      return store.webhookDeliveries.record(
        id,
        subscription,
        ids.map((one) => ({ id: one, url: 'https://receiver.example.com/', attempt: answered, dueAt })),
        actor.now,
      );
    };
    const logOf = async (delivery: string) =>
      (await database.query('select log from webhook_delivery where id = $1', [delivery]))[0]?.log;
    await record(late, others);
    assert.deepEqual([await logOf(late), await logOf(others)], [[answered], [answered]]);
    if (what === 'deleted') await deleteAccount(store, actor, { identifier: account.identifier });
    else await eraseCustomer(store, actor, { identifier: account.identifier });
    assert.deepEqual([await logOf(late), await logOf(others)], [[attempt], [answered]]);
    assert.equal((await record(late, others))?.enabled, true);
    assert.deepEqual(
      [await logOf(late), await logOf(others)],
      [
        [attempt, attempt],
        [answered, answered],
      ],
    );
  });
}

test('an answer that waits for an erasure to be committed is not kept either', async (t) => {
  const subscription = await subscriptionOf(database, id);
  const { account, aggregate: owned } = await createAccount(store, actor, owner, { identifier: 'waits' });
  const subject = { customer: owned.customer.number, account: account.number };
  const log = [{ excerpt: 'before' }];
  const delivery = await deliveryOf(database, id, subscription, { change: 70_001, ...subject, log });
  const erasing = new pg.Client(database.connection);
  await erasing.connect();
  t.after(() => erasing.end());
  await erasing.query('begin');
  await erasing.query(
    `update account set state = 'erased', document = null, gone_at = now() where identifier = 'waits'`,
  );
  await erasing.query(`update webhook_delivery set log = '[]' where id = $1`, [delivery]);
  const attempt = { at: '2026-11-21T12:00:00.000Z', durationMs: 7, outcome: 'delivered' } as const;
  const recording = store.webhookDeliveries.record(
    id,
    subscription,
    [{ id: delivery, attempt: { ...attempt, excerpt: 'after' } }],
    actor.now,
  );
  await somebodyWaits();
  await erasing.query('commit');
  await recording;
  const [row] = await database.query('select log from webhook_delivery where id = $1', [delivery]);
  assert.deepEqual(row?.log, [attempt]);
});

/** Resolves when somebody waits for a lock. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await database.query(waiting)).length === 0) await sleep(5);
}
