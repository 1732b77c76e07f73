import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purgeFiles } from '#operations/evidence/purge-files.ts';
import { startTestServer } from '../../support/server.ts';
import { type Asked, done, evidenceApi } from './evidence-support.ts';
import { assertProblem } from './support.ts';

/** When files that were sent as proof are deleted, and that nothing of them is left. */
const server = await startTestServer();
const { send, store, database } = server;
const api = evidenceApi(server);

const start = new Date('2026-11-21T09:00:00Z');
const days = (count: number) => new Date(start.getTime() + count * 86_400_000);

/** Proof that was sent; then the clock stands at the start. */
async function sent(): Promise<Asked & { file: string; rows: () => Promise<number> }> {
  server.clock.now = start;
  const asked = await api.asked('after');
  const [{ href }] = done(await api.submit(asked.request)).files;
  const id = asked.request.split('/').at(-1);
  const rows = async () => (await database.query('select from evidence_file where evidence_id = $1', [id])).length;
  assert.equal(await rows(), 1);
  return { ...asked, file: new URL(href).pathname, rows };
}

for (const step of ['approve', 'reject'] as const) {
  test(`after ${step} the files stay for the 30 days of the setting, and go`, async () => {
    const { request, file, rows } = await sent();
    assert.equal(done(await api.step(request, step)).deleteFilesAt, days(30).toISOString());
    server.clock.now = new Date(days(30).getTime() - 1);
    await purgeFiles(store, server.clock.now);
    assert.equal((await send('GET', file)).status, 200);
    server.clock.now = days(30);
    assertProblem(await send('GET', file), 404, 'not-found'); // before any job
    assert.equal(await rows(), 1);
    await purgeFiles(store, server.clock.now);
    assert.equal(await rows(), 0);
    assert.equal((await api.read(request)).files.length, 1, 'that there was a file is history');
  });
}

test('200 for who knows the request from before its files were due: the links are gone', async () => {
  const { request, account } = await sent();
  done(await api.step(request, 'approve'));
  const { etag } = (await send('GET', request)).headers;
  const known = { headers: { 'if-none-match': String(etag) } };
  server.clock.now = new Date(days(30).getTime() - 1);
  assert.equal((await send('GET', request, known)).status, 304);
  server.clock.now = days(30);
  const due = await send('GET', request, known);
  assert.deepEqual([due.status, 'href' in done(due).files[0]], [200, false]);
  assert.notEqual(due.headers.etag, etag);
  await purgeFiles(store, server.clock.now);
  const headers = { 'if-none-match': String(due.headers.etag) };
  assert.equal((await send('GET', request, { headers })).status, 304);
  const patch = { body: { alias: 'home' }, headers: { 'if-match': String(due.headers.etag) } };
  assert.equal((await send('PATCH', account, patch)).status, 200, 'it is still a tag of the account');
  assertProblem(await send('PATCH', account, patch), 412, 'precondition-failed');
});

test('a step that deletes the files at once answers with the tag that a read has', async () => {
  const { request } = await sent();
  const withdrawn = await api.step(request, 'withdraw');
  const read = await send('GET', request);
  assert.deepEqual([read.headers.etag, read.body], [withdrawn.headers.etag, done(withdrawn)]);
  const headers = { 'if-match': String(read.headers.etag) };
  assertProblem(await api.step(request, 'withdraw', { 'if-match': '"v1.0"' }), 412, 'precondition-failed');
  assert.notEqual((await api.step(request, 'withdraw', headers)).status, 412);
});

test("the organisation's own retention counts from the next decision on", async () => {
  const [early, late] = [await sent(), await sent()];
  done(await api.step(early.request, 'approve'));
  done(await send('PATCH', '/v1/organisation', { body: { evidenceRetentionDays: 0 } }));
  done(await api.step(late.request, 'approve'));
  await purgeFiles(store, start);
  assert.deepEqual([await early.rows(), await late.rows()], [1, 0]);
  done(await send('PATCH', '/v1/organisation', { body: { evidenceRetentionDays: null } }));
});

test('after a withdrawal, and when the entitlement is over, the files go at once', async () => {
  const [withdrawn, revoked] = [await sent(), await sent()];
  done(await api.step(withdrawn.request, 'withdraw'));
  done(await send('POST', `${revoked.entitlement}/revoke`, { body: { reason: 'moved away' } }));
  for (const { file, rows } of [withdrawn, revoked]) {
    assertProblem(await send('GET', file), 404, 'not-found');
    await purgeFiles(store, start);
    assert.equal(await rows(), 0);
  }
});

test('an undecided request keeps its files, however long it takes', async () => {
  const { file, rows } = await sent();
  server.clock.now = days(1000);
  await purgeFiles(store, server.clock.now);
  assert.equal(await rows(), 1);
  assert.equal((await send('GET', file)).status, 200);
});

const erasures: [string, (asked: Asked) => Promise<string>][] = [
  ['erasure of the customer', async ({ account }) => `/v1/customers/${(await api.read(account)).customerNumber}`],
  ['deletion of the account', async ({ account }) => account],
];
for (const [name, target] of erasures) {
  test(`${name}: files, requests and links are gone by the same transaction`, async () => {
    const decided = await sent();
    done(await api.step(decided.request, 'approve'));
    const asked = await sent();
    for (const one of [decided, asked]) {
      assert.equal((await send('DELETE', await target(one))).status, 204);
      assert.equal(await one.rows(), 0);
      assertProblem(await send('GET', one.request), 404, 'not-found');
      assertProblem(await send('GET', one.file), 404, 'not-found');
      assertProblem(await api.submit(one.request), 404, 'not-found');
      assertProblem(await api.step(one.request, 'approve'), 404, 'not-found');
      assertProblem(await send('GET', `${one.account}/evidence-requests`), 410, 'erased');
      assert.equal((await send('GET', one.page, { key: null })).status, 404);
      const id = one.request.split('/').at(-1);
      assert.deepEqual(await database.query('select from evidence_request where id = $1', [id]), []);
    }
  });
}
