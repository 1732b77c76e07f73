import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { postgresProcesses, runningPostmaster, signalProcess } from '#store/embedded/processes.ts';
import { until } from '../store/embedded-support.ts';
import { openPlace, type Place, type RunningServer } from '../support/program.ts';
import { type Create, type Load, send, startLoad } from './load.ts';

// The server under load on its embedded database, and then `kill -9`: of the server, of PostgreSQL, of both. What the server had
// acknowledged must be there, once; nothing must be there by halves.

const bounded = { timeout: 120_000 };
const clusterOf = ({ dataDir }: Place) => join(dataDir, 'postgres');
const killPostgres = (place: Place) => process.kill(runningPostmaster(clusterOf(place))?.pid as number, 'SIGKILL');
async function killServer({ child }: RunningServer): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A server with an organisation, and a key that no limit slows down. */
async function serverWithKey(t: TestContext) {
  const place = openPlace(t);
  const server = await place.serve({ DEMO: 'false', LOG_LEVEL: 'warn' });
  const created = await place.run(['organisation', 'create', '--name', 'Swim']);
  assert.equal(created.code, 0, created.stderr);
  const limits = ['--per-second', '1000000'];
  const { stdout } = await place.run([
    'key',
    'create',
    '--organisation',
    'swim',
    '--name',
    'load',
    ...limits,
    '--json',
  ]);
  return { place, server, key: JSON.parse(stdout).key as string };
}

const kills: Record<string, (place: Place, server: RunningServer) => Promise<void>> = {
  'the server': (_, server) => killServer(server),
  'the server and PostgreSQL at once': async (place, server) => {
    for (const pid of postgresProcesses(clusterOf(place))) signalProcess(pid, 'SIGKILL');
    await killServer(server);
  },
};
for (const [victim, kill] of Object.entries(kills)) {
  test(`kill -9 of ${victim}: nothing acknowledged is lost, nothing is done twice`, bounded, async (t) => {
    const { place, server, key } = await serverWithKey(t);
    const load = startLoad(t, server.url, key);
    await until(() => load.acknowledged.length > 300, 'accounts are created');
    await kill(place, server);
    await load.stop();
    // Between the two kills the server may have missed PostgreSQL: then it says so, and nothing else.
    const missed = load.refused.filter(({ status }) => status !== 503);
    assert.deepEqual(missed, []);
    const unsettled = [...load.unanswered, ...load.refused];

    const again = await place.serve({ DEMO: 'false' });
    await assertKept(again, key, load);
    await assertRepeatable(again, key, unsettled);
    await assertRecord(place, [...load.acknowledged, ...unsettled]);
    assert.equal((await again.stop()).code, 0);
    assert.deepEqual(postgresProcesses(clusterOf(place)), []);
  });
}

test('kill -9 of PostgreSQL: 503 with Retry-After until it is back, and never anything else', bounded, async (t) => {
  const { place, server, key } = await serverWithKey(t);
  const load = startLoad(t, server.url, key);
  await until(() => load.acknowledged.length > 300, 'accounts are created');
  killPostgres(place);
  await until(() => load.refused.length > 0, 'the server misses PostgreSQL');
  const before = load.acknowledged.length;
  await until(() => load.acknowledged.length > before + 300, 'the server works again');
  await load.stop();
  assert.deepEqual(load.unanswered, []);
  const others = load.refused.filter(
    ({ status, retryAfter }) => status !== 503 || !/^[1-9]\d*$/.test(retryAfter ?? ''),
  );
  assert.deepEqual(others, []);

  await assertKept(server, key, load);
  await assertRepeatable(server, key, load.refused);
  await assertRecord(place, [...load.acknowledged, ...load.refused]);
  assert.equal((await server.stop()).code, 0);
  assert.deepEqual(postgresProcesses(clusterOf(place)), []);
});

/** Every acknowledged account is there, and its Idempotency-Key replays the very answer. */
async function assertKept({ url }: RunningServer, key: string, { acknowledged }: Load): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  for (let start = 0; start < acknowledged.length; start += 500) {
    const identifiers = acknowledged.slice(start, start + 500).map(({ identifier }) => identifier);
    const body = JSON.stringify({ identifiers });
    const response = await fetch(`${url}/v1/accounts/batch-get`, { method: 'POST', headers, body });
    const { items } = (await response.json()) as { items: { identifier: string }[] };
    assert.deepEqual(
      items.map(({ identifier }) => identifier),
      identifiers,
    );
  }
  for (const create of [...acknowledged.slice(0, 20), ...acknowledged.slice(-20)]) {
    const replay = await send(url, key, create);
    assert.equal(replay.status, 201);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
    assert.equal(await replay.text(), create.text);
  }
}

/** Whoever does not know what became of a create sends it again. */
async function assertRepeatable({ url }: RunningServer, key: string, creates: Create[]): Promise<void> {
  for (const create of creates) {
    const response = await send(url, key, create);
    assert.equal(response.status, 201, await response.text());
  }
}

/** In the database: one customer per create, change numbers 1..n without a gap, every change audited, counted and detailed. */
async function assertRecord(place: Place, creates: Create[]): Promise<void> {
  const { socketDirectory: host, port } = runningPostmaster(clusterOf(place)) ?? assert.fail('PostgreSQL is running');
  const client = new pg.Client({ host, port, user: 'postgres', database: 'tessera', ssl: false });
  await client.connect();
  try {
    const { rows: customers } = await client.query('select email_key from customer order by email_key collate "C"');
    assert.deepEqual(
      customers.map((row) => row.email_key),
      creates.map(({ email }) => email).sort(),
    );
    const { rows } = await client.query(`
      select count(*)::int as changes, min(c.number)::int as first, max(c.number)::int as last, max(o.change_number)::int as counted,
        count(*) filter (where a.number is null)::int as unaudited, count(*) filter (where d.document is null)::int as undetailed
      from organisation_counter o join change c using (organisation_id)
        left join audit a on a.organisation_id = c.organisation_id and a.number = c.audit_number
        left join change_detail d on d.organisation_id = c.organisation_id and d.customer_number = c.customer_number and d.change_number = c.number
      group by o.organisation_id`);
    const changes = creates.length * 2; // the customer and the account
    assert.deepEqual(rows, [{ changes, first: 1, last: changes, counted: changes, unaudited: 0, undetailed: 0 }]);
  } finally {
    await client.end();
  }
}
