import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { purgeFiles } from '#operations/evidence/purge-files.ts';
import { publicUrl, startTestServer } from '../../support/server.ts';
import { uploadOf } from '../../support/upload.ts';
import { done, evidenceApi, pdf } from './evidence-support.ts';
import { changesOf } from './holdings-support.ts';

/** Steps that meet, on two servers with one database: one counts, the other is told what became of the request. */
const server = await startTestServer();
const { store, database } = server;
const api = evidenceApi(server);
const origin = await server.listen();
const second = new Worker(new URL('./second-server.ts', import.meta.url), {
  workerData: { connection: database.connection, publicUrl },
});
after(() => second.terminate());
const [port] = await once(second, 'message');
const origins = [origin, `http://127.0.0.1:${port}`];

const rounds = 12;

/** Sends a step to one of the servers; returns the status. */
async function take(where: number, request: string, step: string): Promise<number> {
  const headers: Record<string, string> = { authorization: `Bearer ${server.key}` };
  let body: string | Uint8Array<ArrayBuffer> = JSON.stringify({ reason: 'because' });
  if (step === 'submissions') {
    const form = await uploadOf([pdf]);
    Object.assign(headers, form.headers);
    body = new Uint8Array(form.body);
  } else headers['content-type'] = 'application/json';
  const response = await fetch(`${origins[where % 2]}${request}/${step}`, { method: 'POST', headers, body });
  await response.text();
  return response.status;
}

test('approve and reject at once: one counts, the other is 409', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const asked = await api.asked(round % 2 ? 'before' : 'after');
    done(await api.submit(asked.request));
    const statuses = await Promise.all(
      ['approve', 'reject', 'approve', 'reject'].map((step, index) => take(index + round, asked.request, step)),
    );
    assert.deepEqual(statuses.toSorted(), [200, 409, 409, 409]);
    const { state, entitlement } = await api.read(asked.request);
    assert.equal(entitlement.state, { approved: 'active', rejected: 'revoked' }[state as string]);
    assert.equal((await changesOf(server, asked.account)).filter(({ events }) => isDecision(events)).length, 1);
  }
});

test('upload and withdraw at once: it ends withdrawn, and no file is left', async () => {
  const later = new Date(Date.now() + 61 * 60_000);
  for (let round = 0; round < rounds; round += 1) {
    const { request } = await api.asked('after');
    const [uploaded, withdrawn] = await Promise.all([
      take(round, request, 'submissions'),
      take(round + 1, request, 'withdraw'),
    ]);
    assert.equal(withdrawn, 200);
    assert.ok(uploaded === 200 || uploaded === 409, String(uploaded));
    const { state, files } = await api.read(request);
    assert.deepEqual([state, files.length], ['withdrawn', uploaded === 200 ? 1 : 0]);
  }
  await purgeFiles(store, later);
  const open = `select from evidence_file f join evidence_request r on r.id = f.evidence_id where r.state = 'withdrawn'`;
  assert.deepEqual(await database.query(open), []);
});

test('two uploads at once both count', async () => {
  const { request } = await api.asked('after');
  const statuses = await Promise.all([0, 1, 0, 1].map((where) => take(where, request, 'submissions')));
  assert.deepEqual(statuses, [200, 200, 200, 200]);
  assert.equal((await api.read(request)).files.length, 4);
});

test('upload and deadline at once: submitted and provisional, or expired and revoked', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const asked = await api.asked('after', { type: { evidenceDeadlineDays: 1 } });
    const [uploaded] = await Promise.all([
      take(round, asked.request, 'submissions'),
      sweepAccounts(store, new Date(Date.now() + 3 * 86_400_000)),
    ]);
    const { state, entitlement } = await api.read(asked.request);
    const ends = uploaded === 200 ? ['submitted', 'active'] : ['expired', 'revoked'];
    assert.deepEqual([state, entitlement.state], ends, String(uploaded));
  }
});

test('erasure and upload at once: nothing is left in the end', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { account, request } = await api.asked('after');
    const { customerNumber } = await api.read(account);
    const [uploaded, erased] = await Promise.all([
      take(round, request, 'submissions'),
      server.send('DELETE', `/v1/customers/${customerNumber}`),
    ]);
    assert.equal(erased.status, 204);
    assert.ok([200, 404].includes(uploaded), String(uploaded));
    await purgeFiles(store, new Date(Date.now() + 61 * 60_000));
    const left = await database.query('select from evidence_file where customer_number = $1', [customerNumber]);
    assert.deepEqual(left, []);
  }
});

function isDecision(events: unknown): boolean {
  return ['evidence.approved', 'evidence.rejected'].some((event) => (events as string[]).includes(event));
}
