import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Database } from '#store/database.ts';
import { Unavailable } from '#store/unavailable.ts';
import { createTestDatabase } from '../support/database.ts';

/*
 * Look-ups of the same moment go out together, on one connection.
 */

const database = await createTestDatabase();
after(() => database.drop());
const mine = new Database(database.connection, { maxConnections: 4 });
after(() => mine.close());

const backend = {
  name: 'backend',
  text: 'select pg_backend_pid() as pid, current_organisation()::int as organisation',
};
const division = { name: 'division', text: 'select 1 / $1::int as result' };

test('those of one organisation share a connection, those of another have their own', async () => {
  const asked = [1, 2, 1, 2, 1].map((organisation) => mine.lookUp(organisation, backend, []));
  const rows = (await Promise.all(asked)).flat();
  assert.deepEqual(
    rows.map((row) => row.organisation),
    [1, 2, 1, 2, 1],
  );
  assert.equal(new Set(rows.map((row) => row.pid)).size, 2);
});

test('one that fails fails alone', async () => {
  const asked = [1, 0, 2].map((divisor) => mine.lookUp(1, division, [divisor]));
  const [first, failed, last] = await Promise.allSettled(asked);
  assert.deepEqual(first, { status: 'fulfilled', value: [{ result: 1 }] });
  assert.equal(failed?.status === 'rejected' && failed.reason.code, '22012');
  assert.deepEqual(last, { status: 'fulfilled', value: [{ result: 0 }] });
  assert.deepEqual(
    (await mine.lookUp(1, backend, [])).map((row) => row.organisation),
    [1],
  );
});

test('a connection that ends ends all, and the next has another', async () => {
  const end = { name: 'end', text: 'select pg_terminate_backend($1::int)' };
  const [row] = await mine.lookUp(1, backend, []);
  const asked = [mine.lookUp(1, { name: 'sleep', text: 'select pg_sleep(20)' }, []), mine.lookUp(1, backend, [])];
  await database.query('select pg_sleep(0.2)');
  await database.query(end.text, [row?.pid]);
  for (const { status, ...rest } of await Promise.allSettled(asked)) {
    assert.equal(status, 'rejected');
    assert.ok((rest as { reason: unknown }).reason instanceof Unavailable);
  }
  assert.equal((await mine.lookUp(1, backend, [])).length, 1);
});
