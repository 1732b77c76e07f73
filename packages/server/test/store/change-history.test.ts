import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createAccount } from '#operations/accounts/create.ts';
import { boundsOf } from '#operations/history/bounds.ts';
import type { RecordedChange } from '#store/change-history.ts';
import { changesOfCustomer, stateAt } from '#store/change-history-statements.ts';
import { actorOf } from '../support/fixtures.ts';
import { rowsRead } from '../support/rows-read.ts';
import { startTestStore } from '../support/store.ts';

/* Every hour of 5,000 the busy account changes; every thousandth time the quiet one does, and then the customer with the quiet one. */
const hours = 5_000;
const { database, store, organisation } = await startTestStore();
const { id } = organisation;
const actor = actorOf(organisation, new Date('2026-01-01T00:00:00Z'));
const owner = { customer: { kind: 'person' as const, details: { familyName: 'Moss' } } };
const { aggregate, account: busy } = await createAccount(store, actor, owner, { identifier: 'busy' });
const customerNumber = aggregate.customer.number;
const { account: quiet } = await createAccount(store, actor, { customerNumber }, { identifier: 'quiet' });
const later = { ...actor, now: new Date('2026-12-01T00:00:00Z') };

before(async () => {
  await database.query(
    `with moment as (
        select n, 100 + n * 4 as number, timestamptz '2026-01-01T00:00:00Z' + n * interval '1 hour' as at from generate_series(1, $5::int) n),
      changed as (
        select number, number as audit_number, 'account' as subject, 'own' as cause, $3::bigint as account, at from moment
        union all select number + 1, number + 1, 'account', 'own', $4, at from moment where n % 1000 = 0
        union all select number + 2, number + 2, 'customer', 'own', null, at from moment where n % 1000 = 0
        union all select number + 3, number + 2, 'account', 'customer', $4, at from moment where n % 1000 = 0),
      detail as (
        insert into change_detail (organisation_id, customer_number, change_number, account_number, document)
        select $1, $2, number, coalesce(account, 0), json_build_object('version', number) from changed where cause = 'own'),
      made as (
        insert into audit (organisation_id, number, at, client_id, client_name, actor, dialect, channel, operation, customer_number,
          correlation_id, request_id)
        select distinct on (audit_number) $1::bigint, audit_number, at, 1, '', '', '', '', '', $2::bigint, '', '' from changed)
    insert into change (organisation_id, number, audit_number, subject, kind, cause, customer_number, account_number, version, members, events, at)
      select $1, number, audit_number, subject, 'updated', cause, $2, account, 1, '{}', '{}', at from changed`,
    [id, customerNumber, busy.number, quiet.number, hours],
  );
  await database.query('update organisation_counter set change_number = 100000 where organisation_id = $1', [id]);
});

/** The rows that a statement reads, by table. */
async function read({ text }: { text: string }, values: unknown[]): Promise<Record<string, number>> {
  const tables = ['change', 'change_detail', 'audit', 'account'];
  const counts = tables.map(async (table) => [table, await rowsRead(database, id, table, text, values)]);
  return Object.fromEntries(await Promise.all(counts));
}

/** The numbers under which a subject's changes were written, and the documents before and after, as the test wrote them. */
const shown = ({ change, account, customer }: RecordedChange) => [
  change.number,
  change.cause,
  ...[account.before, account.after, customer.before, customer.after].map(
    (document) => (document as { version?: number } | undefined)?.version,
  ),
];

for (const statistics of ['young', 'current']) {
  const page = (account: number | null, below: number) => {
    const filter = [account, '-infinity', 'infinity', null];
    return read(changesOfCustomer, [id, customerNumber, below, 0, 2000, ...filter, 51, account !== null]);
  };

  test(`a page of 50 reads so many changes, and each document by one step, statistics ${statistics}`, async () => {
    if (statistics === 'current') await database.query('analyze');
    for (const below of [Number.MAX_SAFE_INTEGER, 10_000, 101]) {
      const ofCustomer = await page(null, below);
      assert.ok((ofCustomer.change as number) <= 51, JSON.stringify(ofCustomer));
      const ofAccount = await page(busy.number, below);
      assert.ok((ofAccount.change as number) <= 54, JSON.stringify(ofAccount));
      for (const counts of [ofCustomer, ofAccount]) {
        assert.ok((counts.change_detail as number) <= 2 * 51, JSON.stringify(counts));
        assert.ok((counts.audit as number) <= 51 && (counts.account as number) <= 2 * 51, JSON.stringify(counts));
      }
    }
  });

  test(`a page of an account among busier ones reads 2,000 changes, statistics ${statistics}`, async () => {
    const counts = await page(quiet.number, Number.MAX_SAFE_INTEGER);
    assert.ok((counts.change as number) <= 2_000, JSON.stringify(counts));
    assert.ok((counts.change_detail as number) <= 8 && (counts.audit as number) <= 4, JSON.stringify(counts));
  });

  test(`how it was is read from the changes of a day and two documents, statistics ${statistics}`, async () => {
    for (const at of ['2026-01-01T00:30:00Z', '2026-03-01T12:30:00Z', '2026-07-28T07:30:00Z', '2026-11-30T23:59:59Z']) {
      const { below } = await boundsOf(store, later, { until: new Date(at) });
      const counts = await read(stateAt, [id, customerNumber, quiet.number, below ?? Number.MAX_SAFE_INTEGER, at]);
      assert.ok((counts.change as number) <= 34, JSON.stringify(counts));
      assert.ok((counts.change_detail as number) <= 2, JSON.stringify(counts));
    }
  });
}

for (const limit of [3, 200]) {
  test(`pages of ${limit} lead through the whole past of an account, each change once, with what was before it`, async () => {
    const subject = { customerNumber, accountNumber: quiet.number };
    const pages: RecordedChange[][] = [];
    for (let below: number | undefined = Number.MAX_SAFE_INTEGER; below !== undefined; ) {
      const { changes, next } = await store.changeHistory.page(id, subject, { below }, limit);
      pages.push(changes);
      below = next;
    }
    assert.ok(pages.length >= 3, 'so many changes are not looked at for one page');
    const found = pages.flat();
    const thousands = [5_000, 4_000, 3_000, 2_000, 1_000].map((hour) => 100 + hour * 4);
    const expected = thousands.flatMap((number) => {
      const [own, customer] = [number + 1, number + 2];
      const [ownBefore, customerBefore] = number === 4_100 ? [1, undefined] : [own - 4_000, customer - 4_000];
      return [
        [number + 3, 'customer', undefined, undefined, customerBefore, customer],
        [own, 'own', ownBefore, own, undefined, undefined],
      ];
    });
    assert.deepEqual(found.slice(0, -1).map(shown), expected);
    assert.equal(found.at(-1)?.change.kind, 'created');
  });
}

test('a short page has no next at the end, also where everything was looked at exactly', async () => {
  const page = (below: number) => store.changeHistory.page(id, { customerNumber }, { below }, 10);
  assert.deepEqual(
    (await page(3)).changes.map(({ change }) => change.number),
    [2, 1],
  );
  assert.equal((await page(3)).next, undefined);
  assert.deepEqual(await page(1), { changes: [] });
});

test('bounds leave a day for changes that are committed long after they began', async () => {
  const { least, below } = await boundsOf(store, later, {
    from: new Date('2026-02-01T00:00:00Z'),
    until: new Date('2026-02-02T00:00:00Z'),
  });
  // The numbers have gaps of four here.
  const hour = (hours: number) => 100 + hours * 4;
  assert.ok(least !== undefined && least > hour(30 * 24 - 1) && least <= hour(30 * 24), String(least));
  assert.ok(below !== undefined && below > hour(33 * 24 - 1) && below <= hour(33 * 24), String(below));
  const soon = { ...later, now: new Date('2026-02-02T23:00:00Z') };
  assert.deepEqual(await boundsOf(store, soon, { until: new Date('2026-02-02T00:00:00Z') }), {});
});

test('an organisation that is not there has no position, so that a replica without it does not answer', async () => {
  const none = id + 1000;
  assert.deepEqual(await store.changeHistory.stateAt(none, { customerNumber }, new Date(), undefined), {
    position: -1,
    number: 0,
    prunedTo: 0,
  });
  assert.deepEqual(await store.changes.range(none), { prunedTo: 0, newest: -1 });
  assert.equal(await store.changes.firstAt(none, new Date(0)), 1);
  const search = { from: new Date(0), until: new Date(1) };
  assert.deepEqual(await boundsOf(store, { ...later, organisation: { ...organisation, id: none } }, search), {
    least: 1,
    below: 1,
  });
});
