import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertReplica, factsOf } from '#store/replica-facts.ts';
import { eventually } from '../contract/native/change-support.ts';
import { databaseUrl, openPlace } from '../support/program.ts';
import { bounded, open, primary, standby, store, told } from './setting.ts';

const url = (connection: typeof primary.connection, database = 'tessera') =>
  databaseUrl({ connection: { ...connection, database } });

test('start refuses a different database with a sentence', bounded, async (t) => {
  const place = openPlace(t);
  const environment = {
    DATABASE_URL: url(primary.connection),
    DATABASE_REPLICA_URL: url(standby.connection, 'postgres'),
  };
  const { code, stdout, stderr } = await place.run(['start'], environment);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^The database that DATABASE_REPLICA_URL names is a different database than the one that DATABASE_URL names\. .*leave it out\.$/m,
  );
});

test('a replica that cannot be reached is no reason not to start', bounded, async () => {
  const lonely = await open({ connection: { ...standby.connection, port: 1 } });
  assert.equal(await lonely.positioned.start(), undefined);
  assert.equal(lonely.positioned.replicaInUse, false);
  assert.deepEqual(told, ['failed']);
  assert.equal(
    (await lonely.positioned.read(async ({ database }) => ({ database, position: 0 }))).database,
    lonely.database,
  );
});

test('the primary itself may stand for a replica', bounded, async () => {
  const alone = await open({ connection: primary.connection });
  assert.equal(await alone.positioned.start(), undefined);
  assert.equal(alone.positioned.replicaInUse, true);
});

test('what does not keep organisations apart is refused', async () => {
  const primaryFacts = await factsOf(store.database);
  assert.doesNotThrow(() => assertReplica(primaryFacts, primaryFacts));
  assert.throws(() => assertReplica({ ...primaryFacts, role: 'postgres' }, primaryFacts), /works as the role postgres/);
});

test('a replica that was promoted is left, and refused from then on', bounded, async () => {
  await standby.query('select pg_promote()');
  await eventually(async () => store.positioned.replicaInUse === false);
  const refusal = /^is no standby of the database that DATABASE_URL names, but a server that takes writes of its own$/;
  assert.match(told.join(), refusal);
  const other = await open();
  assert.match((await other.positioned.start())?.message ?? '', refusal);
});
