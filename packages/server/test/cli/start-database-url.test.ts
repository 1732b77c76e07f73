import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createOrganisation } from '#operations/organisations/create.ts';
import { openStore } from '#store/store.ts';
import { createTestDatabase } from '../support/database.ts';
import { openPlace } from '../support/program.ts';

// `tessera start` on a PostgreSQL of its own, each test on an empty database.

const bounded = { timeout: 60_000 };
const publicUrl = 'https://accounts.example.com';

async function emptyDatabase(t: TestContext) {
  const database = await createTestDatabase();
  const store = openStore(database.connection, { maxConnections: 2 });
  t.after(async () => {
    await store.close();
    await database.drop();
  });
  return { database, store, place: openPlace(t, database) };
}

const counts = `select (select count(*)::int from organisation) as organisations, (select count(*)::int from customer) as customers,
  (select count(*)::int from account) as accounts, (select count(*)::int from api_client) as keys`;

test('the sample data is created as any other: every change numbered and audited', bounded, async (t) => {
  const { database, place } = await emptyDatabase(t);
  await place.serve();
  const [{ customers, accounts } = {}] = await database.query(counts);
  assert.ok(Number(customers) > 24 && Number(accounts) > Number(customers));
  const record =
    await database.query(`select count(*)::int as changes, min(number)::int as first, max(number)::int as last,
    count(*) filter (where not exists (select from audit a where a.organisation_id = c.organisation_id and a.number = c.audit_number))::int as unaudited
    from change c`);
  const changes = record[0]?.changes;
  assert.deepEqual(record, [{ changes, first: 1, last: changes, unaudited: 0 }]);
  const actors = await database.query('select distinct actor, dialect from audit');
  assert.deepEqual(actors, [{ actor: 'tessera', dialect: 'command-line' }]);
  const defaults = await database.query(
    'select count(distinct customer_number)::int = count(*)::int as one from account where is_default',
  );
  assert.deepEqual(defaults, [{ one: true }]);
  const types =
    await database.query(`select t.label, t.evidence, o.settings ->> 'brokerList' = t.list_slug as for_broker
    from entitlement_type t join organisation o on o.id = t.organisation_id order by t.position`);
  assert.deepEqual(types, [
    { label: 'Adult Resident', evidence: 'none', for_broker: true },
    { label: 'Student', evidence: 'after', for_broker: true },
  ]);
  assert.deepEqual(await database.query('select name, is_default from pass_namespace'), [
    { name: 'card', is_default: true },
  ]);
});

test('DEMO=false leaves the database empty', bounded, async (t) => {
  const { database, place } = await emptyDatabase(t);
  const server = await place.serve({ DEMO: 'false' });
  assert.match(server.output().stdout, /There is no organisation yet/);
  assert.deepEqual(await database.query(counts), [{ organisations: 0, customers: 0, accounts: 0, keys: 0 }]);
});

test('a first start that was cut short is completed by the next', bounded, async (t) => {
  const { database, store, place } = await emptyDatabase(t);
  await createOrganisation(store, publicUrl, { name: 'Demo Leisure', slug: 'demo' });
  const server = await place.serve({ PUBLIC_URL: publicUrl });
  assert.match(server.output().stdout, /^curl /m);
  await server.stop();
  const [whole] = await database.query(counts);
  assert.equal(whole?.keys, 1);

  await database.query('delete from api_client'); // as if it had ended just before the key
  await database.query(`delete from account where identifier = 'DEM:CustomerAccount:1001'`);
  const again = await place.serve({ PUBLIC_URL: publicUrl });
  assert.match(again.output().stdout, /^curl /m);
  assert.deepEqual(await database.query(counts), [whole]);
});

test('two servers that start at once on an empty database make one demo organisation', bounded, async (t) => {
  const { database, place } = await emptyDatabase(t);
  const servers = await Promise.all([place.serve({ PUBLIC_URL: publicUrl }), place.serve({ PUBLIC_URL: publicUrl })]);
  assert.ok(servers.some((server) => server.output().stdout.includes('tsk_')));
  const [found] = await database.query(counts);
  assert.equal(found?.organisations, 1);
  const twice = await database.query(
    'select email_key from customer where email_key is not null group by 1 having count(*) > 1',
  );
  assert.deepEqual(twice, []);
});

test('a port in use is told in a sentence, before anything is created', bounded, async (t) => {
  const { database, place } = await emptyDatabase(t);
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stdout, stderr } = await place.run(['start'], { PORT: String(port) });
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use already\\. .*set PORT`, 'm'));
  assert.deepEqual(await database.query(counts), [{ organisations: 0, customers: 0, accounts: 0, keys: 0 }]);
});

test('a HOST that is not of this machine is told in a sentence', bounded, async (t) => {
  const { place } = await emptyDatabase(t);
  const { code, stderr } = await place.run(['start'], { HOST: '192.0.2.1' });
  assert.equal(code, 1);
  assert.match(stderr, /^Listening on HOST=192\.0\.2\.1, PORT=0 is not possible: .*EADDRNOTAVAIL/m);
});

test('PUBLIC_URL is where it is ready, and a change of it is reported with what to do', bounded, async (t) => {
  const { place } = await emptyDatabase(t);
  const server = await place.serve({ PUBLIC_URL: publicUrl });
  assert.equal(server.url, publicUrl);
  assert.doesNotMatch(server.output().stdout, /Set PUBLIC_URL/);
  assert.match(server.output().stdout, /^curl .*'http:\/\/127\.0\.0\.1:\d+\/v1\//m);
  await server.stop();

  const moved = await place.serve({ PUBLIC_URL: 'https://new.example.com' });
  assert.match(
    moved.output().stdout,
    /Set PUBLIC_URL=https:\/\/accounts\.example\.com or, .*organisation update demo --base-url https:\/\/new\.example\.com\n/,
  );
});

test('a database of a newer release is refused with a sentence', bounded, async (t) => {
  const { database, place } = await emptyDatabase(t);
  await database.query(`insert into migration (number, name, checksum) values (9999, '9999_future', 'x')`);
  const { code, stdout, stderr } = await place.run(['start']);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.match(stderr, /^The database has migration 9999_future, .*newer release.*\n$/);
});

test(
  'requests are logged on standard error as JSON, within two seconds, without key or personal data',
  bounded,
  async (t) => {
    const { place } = await emptyDatabase(t);
    const server = await place.serve();
    const { stdout } = server.output();
    const key = /tsk_\w+/.exec(stdout)?.[0] as string;
    const [, local] = /'(http:\/\/127[^']*)\/v1\//.exec(stdout) as RegExpExecArray;
    await fetch(`${local}/v1/accounts/demo-1001`, { headers: { authorization: `Bearer ${key}` } });
    const lines = () =>
      server
        .output()
        .stderr.split('\n')
        .filter((line) => line.includes('"request"'));
    for (const deadline = Date.now() + 2000; lines().length === 0 && Date.now() < deadline; )
      await new Promise(setImmediate);
    const { level, method, route, status } = JSON.parse(lines()[0] ?? '{}');
    assert.deepEqual(
      { level, method, route, status },
      { level: 'info', method: 'GET', route: '/v1/accounts/:identifier', status: 200 },
    );
    const { stderr } = await server.stop();
    for (const secret of [key, 'demo-1001', 'Marlow']) assert.ok(!stderr.includes(secret), secret);
  },
);

test('LOG_LEVEL=silent keeps standard error empty', bounded, async (t) => {
  const { place } = await emptyDatabase(t);
  const server = await place.serve({ LOG_LEVEL: 'silent', DEMO: 'false' });
  await fetch(`${server.url}/v1/accounts/x`);
  assert.equal((await server.stop()).stderr, '');
});

test('an error that nobody caught is logged and ends the server with exit code 1', bounded, async (t) => {
  const { place } = await emptyDatabase(t);
  const fault = 'process.on("SIGUSR2", () => { throw new Error("a defect") })';
  const options = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
  const server = await place.serve({ DEMO: 'false', NODE_OPTIONS: options });
  const { code, stderr } = await server.stop('SIGUSR2');
  assert.equal(code, 1);
  const line = stderr.split('\n').find((text) => text.includes('a defect')) ?? '{}';
  assert.deepEqual(JSON.parse(line).level, 'fatal');
});
