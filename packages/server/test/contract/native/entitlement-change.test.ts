import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { changesOf, holdingsApi } from './holdings-support.ts';
import { assertProblem, nativeApi } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
const { patch } = nativeApi(server);
const today = new Date('2026-11-21T12:00:00Z');
server.clock.now = today;

const revoke = (url: string, body: unknown = { reason: 'moved away' }) => send('POST', `${url}/revoke`, { body });

test('200 PATCH sets days; what is not named stays, null is open-ended', async () => {
  const account = await api.account();
  const url = await api.grant(account, { validFrom: '2026-11-01', validUntil: '2027-01-01', reason: 'first' });
  const moved = await patch(url, { validFrom: '2026-10-01', reason: 'asked for' });
  assert.equal(moved.status, 200, moved.text);
  assert.deepEqual(
    [moved.body.validFrom, moved.body.validUntil, moved.body.validToday, moved.body.reason],
    ['2026-10-01', '2027-01-01', true, 'asked for'],
  );
  const open = await patch(url, { validUntil: null });
  assert.ok(!('validUntil' in open.body) && !('reason' in open.body));
  assert.deepEqual((await api.get(url)).body, open.body);
  assert.deepEqual((await changesOf(server, account))[0]?.events, ['entitlement.updated']);
});

test('200 PATCH of what is so already changes nothing', async () => {
  const account = await api.account();
  const url = await api.grant(account, { validUntil: '2027-01-01', reason: 'first' });
  const { headers } = await api.get(account);
  for (const body of [{}, { validUntil: '2027-01-01' }, { validFrom: '2026-11-21', reason: 'first' }]) {
    const response = await patch(url, body);
    assert.equal(response.status, 200, response.text);
    assert.equal(response.headers.etag, headers.etag);
  }
});

test('400 PATCH to days that are none, or that are over', async () => {
  const url = await api.grant(await api.account(), { validUntil: '2027-01-01' });
  assertProblem(await patch(url, { validUntil: '2026-11-21' }), 400, 'invalid', ['/validUntil']);
  assertProblem(await patch(url, { validFrom: '2027-01-01' }), 400, 'invalid', ['/validFrom', '/validUntil']);
  assertProblem(await patch(url, { validFrom: null, state: 'active' }), 400, 'invalid', ['/validFrom', '/state']);
});

test('400 PATCH to a later first day of what has begun: days on which it counted stay so; of what has not, 200', async () => {
  const begun = await api.grant(await api.account(), { validFrom: '2026-11-01' });
  const refused = await patch(begun, { validFrom: '2026-11-10' });
  assertProblem(refused, 400, 'invalid', ['/validFrom']);
  assert.match(refused.body.errors[0].detail, /it has begun/);
  const ahead = await api.grant(await api.account(), { validFrom: '2026-12-01' });
  assert.equal((await patch(ahead, { validFrom: '2026-12-10' })).body.validFrom, '2026-12-10');
});

test('200 revoke: over from today on, with the reason; its history stays', async () => {
  const account = await api.account();
  const url = await api.grant(account, { validFrom: '2026-11-01' });
  const { status, body, headers, text } = await revoke(url);
  assert.equal(status, 200, text);
  assert.deepEqual(
    [body.state, body.endedOn, body.reason, body.validToday],
    ['revoked', '2026-11-21', 'moved away', false],
  );
  assert.ok(!('grantState' in body));
  assert.deepEqual((await api.get(url)).body, body);
  assert.ok(!('entitlement' in (await api.get(account)).body));
  assert.equal((await api.get(account)).headers.etag, headers.etag);
  assert.deepEqual((await changesOf(server, account))[0], {
    version: 3,
    members: ['entitlement'],
    events: ['entitlement.revoked'],
    operation: 'entitlements.revoke',
  });
});

test('200 revoke again: it stays as it is; 409 for one that has expired', async () => {
  const account = await api.account();
  const url = await api.grant(account);
  const first = await revoke(url);
  const again = await revoke(url, { reason: 'another' });
  assert.deepEqual([again.status, again.text, again.headers.etag], [200, first.text, first.headers.etag]);
  const short = await api.grant(account, { validUntil: '2026-11-22' });
  server.clock.now = new Date('2026-11-22T00:00:00Z');
  assertProblem(await revoke(short), 409, 'ended');
  server.clock.now = today;
});

test('200 revoke withdraws the request for proof', async () => {
  const account = await api.account();
  const url = await api.grant(account, { entitlementType: await api.type({ evidence: 'before' }) });
  const { body } = await revoke(url);
  assert.equal(body.evidenceRequest.state, 'withdrawn');
  const events = (await changesOf(server, account))[0]?.events as string[];
  assert.deepEqual(events.sort(), ['entitlement.revoked', 'evidence.withdrawn']);
});

test('400 revoke without a reason', async () => {
  const url = await api.grant(await api.account());
  assertProblem(await revoke(url, {}), 400, 'invalid', ['/reason']);
  assertProblem(await revoke(url, { reason: ' ' }), 400, 'invalid', ['/reason']);
});

test('409 PATCH of what is over', async () => {
  const account = await api.account();
  const url = await api.grant(account);
  await revoke(url);
  assertProblem(await patch(url, { validUntil: '2027-01-01' }), 409, 'ended');
  const short = await api.grant(account, { validUntil: '2026-11-22' });
  server.clock.now = new Date('2026-11-22T00:00:00Z');
  assertProblem(await patch(short, { validUntil: '2027-01-01' }), 409, 'ended');
  server.clock.now = today;
});

test('404 for an entitlement of another account, and for ids that are none', async () => {
  const [mine, other] = [await api.account(), await api.account()];
  const id = (await api.grant(other)).split('/').at(-1);
  for (const unknown of [id, '01a1fe76-0000-7000-8000-000000000000', 'x', '%00', "'"]) {
    const url = `${mine}/entitlements/${unknown}`;
    if (unknown === '%00') {
      assertProblem(await send('GET', url), 400, 'malformed', ['?id']);
      continue;
    }
    assertProblem(await send('GET', url), 404, 'not-found');
    assertProblem(await patch(url, { reason: 'x' }), 404, 'not-found');
    assertProblem(await revoke(url), 404, 'not-found');
  }
});

test('412 PATCH and revoke with a tag that is not the account’s', async () => {
  const url = await api.grant(await api.account());
  const headers = { 'if-match': '"v1.0"' };
  assertProblem(await patch(url, { reason: 'x' }, headers), 412, 'precondition-failed');
  assertProblem(await send('POST', `${url}/revoke`, { body: { reason: 'x' }, headers }), 412, 'precondition-failed');
});
