import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { postgresProcesses } from '#store/embedded/processes.ts';
import { until } from '../store/embedded-support.ts';
import { paste } from '../support/paste.ts';
import { openPlace, type Place } from '../support/program.ts';

// On the embedded database, which the server starts and stops.

const bounded = { timeout: 120_000 };
const postgresOf = ({ dataDir }: Place) => postgresProcesses(join(dataDir, 'postgres'));
const curls = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('curl '));

test('a newcomer: starts, pastes what is printed, stops, starts again', bounded, async (t) => {
  const place = openPlace(t);
  const server = await place.serve();
  const { stdout } = server.output();
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(stdout.endsWith(`\nTessera is ready at ${server.url}\n`));
  const keys = new Set(stdout.match(/tsk_\w+/g));
  assert.equal(keys.size, 1);

  const [native = '', openactive = '', imin = '', entur = '', create = '', ...more] = curls(stdout);
  assert.deepEqual(more, []);
  const first = await paste(native);
  assert.equal(first.status, 200, first.text);
  assert.equal(JSON.parse(first.text).identifier, 'demo-1001');
  for (const command of [openactive, imin, entur]) {
    const { status, text } = await paste(command);
    assert.equal(status, 200, `${command}\n${text}`);
    assert.match(text, /demo-1001/);
  }
  assert.match(entur, /ET-Client-Name: /);
  for (const _ of ['pasted', 'pasted again']) assert.equal((await paste(create)).status, 201);

  const ended = await server.stop();
  assert.deepEqual({ code: ended.code, signal: ended.signal }, { code: 0, signal: null });
  assert.deepEqual(postgresOf(place), []);

  const again = await place.serve({ PORT: new URL(server.url).port });
  const said = again.output().stdout;
  assert.doesNotMatch(said, /tsk_|curl/);
  assert.match(said, /key create --organisation demo/);
  assert.equal((await paste(native)).status, 200);
});

test('a second server on the same data is refused with a sentence, and the first one goes on', bounded, async (t) => {
  const place = openPlace(t);
  const server = await place.serve({ DEMO: 'false' });
  const second = await place.run(['start']);
  assert.deepEqual({ code: second.code, stdout: second.stdout }, { code: 1, stdout: '' });
  assert.match(
    second.stderr,
    new RegExp(`^Another Tessera server \\(process ${server.child.pid}\\) already uses ${place.dataDir}\\..*\n$`),
  );
  assert.equal((await fetch(`${server.url}/v1/accounts/x`)).status, 401);
});

test(
  'the command line works beside a running server: a new key opens it, a revoked one does not',
  bounded,
  async (t) => {
    const place = openPlace(t);
    const server = await place.serve({ DEMO: 'false' });
    assert.match(server.output().stdout, /no organisation yet.*\n\n.*organisation create/);
    const json = async (...args: string[]) => {
      const { code, stdout, stderr } = await place.run([...args, '--json'], { PUBLIC_URL: server.url });
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const { slug } = await json('organisation', 'create', '--name', 'Swim');
    const { id, key } = await json('key', 'create', '--organisation', slug, '--name', 'box office');
    const status = async () =>
      (await fetch(`${server.url}/v1/accounts/x`, { headers: { authorization: `Bearer ${key}` } })).status;
    assert.equal(await status(), 404);
    await json('key', 'revoke', String(id), '--organisation', slug);
    assert.equal(await status(), 401);
  },
);

test('the command line works without a server and leaves no PostgreSQL behind', bounded, async (t) => {
  const place = openPlace(t);
  const created = await place.run(['organisation', 'create', '--name', 'Demo', '--json']);
  assert.equal(created.code, 0, created.stderr);
  assert.equal(JSON.parse(created.stdout).slug, 'demo');
  assert.match(created.stderr, /^Creating the database in .*\n$/);
  assert.deepEqual(postgresOf(place), []);

  // An organisation that somebody made by hand gets no sample data, whatever its name.
  const server = await place.serve();
  assert.doesNotMatch(server.output().stdout, /tsk_/);
});

test('a command that is interrupted stops the PostgreSQL that it started', bounded, async (t) => {
  const place = openPlace(t);
  const { child, ended, output } = place.spawn(['organisation', 'list']);
  child.stderr?.once('data', () => child.kill('SIGINT')); // while it creates the database
  const { code } = await ended;
  assert.equal(code, 130, output().stderr);
  assert.deepEqual(postgresOf(place), []);
});

test('SIGINT while it starts ends it in order', bounded, async (t) => {
  const place = openPlace(t);
  const { child, ended } = place.spawn(['start']);
  await until(() => existsSync(place.dataDir), 'it begins to create the database');
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /ready/);
  assert.deepEqual(postgresOf(place), []);
});

test('the server ends in order when the wrapper that started it is killed', bounded, async (t) => {
  const place = openPlace(t);
  const server = await place.serve({ DEMO: 'false' });
  server.child.disconnect();
  const [code] = await once(server.child, 'exit');
  assert.equal(code, 0);
  assert.deepEqual(postgresOf(place), []);
});
