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
const sleeper = { name: 'sleep', text: 'select pg_sleep(20)' };
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
  const settled = Promise.allSettled([mine.lookUp(1, sleeper, []), mine.lookUp(1, backend, [])]);
  await database.query('select pg_sleep(0.2)');
  await database.query(end.text, [row?.pid]);
  for (const { status, ...rest } of await settled) {
    assert.equal(status, 'rejected');
    assert.ok((rest as { reason: unknown }).reason instanceof Unavailable);
  }
  assert.equal((await mine.lookUp(1, backend, [])).length, 1);
});

test('one that PostgreSQL cancels takes no other with it, and the connection is kept', async () => {
  const [row] = await mine.lookUp(1, backend, []);
  const settled = Promise.allSettled([
    mine.lookUp(1, backend, []),
    mine.lookUp(1, sleeper, []),
    mine.lookUp(1, division, [0]),
    mine.lookUp(1, backend, []),
  ]);
  await database.query('select pg_sleep(0.2)');
  await database.query('select pg_cancel_backend($1::int)', [row?.pid]);
  const [first, cancelled, mistaken, last] = await settled;
  assert.deepEqual(first, { status: 'fulfilled', value: [row] });
  assert.ok(cancelled?.status === 'rejected' && cancelled.reason instanceof Unavailable);
  assert.equal(mistaken?.status === 'rejected' && mistaken.reason.code, '22012');
  assert.deepEqual(last, { status: 'fulfilled', value: [row] });
});

test('where the organisation could not be set, nothing is answered, least of all for the one before', async (t) => {
  const narrow = new Database(database.connection, { maxConnections: 1 });
  t.after(() => narrow.close());
  await narrow.lookUp(2, backend, []);
  const unsettable = '\0' as unknown as number;
  const asked = [narrow.lookUp(unsettable, backend, []), narrow.lookUp(unsettable, division, [1])];
  for (const answer of await Promise.allSettled(asked))
    assert.equal(answer.status === 'rejected' && answer.reason.code, '22021');
  assert.deepEqual(
    (await narrow.lookUp(1, backend, [])).map((row) => row.organisation),
    [1],
  );
});
