import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor } from '#domain/actor.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { endTombstones } from '#operations/retention/end-tombstones.ts';
import { identifierDigest } from '#store/forgotten-identifiers.ts';
import type { Store } from '#store/store.ts';
import { actorOf, inParallel } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, other, newOrganisation } = await startTestStore();
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const start = new Date('2026-11-21T12:00:00Z');
const daysLater = (days: number, milliseconds = 0) => new Date(start.getTime() + days * 86_400_000 + milliseconds);

/** An organisation of a test's own, at the instant at which everything in it happens. */
async function organisationOf(slug: string): Promise<Actor> {
  return actorOf(await newOrganisation(slug), start);
}

const create = (actor: Actor, identifier: string, where: Store = store) =>
  createAccount(where, actor, owner, { identifier });

async function gone(actor: Actor, how: 'deleted' | 'erased', ...identifiers: string[]): Promise<void> {
  for (const identifier of identifiers) {
    await create(actor, identifier);
    if (how === 'deleted') await deleteAccount(store, actor, { identifier });
    else await eraseCustomer(store, actor, { identifier });
  }
}

const rowsOf = (actor: Actor, table: string) =>
  database.query(`select * from ${table} where organisation_id = $1`, [actor.organisation.id]);
const inFeed = async ({ organisation }: Actor) =>
  (await store.accountFeed.after(organisation.id, 0, 100)).map(({ identifier }) => identifier).sort();

test('accounts that are gone stay for 30 days, to the millisecond; the others for ever', async () => {
  const actor = await organisationOf('thirty');
  await create(actor, 'living');
  await gone(actor, 'deleted', 'deleted');
  await gone(actor, 'erased', 'erased');
  for (const now of [start, daysLater(29), daysLater(30)]) {
    await endTombstones(store, now);
    assert.deepEqual(await inFeed(actor), ['deleted', 'erased', 'living']);
  }
  assert.equal(await endTombstones(store, daysLater(30, 1)), 2);
  assert.deepEqual(await inFeed(actor), ['living']);
  assert.equal(await endTombstones(store, daysLater(3000)), 0);
  assert.deepEqual(await inFeed(actor), ['living']);
});

test('each organisation decides for itself: 7 days at least', async () => {
  const [week, year] = [await organisationOf('week'), await organisationOf('year')];
  await changeSettings(store, week, { edit: { tombstoneRetentionDays: 7 } });
  await changeSettings(store, year, { edit: { tombstoneRetentionDays: 365 } });
  for (const actor of [week, year]) await gone(actor, 'deleted', 'a', 'b');
  assert.equal(await endTombstones(store, daysLater(7)), 0);
  assert.equal(await endTombstones(store, daysLater(7, 1)), 2);
  assert.deepEqual([await inFeed(week), await inFeed(year)], [[], ['a', 'b']]);
  assert.equal(await endTombstones(store, daysLater(365)), 0);
  assert.equal(await endTombstones(store, daysLater(365, 1)), 2);
});

test('what stays of an identifier is a digest with numbers, version and state', async () => {
  const actor = await organisationOf('digest');
  await gone(actor, 'deleted', 'card-of-ida-moss');
  await gone(actor, 'erased', 'ida.moss@example.com');
  const before = new Map((await rowsOf(actor, 'account')).map((row) => [row.identifier, row]));
  await endTombstones(store, daysLater(31));
  assert.deepEqual(await rowsOf(actor, 'account'), []);
  const rows = await rowsOf(actor, 'forgotten_identifier');
  assert.equal(rows.length, 2);
  for (const [identifier, { number, customer_number, version, state }] of before) {
    const digest = Buffer.from(identifierDigest(actor.organisation, identifier as string), 'hex');
    const { organisation_id } = rows[0] as Record<string, unknown>;
    const row = rows.find((one) => (one.digest as Buffer).equals(digest));
    assert.deepEqual(row, { organisation_id, digest, number, customer_number, version, state });
  }
  const other = await newOrganisation('other-key');
  assert.notEqual(identifierDigest(other, 'same'), identifierDigest(actor.organisation, 'same'));
});

test('nothing that could be read as the identifier is left anywhere, statistics included', async () => {
  const actor = await organisationOf('nothing');
  await gone(actor, 'erased', 'unmistakable-1');
  await gone(actor, 'deleted', 'unmistakable-2');
  await database.query('analyze');
  await endTombstones(store, daysLater(31));
  const tables = await database.query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  assert.ok(tables.length > 20);
  for (const { name } of [...tables, { name: 'pg_stats' }]) {
    const [row] = await database.query(
      `select count(*)::int as found from "${name}" t where t::text like '%unmistakable%'`,
    );
    assert.deepEqual(row, { found: 0 }, String(name));
  }
  const kept = await rowsOf(actor, 'change');
  assert.ok(
    kept.some(({ account_number, kind }) => account_number !== null && kind === 'deleted'),
    'the past keeps numbers',
  );
});

test('a forgotten identifier answers as its tombstone did; one that never was is not found', async () => {
  const actor = await organisationOf('answers');
  await gone(actor, 'deleted', 'deleted');
  await gone(actor, 'erased', 'erased');
  const answers = async (identifier: string) => [
    await refusalOf(readAccount(store, actor, identifier)),
    await refusalOf(deleteAccount(store, actor, { identifier })),
    await eraseCustomer(store, actor, { identifier }).catch(({ reason }) => reason.kind),
  ];
  const identifiers = ['deleted', 'erased', 'never'];
  const before = await Promise.all(identifiers.map(answers));
  assert.deepEqual(before, [
    ['gone', 'gone', 'gone'],
    ['gone', 'gone', false],
    ['not-found', 'not-found', 'not-found'],
  ]);
  await endTombstones(store, daysLater(31));
  assert.deepEqual(await Promise.all(identifiers.map(answers)), before);
  const elsewhere = await organisationOf('answers-elsewhere');
  assert.equal(await refusalOf(readAccount(store, elsewhere, 'erased')), 'not-found');
});

test('only where nothing is found is it asked whether something was forgotten, in one more statement', async (t) => {
  const actor = await organisationOf('statements');
  await create(actor, 'living');
  await gone(actor, 'deleted', 'tombstone');
  await gone(actor, 'erased', 'forgotten');
  await database.query(
    `update account set gone_at = '2026-01-01' where organisation_id = $1 and identifier = 'forgotten'`,
    [actor.organisation.id],
  );
  assert.equal(await endTombstones(store, start), 1);
  const asked = (['read', 'lookUp'] as const).map((kind) => t.mock.method(store.database, kind).mock);
  const statementsOf = async (identifier: string) => {
    for (const mock of asked) mock.resetCalls();
    await readAccount(store, actor, identifier).catch(() => undefined);
    return asked.reduce((sum, mock) => sum + mock.callCount(), 0);
  };
  assert.equal(await statementsOf('living'), 1);
  assert.equal(await statementsOf('tombstone'), 1);
  assert.equal(await statementsOf('forgotten'), 2);
  assert.equal(await statementsOf('never'), 2);
});

test('created anew, a deleted identifier goes on with the next version; an erased one is refused for ever', async () => {
  const actor = await organisationOf('anew');
  await gone(actor, 'deleted', 'deleted');
  await gone(actor, 'erased', 'erased');
  await endTombstones(store, daysLater(31));
  const { account } = await create(actor, 'deleted');
  assert.equal(account.version, 3, 'created, deleted, created');
  assert.equal((await readAccount(store, actor, 'deleted')).account.number, account.number);
  assert.deepEqual(await inFeed(actor), ['deleted']);
  assert.deepEqual(
    (await rowsOf(actor, 'forgotten_identifier')).map(({ state }) => state),
    ['erased'],
  );
  const { aggregate } = await create(actor, 'elsewhere');
  const second = { customerNumber: aggregate.customer.number };
  for (let times = 0; times < 2; times += 1) {
    assert.equal(await refusalOf(create(actor, 'erased')), 'identifier-erased');
    assert.equal(await refusalOf(createAccount(store, actor, second, { identifier: 'erased' })), 'identifier-erased');
  }
  // Deleted and forgotten once more, and created for another customer, it goes on where it was.
  await deleteAccount(store, actor, { identifier: 'deleted' });
  await endTombstones(store, daysLater(31));
  assert.equal((await createAccount(store, actor, second, { identifier: 'deleted' })).account.version, 5);
});

test('what was created anew after it was found stays', async () => {
  const actor = await organisationOf('race');
  await gone(actor, 'deleted', 'a', 'b');
  const { organisation } = actor;
  const found = await store.tombstones.due(organisation.id, daysLater(1), 10);
  await create(actor, 'a', other);
  assert.equal(await store.tombstones.end(organisation, found), 1);
  assert.deepEqual(await inFeed(actor), ['a']);
  assert.equal(await store.tombstones.end(organisation, found), 0, 'a second time nothing happens');
  assert.equal((await rowsOf(actor, 'forgotten_identifier')).length, 1);
});

test('two servers at once, cut off after any batch: each is ended once, and none is lost', async () => {
  const actor = await organisationOf('two');
  const identifiers = [...Array(60).keys()].map((index) => `two-${index}`);
  await inParallel(60, 20, (index) => gone(actor, index % 2 ? 'deleted' : 'erased', identifiers[index] as string));
  const { organisation } = actor;
  // As if the server had been killed after two batches.
  for (let batch = 0; batch < 2; batch += 1) {
    await store.tombstones.end(organisation, await store.tombstones.due(organisation.id, daysLater(31), 7));
  }
  assert.equal((await rowsOf(actor, 'forgotten_identifier')).length, 14);
  const counts = [];
  for (let left = 46; left > 0; left -= counts.slice(-2).reduce((sum, count) => sum + count, 0)) {
    counts.push(
      ...(await Promise.all([endTombstones(store, daysLater(31), 5), endTombstones(other, daysLater(31), 5)])),
    );
  }
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    46,
  );
  assert.deepEqual(await rowsOf(actor, 'account'), []);
  assert.equal((await rowsOf(actor, 'forgotten_identifier')).length, 60);
});

test('while identifiers are created and deleted on both servers and forgotten at once, no version ever repeats', async () => {
  const actor = await organisationOf('versions');
  let working = true;
  const forgetting = [store, other].map(async (mine) => {
    let ended = 0;
    while (working) ended += await endTombstones(mine, daysLater(31), 3);
    return ended;
  });
  const results = await inParallel(12, 12, async (index) => {
    const versions: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const mine = (index + round) % 2 ? store : other;
      versions.push((await create(actor, `v-${index}`, mine)).account.version);
      await deleteAccount(mine, actor, { identifier: `v-${index}` });
    }
    return versions;
  });
  working = false;
  const [first = 0, second = 0] = await Promise.all(forgetting);
  assert.ok(first + second > 20, `${first + second} were forgotten meanwhile`);
  const expected = [...Array(12).keys()].map((round) => 2 * round + 1);
  for (const result of results) assert.deepEqual(result, { status: 'fulfilled', value: expected });
});

test('the base URL stays fixed although no account is left: identifiers were part of it', async () => {
  const actor = await organisationOf('base');
  const { id } = actor.organisation;
  assert.ok(await store.organisations.moveBaseUrl(id, 'https://first.example.com'));
  await gone(actor, 'deleted', 'one');
  await endTombstones(store, daysLater(31));
  assert.equal(await store.organisations.moveBaseUrl(id, 'https://second.example.com'), false);
});

async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'none',
    ({ reason }) => reason?.kind,
  );
}
