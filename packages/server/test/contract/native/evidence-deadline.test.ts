import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { startTestServer } from '../../support/server.ts';
import { type Asked, done, evidenceApi } from './evidence-support.ts';
import { changesOf } from './holdings-support.ts';
import { assertProblem } from './support.ts';

/** The deadline is the beginning of a day in the organisation's time zone, and exclusive; the job only writes down what is so. */
const server = await startTestServer();
const { send, store, database, clock } = server;
const api = evidenceApi(server);
await database.query(`update organisation set time_zone = 'America/Los_Angeles' where id = $1`, [
  server.organisation.id,
]);

const start = new Date('2026-11-21T09:00:00Z'); // 01:00 of the 21st in Los Angeles
const midnight = new Date('2026-12-05T08:00:00Z'); // the 5th of December begins there
const lastMoment = new Date(midnight.getTime() - 1);

/** An account that is asked for proof by the start of the fifth of December. */
async function asked(policy: 'before' | 'after' | 'operator' = 'after'): Promise<Asked> {
  clock.now = start;
  const made = await api.asked(policy);
  const { due, deadline } = await api.read(made.request);
  assert.deepEqual([due, deadline], ['2026-12-05', midnight.toISOString()]);
  return made;
}

const listed = async ({ account }: Asked) => {
  const url = `/openactive/customer-accounts/${account.split('/').at(-1)}`;
  return done(await send('GET', url)).entitlement?.length ?? 0;
};

test('200 in the last moment before midnight; then the deadline has stopped', async () => {
  const made = await asked();
  clock.now = lastMoment;
  assert.equal(done(await api.submit(made.request)).state, 'submitted');
  for (const later of [midnight, new Date('2027-06-01T00:00:00Z')]) {
    clock.now = later;
    await sweepAccounts(store, later);
    assert.equal((await api.read(made.request)).state, 'submitted');
    assert.equal(await listed(made), 1);
  }
});

for (const policy of ['before', 'after', 'operator'] as const) {
  test(`${policy}: at midnight it is over, though no job has run; the job writes it down once`, async () => {
    const made = await asked(policy);
    const tag = async () => (await send('GET', made.account)).headers.etag;
    clock.now = lastMoment;
    assert.equal((await api.read(made.request)).state, 'requested');
    assert.equal(await listed(made), policy === 'before' ? 0 : 1);
    const former = await tag();
    clock.now = midnight;
    assertProblem(await api.submit(made.request), 409, 'evidence-state');
    assertProblem(await api.step(made.request, 'withdraw'), 409, 'evidence-state');
    const unwritten = await api.read(made.request);
    assert.deepEqual(
      [unwritten.state, unwritten.decidedBy, unwritten.decidedAt, unwritten.entitlement.state, unwritten.target],
      ['expired', 'tessera', midnight.toISOString(), 'revoked', undefined],
    );
    assert.equal(await listed(made), 0);
    assert.notEqual(await tag(), former);
    assert.equal((await send('GET', made.page, { key: null })).status, 410);
    assert.deepEqual(await inList(made, 'requested'), false);
    const [before] = await changesOf(server, made.account);

    clock.now = new Date('2026-12-08T20:00:00Z'); // the job was down
    assert.deepEqual(await api.read(made.request), unwritten);
    await sweepAccounts(store, clock.now);
    const [change] = await changesOf(server, made.account);
    assert.deepEqual(change, {
      version: Number(before?.version) + 1,
      members: ['entitlement'],
      events: ['evidence.expired', 'entitlement.revoked'],
      operation: 'accounts.sweep',
    });
    assert.deepEqual(await api.read(made.request), unwritten);
    assert.equal(await inList(made, 'expired'), true);
    await sweepAccounts(store, clock.now);
    assert.deepEqual((await changesOf(server, made.account))[0], change);
    const { state, reason, endedOn } = await api.read(made.entitlement);
    assert.deepEqual([state, reason, endedOn], ['revoked', 'evidenceOverdue', '2026-12-05']);
  });
}

test('who writes next after midnight writes it down too, and has not decided it', async () => {
  const made = await asked();
  clock.now = new Date('2026-12-06T12:00:00Z');
  const alias = { body: { alias: 'home' }, headers: { 'content-type': 'application/merge-patch+json' } };
  done(await send('PATCH', made.account, alias));
  const [change] = await changesOf(server, made.account);
  assert.deepEqual(change?.events, ['evidence.expired', 'entitlement.revoked']);
  const { decidedBy, decidedAt } = await api.read(made.request);
  assert.deepEqual([decidedBy, decidedAt], ['tessera', midnight.toISOString()]);
});

test('after days without the job, what came first counts: the end of the entitlement before the deadline', async () => {
  clock.now = start;
  const made = await api.asked('after', { grant: { validUntil: '2026-12-02' } });
  clock.now = new Date('2026-12-08T12:00:00Z');
  assert.equal((await api.read(made.request)).state, 'withdrawn');
  await sweepAccounts(store, clock.now);
  const [change] = await changesOf(server, made.account);
  assert.deepEqual(change?.events, ['evidence.withdrawn', 'entitlement.expired']);
  assert.equal((await api.read(made.entitlement)).state, 'expired');
});

test('409 for a decision on an entitlement that a day has ended, though no job has run', async () => {
  clock.now = start;
  const made = await api.asked('before', { grant: { validUntil: '2026-12-02' } });
  done(await api.submit(made.request));
  clock.now = new Date('2026-12-02T08:00:00Z');
  assertProblem(await api.step(made.request, 'approve'), 409, 'evidence-state');
  assert.equal((await api.read(made.request)).state, 'withdrawn');
});

async function inList({ request }: Asked, state: string): Promise<boolean> {
  const { items } = await api.read(`/v1/evidence-requests?state=${state}&limit=200`);
  return items.some(({ id }: { id: string }) => request.endsWith(id));
}
