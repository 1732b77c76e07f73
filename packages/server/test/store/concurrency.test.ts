import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '#domain/refusal.ts';
import { changeAccount } from '#operations/accounts/change.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { readCustomer } from '#operations/customers/read.ts';
import { actorOf, inParallel } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, other, organisation } = await startTestStore();
const actor = actorOf(organisation);

test('10,000 random concurrent default switches, over two servers: never two defaults, none fails', async () => {
  const customers = await Promise.all(
    [...Array(25).keys()].map(async (index) => {
      const { customer } = await createCustomer(store, actor, { kind: 'person', details: { name: `Person ${index}` } });
      for (const alias of ['a', 'b', 'c', 'd'])
        await createAccount(
          store,
          actor,
          { customerNumber: customer.number },
          { alias, identifier: `${index}-${alias}` },
        );
      return customer.number;
    }),
  );
  let done = false;
  const watcher = (async () => {
    let looks = 0;
    for (; !done; looks += 1) {
      const rows = await database.query(
        'select customer_number from account where is_default group by 1 having count(*) > 1',
      );
      assert.deepEqual(rows, []);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return looks;
  })();
  const results = await inParallel(10_000, 100, (index) => {
    const identifier = `${(index * 7) % 25}-${'abcd'[Math.floor(Math.random() * 4)]}`;
    return changeAccount(
      index % 3 ? store : other,
      actor,
      { identifier },
      { edit: { isDefault: Math.random() < 0.9 } },
    );
  });
  done = true;
  assert.ok((await watcher) > 10);
  assert.deepEqual(
    results.filter((result) => result.status === 'rejected').map((result) => (result as PromiseRejectedResult).reason),
    [],
  );
  for (const number of customers) {
    const { accounts } = await readCustomer(store, actor, number);
    assert.ok(accounts.filter((account) => account.isDefault).length <= 1);
  }
});

test('writers with If-Match lose no update', async () => {
  const { customer } = await createCustomer(store, actor, {
    kind: 'person',
    details: { name: 'Counter', jobTitle: '0' },
  });
  let refused = 0;
  await inParallel(20, 20, async (index) => {
    const mine = index % 2 ? store : other;
    for (let written = 0; written < 10; ) {
      const { customer: read } = await readCustomer(mine, actor, customer.number);
      const jobTitle = String(Number(read.details.jobTitle) + 1);
      try {
        await changeCustomer(
          mine,
          actor,
          { customerNumber: customer.number },
          {
            ifMatch: (aggregate) => aggregate.customer.version === read.version,
            edit: () => ({ details: { ...read.details, jobTitle } }),
          },
        );
        written += 1;
      } catch (error) {
        if (!(error instanceof Refusal) || error.reason.kind !== 'precondition') throw error;
        refused += 1;
      }
    }
  });
  assert.equal((await readCustomer(store, actor, customer.number)).customer.details.jobTitle, '200');
  assert.ok(refused > 0, 'the writers never met');
});

test('writers without If-Match all take effect, on the member each of them changes', async () => {
  const { customer } = await createCustomer(store, actor, { kind: 'person', details: { name: 'Many' } });
  const members = ['jobTitle', 'gender', 'landline', 'telephone'] as const;
  const results = await inParallel(200, 50, (index) =>
    changeCustomer(
      index % 2 ? store : other,
      actor,
      { customerNumber: customer.number },
      {
        edit: (aggregate) => ({
          details: { ...aggregate.customer.details, [members[index % 4] as string]: String(1000 + index) },
        }),
      },
    ),
  );
  assert.deepEqual(
    results.filter((result) => result.status === 'rejected'),
    [],
  );
  const { customer: after } = await readCustomer(store, actor, customer.number);
  assert.equal(after.version, 201);
  for (const member of members) assert.match(after.details[member] as string, /^1\d{3}$/);
});

test('the database itself refuses a second default', async () => {
  const [row] = await database.query(`select customer_number from account where is_default limit 1`);
  await assert.rejects(
    database.query('update account set is_default = true where customer_number = $1 and not is_default', [
      row?.customer_number,
    ]),
    { constraint: 'account_default' },
  );
});
