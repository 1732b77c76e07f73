import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Aggregate } from '#domain/account.ts';
import { Refusal } from '#domain/refusal.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { changeAggregate } from '#operations/write.ts';
import { openStore } from '#store/store.ts';
import { actorOf, inParallel } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, other, organisation, newOrganisation } = await startTestStore();

const person = (email: string) => ({ customer: { kind: 'person' as const, details: { familyName: 'Moss', email } } });
const reasonOf = (result: PromiseSettledResult<unknown>) => {
  if (result.status === 'fulfilled') return 'written';
  if (!(result.reason instanceof Refusal)) throw result.reason;
  return result.reason.reason.kind === 'taken' ? `taken ${result.reason.reason.key}` : result.reason.reason.kind;
};
const tally = (results: PromiseSettledResult<unknown>[]) => Map.groupBy(results.map(reasonOf), (reason) => reason);

test('1,000 concurrent creates with one e-mail, over two servers: one success, no orphans', async () => {
  const results = await inParallel(1000, 250, (index) =>
    createAccount(index % 2 ? store : other, actorOf(organisation), person('One@Example.com'), {}),
  );
  const outcomes = tally(results);
  assert.equal(outcomes.get('written')?.length, 1);
  assert.equal(outcomes.get('taken email')?.length, 999);
  const [rows] =
    await database.query(`select (select count(*)::int from customer) as customers, (select count(*)::int from account) as accounts,
    (select count(*)::int from change) as changes, (select count(*)::int from audit) as audits`);
  assert.deepEqual(rows, { customers: 1, accounts: 1, changes: 2, audits: 1 });
});

test('each row of a batch has its own outcome', async () => {
  const actor = actorOf(await newOrganisation('outcomes'));
  await createAccount(store, actor, person('taken@example.com'), { identifier: 'taken', accountNumber: 'N1' });
  const owners = [...Array(40).keys()].map((index) => {
    if (index % 5 === 1) return [person('TAKEN@example.com'), {}] as const;
    if (index % 5 === 2) return [person(`b${index}@example.com`), { identifier: 'taken' }] as const;
    if (index % 5 === 3) return [person(`b${index}@example.com`), { accountNumber: 'N1' }] as const;
    return [person(`b${index}@example.com`), { identifier: `free-${index}` }] as const;
  });
  const results = await inParallel(40, 40, (index) =>
    createAccount(store, actor, owners[index]?.[0] as never, owners[index]?.[1] as never),
  );
  results.forEach((result, index) => {
    const expected = ['written', 'taken email', 'taken identifier', 'taken accountNumber', 'written'][index % 5];
    assert.equal(reasonOf(result), expected, `row ${index}`);
  });
});

test('a row that the database refuses fails alone', async () => {
  const actor = actorOf(await newOrganisation('refused'));
  // NUL never passes the HTTP layer; here it makes the whole batch statement fail.
  const results = await inParallel(20, 20, (index) =>
    createCustomer(store, actor, {
      kind: 'person',
      details: { familyName: index === 7 ? 'a\u0000b' : `Name ${index}` },
    }),
  );
  for (const [index, result] of results.entries()) {
    assert.equal(result.status, index === 7 ? 'rejected' : 'fulfilled', `row ${index}`);
  }
});

test('changes are numbered densely and in commit order, over two servers', async () => {
  const numbered = await newOrganisation('numbered');
  const seen: number[] = [];
  let done = false;
  const follower = (async () => {
    // A reader that follows by position never has to come back for a smaller number.
    while (!done) {
      const rows = await database.query(
        'select number::int from change where organisation_id = $1 and number > $2 order by number',
        [numbered.id, seen.at(-1) ?? 0],
      );
      seen.push(...rows.map((row) => row.number as number));
    }
  })();
  await inParallel(600, 60, (index) =>
    createAccount(index % 2 ? store : other, actorOf(numbered), person(`n${index}@example.com`), {}),
  );
  done = true;
  await follower;
  const [last] = await database.query(
    'select change_number::int as number from organisation_counter where organisation_id = $1',
    [numbered.id],
  );
  assert.equal(last?.number, 1200);
  assert.deepEqual(
    seen.slice(0, 1200),
    [...Array(seen.length).keys()].map((index) => index + 1),
  );
  const rows = await database.query(
    'select count(*)::int as n from change c join audit a on a.organisation_id = c.organisation_id and a.number = c.audit_number where c.organisation_id = $1',
    [numbered.id],
  );
  assert.equal(rows[0]?.n, 1200);
});

test('the account carries the number of its newest change', async () => {
  const rows = await database.query(
    `select a.change_number = (select max(number) from change c where c.organisation_id = a.organisation_id and c.account_number = a.number) as right from account a`,
  );
  assert.ok(rows.length > 600);
  assert.ok(rows.every((row) => row.right));
});

test('a held lock becomes "unavailable", and the next write succeeds', async () => {
  const locked = await newOrganisation('locked');
  const pg = await import('pg');
  const holder = new pg.default.Client(database.connection);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from organisation_counter where organisation_id = $1 for update', [locked.id]);
  await assert.rejects(createCustomer(store, actorOf(locked), { kind: 'person', details: { name: 'Ida' } }), {
    name: 'Unavailable',
  });
  await holder.query('rollback');
  await holder.end();
  await createCustomer(store, actorOf(locked), { kind: 'person', details: { name: 'Ida' } });
});

test('when a batch is repeated one by one, and a lock is held again by then, nobody waits for it more than once', async () => {
  const { id } = await newOrganisation('repeated');
  const actor = actorOf({ ...organisation, id });
  const pg = await import('pg');
  const [first, second] = [new pg.default.Client(database.connection), new pg.default.Client(database.connection)];
  await Promise.all([first.connect(), second.connect()]);
  const lock = (client: typeof first) =>
    client.query('select from organisation_counter where organisation_id = $1 for update', [id]);
  const waiting = async (count: number) => {
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await database.query(waits)).length < count) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await first.query('begin');
  await lock(first);
  const began = performance.now();
  const creates = inParallel(8, 8, (index) =>
    createCustomer(store, actor, { kind: 'person', details: { familyName: index === 7 ? 'a\u0000b' : 'Moss' } }),
  );
  await waiting(1);
  await second.query('begin');
  const next = lock(second);
  await waiting(2);
  await first.query('rollback');
  await next;
  for (const result of await creates) assert.equal(result.status === 'rejected' && result.reason.name, 'Unavailable');
  assert.ok(performance.now() - began < 9000);
  await second.query('rollback');
  await Promise.all([first.end(), second.end()]);
});

test('a batch that is chosen to end a deadlock is written once more, as one', async () => {
  const actor = actorOf(await newOrganisation('deadlock'));
  const { number } = await createCustomer(store, actor, { kind: 'person', details: { name: 'Ida' } }).then(
    (made) => made.customer,
  );
  const pg = await import('pg');
  const rival = new pg.default.Client(database.connection);
  await rival.connect();
  await rival.query(`set deadlock_timeout = '20s'`); // it is the batch that notices, and gives way
  await rival.query('begin');
  await rival.query('select from customer where organisation_id = $1 and number = $2 for update', [
    actor.organisation.id,
    number,
  ]);
  const edit = (aggregate: Aggregate) => ({
    ...aggregate,
    customer: { ...aggregate.customer, details: { ...aggregate.customer.details, telephone: '+44 20 7946 0000' } },
  });
  const written = changeAggregate(store, actor, { customerNumber: number }, { operation: 'customers.change', edit });
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await database.query(waits)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await rival.query('select from organisation_counter where organisation_id = $1 for update', [actor.organisation.id]);
  await rival.query('rollback');
  await rival.end();
  assert.equal((await written).customer.version, 2);
});

test('numbers that are issued again, as after a failover that lost some, are passed over', async () => {
  const actor = actorOf(await newOrganisation('again'));
  await createAccount(store, actor, person('first@example.com'), {});
  // Back to where the database begins: the next blocks hold numbers that are taken.
  const highest = 'select max(number) from';
  await database.query(
    `select setval('customer_number', (${highest} customer) - 8), setval('row_number', (${highest} account) - 8)`,
  );
  const fresh = openStore(database.connection);
  const made = await inParallel(40, 40, (index) =>
    createAccount(fresh, actor, person(`again-${index}@example.com`), {}),
  );
  await fresh.close();
  assert.deepEqual([...tally(made).keys()], ['written']);
});

test('a young database has statistics after its first writes, so that plans do not read whole tables', async () => {
  // The tests above wrote more than the first mark.
  let rows = -1;
  for (let tries = 0; tries < 100 && rows <= 0; tries += 1) {
    const [row] = await database.query(`select reltuples::int as n from pg_class where relname = 'account'`);
    rows = row?.n as number;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(rows > 100);
});
