import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inParallel } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { changesOf, holdingsApi } from './holdings-support.ts';
import { assertProblem, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
server.clock.now = new Date('2026-11-21T12:00:00Z');
const plain = await api.type({ label: 'Resident' });

const grant = (account: string, body: object, headers: Record<string, string> = {}) =>
  send('POST', `${account}/entitlements`, { body, headers });

test('201: active from today, open-ended, with the account’s tag and a location that can be read', async () => {
  const account = await api.account();
  const { status, body, headers, text } = await grant(account, { entitlementType: plain, reason: 'at the desk' });
  assert.equal(status, 201, text);
  assert.equal(headers.location, `https://accounts.example.com${account}/entitlements/${body.id}`);
  assert.equal(headers.etag, '"v2.1"');
  assert.deepEqual(
    [body.state, body.grantState, body.validFrom, body.validUntil, body.validToday, body.reason],
    ['active', 'confirmed', '2026-11-21', undefined, true, 'at the desk'],
  );
  const read = await api.get(`${account}/entitlements/${body.id}`);
  assert.deepEqual(read.body, body);
  assert.equal(read.headers.etag, headers.etag);
  assert.equal((await api.get(account)).headers.etag, headers.etag);
  const [change] = await changesOf(server, account);
  assert.deepEqual(change, {
    version: 2,
    members: ['entitlement'],
    events: ['entitlement.granted'],
    operation: 'entitlements.grant',
  });
});

test('201 with the default duration, from the day it begins; null is open-ended', async () => {
  const type = await api.type({ defaultDuration: 'P1M' });
  const account = await api.account();
  const { body } = await grant(account, { entitlementType: type, validFrom: '2027-01-31' });
  assert.deepEqual([body.validUntil, body.validToday], ['2027-02-28', false]);
  const open = await grant(await api.account(), { entitlementType: type, validUntil: null });
  assert.ok(!('validUntil' in open.body));
});

test('201 from a day that is past, also of a hidden type', async () => {
  const type = await api.type({ hidden: true });
  const { body } = await grant(await api.account(), { entitlementType: type, validFrom: '2020-02-29' });
  assert.deepEqual([body.validFrom, body.entitlementType.hidden, body.validToday], ['2020-02-29', true, true]);
});

test('201 under the evidence policy: pending before, provisional after, with the request for proof', async () => {
  const before = await grant(await api.account(), {
    entitlementType: await api.type({ evidence: 'before', evidenceDeadlineDays: 7, evidenceName: 'Send your card' }),
  });
  assert.deepEqual([before.body.state, before.body.grantState, before.body.validToday], ['pending', 'pending', false]);
  const { evidenceRequest } = before.body;
  assert.deepEqual(
    [evidenceRequest.state, evidenceRequest.name, evidenceRequest.due],
    ['requested', 'Send your card', '2026-11-28'],
  );
  const after = await grant(await api.account(), { entitlementType: await api.type({ evidence: 'after' }) });
  assert.deepEqual([after.body.state, after.body.grantState, after.body.validToday], ['active', 'provisional', true]);
});

test('201 again when the end of the former one has come, before any job was there', async () => {
  const account = await api.account();
  await api.grant(account, { entitlementType: plain, validUntil: '2026-11-22' });
  server.clock.now = new Date('2026-11-22T00:00:00Z');
  assert.equal((await grant(account, { entitlementType: plain })).status, 201);
  server.clock.now = new Date('2026-11-21T12:00:00Z');
});

for (const [what, members, places] of [
  ['a type that is not there', { entitlementType: 'https://elsewhere.example.com/#a' }, ['/entitlementType']],
  ['an end that is today', { entitlementType: plain, validUntil: '2026-11-21' }, ['/validUntil']],
  [
    'an end on the first day',
    { entitlementType: plain, validFrom: '2027-01-01', validUntil: '2027-01-01' },
    ['/validUntil'],
  ],
  ['both at once', { entitlementType: 'x', validUntil: '2020-01-01' }, ['/entitlementType', '/validUntil']],
  ['no type, no date', { validFrom: 'soon', until: 1 }, ['/entitlementType', '/validFrom', '/until']],
] as const) {
  test(`400 for ${what}`, async () => {
    assertProblem(await grant(await api.account(), members), 400, 'invalid', [...places]);
  });
}

test('400 for a retired type', async () => {
  const entitlementType = await api.type({ id: 'retired' });
  const [list] = entitlementType.split('/').slice(-1).join('').split('#');
  await send('PATCH', `/v1/entitlement-lists/${list}/types/retired`, { body: { status: 'retired' } });
  assertProblem(await grant(await api.account(), { entitlementType }), 400, 'invalid', ['/entitlementType']);
});

test('409 while the account holds an open one of the type, pending and future ones too', async () => {
  for (const members of [{}, { validFrom: '2027-01-01' }]) {
    const account = await api.account();
    await api.grant(account, { entitlementType: plain, ...members });
    assertProblem(await grant(account, { entitlementType: plain }), 409, 'already-in-use', ['/entitlementType']);
  }
});

test('412 with a tag that is not the account’s', async () => {
  const account = await api.account();
  assertProblem(await grant(account, { entitlementType: plain }, { 'if-match': '"v9.0"' }), 412, 'precondition-failed');
  assert.equal((await grant(account, { entitlementType: plain }, { 'if-match': '"v1.0"' })).status, 201);
});

test('a repeat under one Idempotency-Key is granted once', async () => {
  const account = await api.account();
  const headers = { 'idempotency-key': unique('key-') };
  const first = await grant(account, { entitlementType: plain }, headers);
  const second = await grant(account, { entitlementType: plain }, headers);
  assert.deepEqual([second.status, second.text], [201, first.text]);
  assert.equal(second.headers['idempotency-replayed'], 'true');
  assert.equal((await api.get(account)).headers.etag, '"v2.1"');
});

test('409 for the 501st open entitlement', async () => {
  const list = (await api.type()).split('#')[0] as string;
  const slug = list.split('/').at(-1);
  const types = [...Array(501).keys()].map((index) => `${list}#t${index}`);
  const made = await inParallel(501, 20, (index) =>
    api.post(`/v1/entitlement-lists/${slug}/types`, { id: `t${index}`, label: `Type ${index}` }, 201),
  );
  assert.ok(made.every(({ status }) => status === 'fulfilled'));
  const entitlement = types.slice(0, 500).map((entitlementType) => ({ entitlementType }));
  const account = await api.account({ entitlement });
  assertProblem(await grant(account, { entitlementType: types[500] }), 409, 'too-many');
});
