import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import pg from 'pg';
import { isAlive } from '#store/embedded/processes.ts';
import { until } from '../store/embedded-support.ts';
import { createTestDatabase } from '../support/database.ts';
import { openPlace, type RunningServer } from '../support/program.ts';

// `tessera start` with WORKERS=2: two processes that serve, and the one that started them. The tests build on each other.

const bounded = { timeout: 60_000 };
const database = await createTestDatabase();
const place = openPlace({ after }, database);
after(() => database.drop());
let server = await place.serve({ WORKERS: '2', ADDRESS_LIMIT_UNIDENTIFIED: '1000000' });
const key = /tsk_\w+/.exec(server.output().stdout)?.[0] as string;

/** The processes that serve. */
function serving({ child: { pid } }: RunningServer): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

/** Asks on a connection of its own, so that the processes take turns. */
function ask(path: string, options: { method?: string; body?: string; headers?: Record<string, string> } = {}) {
  const headers = { authorization: `Bearer ${key}`, connection: 'close', ...options.headers };
  return fetch(`${server.url}${path}`, { ...options, headers });
}

async function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < count) done.push(await work());
  return done;
}

function logged(): { pid: number; msg: string; requestId?: string }[] {
  const lines = server.output().stderr.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

test('it says once that it is ready, requests are spread, and each line of the log says by which process', async () => {
  assert.equal(server.output().stdout.match(/Tessera is ready/g)?.length, 1);
  const answers = await times(20, () => ask('/v1/accounts/demo-1001'));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  const ids = new Set(answers.map(({ headers }) => headers.get('x-request-id')));
  const requests = () => logged().filter(({ requestId }) => ids.has(requestId ?? ''));
  await until(() => requests().length === 20, 'the log comes out');
  const shares = serving(server).map((pid) => requests().filter((line) => line.pid === pid).length);
  // Ten each, unless one was busy when its turn came.
  assert.ok(shares.length === 2 && Math.min(...shares) >= 5, String(shares));
});

test('whichever process is asked for metrics, the answer is the sum of all, the one that started them included', async () => {
  const counted =
    /^tessera_http_request_duration_seconds_count\{method="GET",route="\/v1\/accounts\/:identifier",status="200"\} (\d+)$/m;
  const texts = await times(2, async () => (await ask('/metrics')).text());
  for (const text of texts) {
    assert.equal(counted.exec(text)?.[1], '20');
    assert.match(text, /^tessera_webhook_backlog 0$/m);
    assert.match(text, /^# TYPE tessera_http_request_duration_seconds histogram$/m);
    assert.equal(text.match(/^process_cpu_seconds_total /gm)?.length, 1);
  }
});

test('a rate limit holds for all processes together; each says what is its own', async () => {
  const answers = await times(60, () => ask('/customers/v2/profiles/4100001'));
  assert.equal(answers.filter(({ status }) => status !== 429).length, 30);
  assert.match(answers[0]?.headers.get('ratelimit-policy') ?? '', /;q=15;w=60$/); // 30 a minute
});

test('a commit of one process wakes who waits on the other', bounded, async () => {
  const begun = await ask('/v1/changes?limit=1000');
  const { position } = (await begun.json()) as { position: number };
  // In turns: the two waits are on different processes, and so are the two writes.
  const waits = [1, 2].map(() =>
    ask(`/v1/changes?after=${position}&wait=30`).then((answer) => answer.json() as Promise<{ items: unknown[] }>),
  );
  const body = JSON.stringify({ customer: { familyName: 'Herald' } });
  const headers = { 'content-type': 'application/json' };
  assert.equal((await ask('/v1/accounts', { method: 'POST', body, headers })).status, 201);
  for (const { items } of await Promise.all(waits)) assert.ok(items.length > 0);
});

test(
  'a serving process that is killed is started again, and meanwhile the other one answers everything',
  bounded,
  async () => {
    const [victim, other] = serving(server) as [number, number];
    process.kill(victim, 'SIGKILL');
    await until(() => !isAlive(victim), 'it is gone');
    const answers = await times(20, () => ask('/v1/accounts/demo-1001'));
    assert.ok(answers.every(({ status }) => status === 200));
    await until(() => serving(server).length === 2, 'another one is started');
    const successor = serving(server).find((pid) => pid !== other) as number;
    const listens = () => logged().some(({ pid, msg }) => pid === successor && msg.startsWith('Server listening'));
    await until(listens, 'it serves');
    await times(10, () => ask('/v1/accounts/demo-1001'));
    const served = () => logged().some(({ pid, requestId }) => pid === successor && requestId !== undefined);
    await until(served, 'it answers requests');
  },
);

test(
  'a signal to a serving process alone changes nothing; SIGTERM to the first ends all, after a running request',
  bounded,
  async () => {
    const pids = serving(server);
    for (const pid of pids) process.kill(pid, 'SIGTERM'); // as a Ctrl-C in a terminal and the stop of a service do
    const client = new pg.Client(database.connection);
    await client.connect();
    await client.query('begin');
    await client.query('select from organisation_counter for update'); // holds up all writes
    const body = JSON.stringify({ customer: { familyName: 'Late' } });
    const headers = { 'content-type': 'application/json' };
    const running = ask('/v1/accounts', { method: 'POST', body, headers });
    const waiting = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until(async () => (await database.query(waiting))[0]?.n !== 0, 'it is writing');
    const stopped = server.stop();
    await until(async () => (await ask('/healthz').catch(() => undefined)) === undefined, 'nobody accepts connections');
    await client.query('commit');
    await client.end();
    assert.equal((await running).status, 201);
    const { code, stderr } = await stopped;
    assert.equal(code, 0);
    assert.ok(pids.every((pid) => !isAlive(pid)));
    assert.deepEqual(
      stderr.match(/unexpectedly/g)?.length,
      1, // of the test before
    );
  },
);

test('when the first process is killed, the others end too, after a running request', bounded, async () => {
  server = await place.serve({ WORKERS: '2', DEMO: 'false' });
  const pids = serving(server);
  const client = new pg.Client(database.connection);
  await client.connect();
  await client.query('begin');
  await client.query('select from organisation_counter for update');
  const body = JSON.stringify({ customer: { familyName: 'Orphan' } });
  const running = ask('/v1/accounts', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const waiting = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await until(async () => (await database.query(waiting))[0]?.n !== 0, 'it is writing');
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  await client.query('commit');
  await client.end();
  assert.equal((await running).status, 201);
  await until(() => pids.every((pid) => !isAlive(pid)), 'they end');
});
