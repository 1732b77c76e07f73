import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createTestDatabase } from '../support/database.ts';
import { openPlace } from '../support/program.ts';

const bounded = { timeout: 60_000 };

async function demoServer(t: TestContext) {
  const database = await createTestDatabase();
  t.after(() => database.drop());
  const server = await openPlace(t, database).serve();
  const key = /tsk_\w+/.exec(server.output().stdout)?.[0] as string;
  return { database, server, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } };
}

/** A client that begins a request and never ends it. */
async function stuckClient(t: TestContext, url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  socket.on('error', () => {}); // it will be cut off
  await once(socket, 'connect');
  socket.write('POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
  await sleep(100);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal}: a running request ends well, a new one is not accepted, exit code 0`, bounded, async (t) => {
    const { database, server, headers } = await demoServer(t);
    const client = new pg.Client(database.connection);
    await client.connect();
    await client.query('begin');
    await client.query('select from organisation_counter for update'); // holds up all writes
    const body = JSON.stringify({ customer: { familyName: 'Late' } });
    const running = fetch(`${server.url}/v1/accounts`, { method: 'POST', headers, body });
    await sleep(300);
    const stopped = server.stop(signal);
    await sleep(300);
    await assert.rejects(fetch(`${server.url}/healthz`), TypeError);
    await client.query('commit');
    await client.end();
    assert.equal((await running).status, 201);
    const answered = Date.now();
    assert.equal((await stopped).code, 0);
    assert.ok(Date.now() - answered < 5000, 'a connection kept alive does not hold up the end');
    const [late] = await database.query(`select count(*)::int as n from customer where name_key = 'late'`);
    assert.deepEqual(late, { n: 1 });
  });
}

test(
  'a client that never ends its request does not keep the server for more than some ten seconds',
  bounded,
  async (t) => {
    const { server } = await demoServer(t);
    await stuckClient(t, server.url);
    const begun = Date.now();
    assert.equal((await server.stop()).code, 0);
    assert.ok(Date.now() - begun < 15_000, `${Date.now() - begun} ms`);
  },
);

test(
  'one Ctrl-C arrives several times (npm, the wrapper): still in order; a later signal ends at once',
  bounded,
  async (t) => {
    const { server } = await demoServer(t);
    await stuckClient(t, server.url);
    const ended = server.stop('SIGINT');
    await sleep(200);
    server.child.kill('SIGINT');
    await sleep(1200);
    assert.equal(server.child.exitCode, null);
    const begun = Date.now();
    server.child.kill('SIGINT');
    assert.equal((await ended).code, 130);
    assert.ok(Date.now() - begun < 2000);
  },
);
