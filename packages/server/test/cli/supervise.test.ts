import assert from 'node:assert/strict';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { startProcesses } from '#cli/start/processes/supervise.ts';
import { readConfig } from '#config';
import { isAlive } from '#store/embedded/processes.ts';
import { openStore } from '#store/store.ts';

// The keeping of processes by itself: there is no database, and most processes only pretend to serve.

const nowhere = { host: '/nonexistent' };

/** Processes that run `program`, or what they run otherwise; all are ended after the test. */
function start(t: TestContext, { count = 1, program, port = 0 }: { count?: number; program?: string; port?: number }) {
  const directory = mkdtempSync(join(tmpdir(), 'supervise-'));
  const file = join(directory, 'program.mjs');
  writeFileSync(file, program ?? '');
  const config = readConfig({ WORKERS: String(count), LOG_LEVEL: 'silent' }, directory);
  const store = openStore(nowhere);
  const log: { ended: number; how: string }[] = [];
  const processes = startProcesses(
    {
      count,
      task: { config, connection: nowhere, maxConnections: 1, port, key: undefined },
      store,
      registry: new Registry(),
      log: pino({ level: 'error' }, { write: (line: string) => void log.push(JSON.parse(line)) }),
    },
    ...(program === undefined ? [] : [file]),
  );
  t.after(async () => {
    await processes.stop();
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return { processes, log };
}

const ready = `process.send({ kind: 'ready' })`;
const stoppable = `process.on('message', () => {});`; // until the channel closes

test('a process that cannot listen says why in a sentence, and one without a database gets that far', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { processes } = start(t, { port });
  await assert.rejects(processes.ready, {
    message: new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use already\\.`),
  });
});

test('one that ends before all serve ends the start', async (t) => {
  const { processes } = start(t, {
    count: 2,
    program: `${stoppable} if (process.env.NODE_UNIQUE_ID % 2) ${ready}; else process.exit(3)`,
  });
  await assert.rejects(processes.ready, /ended by itself \(exit code 3\)/);
});

test('processes that die as soon as they serve are not started for ever', async (t) => {
  const { processes, log } = start(t, {
    program: `${ready}; setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)`,
  });
  await processes.ready;
  await assert.rejects(processes.failed, /\(SIGKILL\).* the last of 5\./);
  assert.equal(log.length, 5);
});

test('the stop waits for all of them', async (t) => {
  const slow = `process.once('disconnect', () => setTimeout(process.exit, 200));`;
  const { processes, log } = start(t, { count: 2, program: `${slow} ${ready}` });
  await processes.ready;
  const pids = Object.values(cluster.workers ?? {}).map((worker) => worker?.process.pid as number);
  await processes.stop();
  assert.deepEqual(pids.map(isAlive), [false, false]);
  assert.deepEqual(log, []);
});

/** Asks on a new connection; whether that came to an end, good or bad, within a second. */
async function ends(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n').resume();
  const closed = new Promise((resolve) => socket.once('close', () => resolve(true)));
  const ended = await Promise.race([closed, sleep(1000, false, { ref: false })]);
  socket.destroy();
  return ended === true;
}

test('no connection that comes amid the stop is left hanging while processes end', async (t) => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const program = `import { createServer } from 'node:http';
    const server = createServer((_, response) => response.end()).listen(${port}, '127.0.0.1', () => ${ready});
    process.once('disconnect', () => { server.close(); setTimeout(process.exit, 1500); });
    process.on('message', () => {});`;
  const { processes } = start(t, { count: 2, program });
  await processes.ready;
  const asked: Promise<boolean>[] = [];
  const stopped = sleep(50).then(() => processes.stop());
  for (let count = 0; count < 150; count += 1) {
    asked.push(ends(port));
    await sleep(1);
  }
  assert.equal((await Promise.all(asked)).filter((ended) => !ended).length, 0);
  await stopped;
});
