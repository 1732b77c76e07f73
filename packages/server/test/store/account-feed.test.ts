import assert from 'node:assert/strict';
import { before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { changeAccount } from '#operations/accounts/change.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { accountsChangedAfter, type FeedItem } from '#store/account-feed.ts';
import type { Store } from '#store/store.ts';
import { actorOf, inParallel } from '../support/fixtures.ts';
import { accountOf } from '../support/holdings.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

/*
 * A page never shows a change number while a lower one can still be committed (openactive.md 3.10): who followed would miss that for ever.
 */

const { database, store, other, organisation, newOrganisation } = await startTestStore();
const actor = actorOf(organisation);
before(() => accountOf(store, actor, 'first'));

const newest = async () => (await store.changes.range(organisation.id)).newest;
const seen = (items: readonly FeedItem[]) => items.map(({ identifier, changeNumber }) => [identifier, changeNumber]);

/** A connection of somebody who takes his time. */
async function openTransaction(t: TestContext): Promise<pg.Client> {
  const client = new pg.Client(database.connection);
  await client.connect();
  t.after(() => client.end());
  await client.query('begin');
  return client;
}

/** Copies the first account under another identifier and change number. */
async function insertAccount(client: pg.Client, identifier: string, changeNumber: number): Promise<void> {
  await client.query(
    `insert into account (organisation_id, identifier, number, customer_number, version, change_number, state, document)
      select organisation_id, $2, 1000000 + $3, customer_number, 1, $3, state, document from account
      where organisation_id = $1 and identifier = 'first'`,
    [organisation.id, identifier, changeNumber],
  );
}

/** Resolves when a writer waits for the counter. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await database.query(waiting)).length === 0) await sleep(5);
}

const held: Record<string, (client: pg.Client, number: number) => Promise<unknown>> = {
  'inserted an account': (client, number) => insertAccount(client, `held-${number}`, number),
  'changed an account': (client, number) =>
    client.query(
      'update account set change_number = $2, version = version + 1 where organisation_id = $1 and identifier = $3',
      [organisation.id, number, 'first'],
    ),
};

for (const [what, write] of Object.entries(held)) {
  for (const end of ['commit', 'rollback'] as const) {
    test(`while a transaction that has ${what} is held open nothing above it is shown; then ${end}`, async (t) => {
      const start = await newest();
      const client = await openTransaction(t);
      await client.query('select change_number from organisation_counter where organisation_id = $1 for update', [
        organisation.id,
      ]);
      await write(client, start + 1);
      await client.query('update organisation_counter set change_number = $2 where organisation_id = $1', [
        organisation.id,
        start + 1,
      ]);
      const later = `later-${start}`;
      const writing = accountOf(other, actor, later);
      await somebodyWaits();
      for (const reader of [store, other])
        assert.deepEqual(await reader.accountFeed.after(organisation.id, start, 100), []);
      await client.query(end);
      await writing;
      const [first, ...rest] = seen(await store.accountFeed.after(organisation.id, start, 100));
      if (end === 'rollback') assert.deepEqual([first, ...rest], [[later, start + 2]], 'the number was never used');
      else {
        assert.equal(first?.[1], start + 1);
        assert.deepEqual(rest, [[later, start + 3]]);
      }
    });
  }
}

test('control: numbers that are taken without the lock would be missed', async (t) => {
  const start = await newest();
  const slow = await openTransaction(t);
  await insertAccount(slow, 'slow', start + 1001);
  const quick = await openTransaction(t);
  await insertAccount(quick, 'quick', start + 1002);
  await quick.query('commit');
  const page = await store.accountFeed.after(organisation.id, start, 100);
  assert.deepEqual(seen(page), [['quick', start + 1002]]);
  await slow.query('commit');
  assert.deepEqual(await store.accountFeed.after(organisation.id, start + 1002, 100), []);
  await database.query(`delete from account where identifier in ('slow', 'quick')`);
});

test('who follows two servers that write at the same time sees every account in its last state, in order', async () => {
  const own = await newOrganisation('follower');
  const writer = actorOf(own);
  const servers: Store[] = [store, other];
  let writing = true;
  const known = new Map<string, FeedItem>();
  const follow = async () => {
    let after = 0;
    for (let pages = 0, more = true; more; pages += 1) {
      const last = !writing;
      const items = await (servers[pages % 2] as Store).accountFeed.after(own.id, after, 1 + (pages % 7));
      for (const item of items) {
        assert.ok(item.changeNumber > after);
        after = item.changeNumber;
        known.set(item.identifier, item);
      }
      more = !last || items.length > 0;
    }
  };
  const following = follow();
  const results = await inParallel(600, 24, async (index) => {
    const mine = servers[index % 2] as Store;
    const identifier = `a-${index % 60}`;
    if (index < 60) return accountOf(mine, writer, identifier);
    if (index % 11 === 0) return deleteAccount(mine, writer, { identifier });
    return changeAccount(mine, writer, { identifier }, { edit: { alias: `alias ${index}` } });
  });
  writing = false;
  await following;
  for (const result of results) {
    // What was deleted stays deleted: later changes of it are refused.
    if (result.status === 'rejected') assert.match(String(result.reason), /refused: (gone|not-found)/);
  }
  const rows = await database.query(
    `select identifier, change_number::int as number, state, document -> 'account' ->> 'alias' as alias from account where organisation_id = $1`,
    [own.id],
  );
  assert.equal(rows.length, 60);
  assert.ok(new Set(rows.map(({ state }) => state)).size === 2, 'some are deleted, some are not');
  assert.equal(known.size, 60);
  for (const { identifier, number, state, alias } of rows) {
    const item = known.get(identifier as string);
    assert.equal(item?.changeNumber, number);
    assert.equal(item?.account === undefined, state === 'deleted');
    assert.equal(item?.account?.alias ?? null, alias);
  }
});

for (const statistics of ['young', 'current']) {
  test(`a page reads the accounts that it shows and no others, statistics ${statistics}`, async () => {
    const many = 20_000;
    const { text } = accountsChangedAfter;
    if (statistics === 'young') {
      await database.query(
        `insert into account (organisation_id, identifier, number, customer_number, version, change_number, state, document)
          select a.organisation_id, 'other-' || n, 2000000 + n, a.customer_number, 1, 5000 + n, 'active', a.document
          from account a, generate_series(1, $2::int) n where a.organisation_id = $1 and a.identifier = 'first'`,
        [organisation.id, many],
      );
    } else await database.query('analyze');
    for (const [after, limit] of [
      [5000, 500],
      [5000 + many - 100, 50],
      [1, 1],
    ]) {
      const values = [organisation.id, after, limit];
      assert.equal(await rowsRead(database, organisation.id, 'account', text, values), limit, `after ${after}`);
    }
    const values = [organisation.id, 5000 + many, 500];
    assert.equal(await rowsRead(database, organisation.id, 'account', text, values), 0);
  });
}
