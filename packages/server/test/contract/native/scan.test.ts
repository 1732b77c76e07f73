import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { changesOf, holdingsApi } from './holdings-support.ts';
import { assertProblem, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
const scanOf = (text: string, namespace = 'card') => `/v1/access-passes/${namespace}/${encodeURIComponent(text)}`;

test('200: whose it is, what it opens today, whether the account may book', async () => {
  server.clock.now = new Date('2026-11-21T12:00:00Z');
  const types = { now: await api.type({ label: 'Now' }), staff: await api.type({ label: 'Staff', hidden: true }) };
  const url = await api.account({
    customer: { givenName: 'Ida', familyName: 'Moss', email: 'ida.gate@example.com' },
    accessPass: [{ text: '0061200' }],
    entitlement: [
      { entitlementType: types.now },
      { entitlementType: types.staff, validFrom: '2026-11-01' },
      { entitlementType: await api.type(), validFrom: '2026-11-22' },
      { entitlementType: await api.type({ evidence: 'before' }) },
    ],
  });
  const { status, body, text, headers } = await send('GET', scanOf('0061200'));
  assert.equal(status, 200, text);
  const { body: account } = await api.get(url);
  assert.deepEqual(Object.keys(body).sort(), ['account', 'namespace', 'pass', 'state', 'text']);
  assert.deepEqual([body.namespace, body.text, body.state], ['card', '0061200', 'active']);
  assert.deepEqual(body.pass, account.accessPass[0]);
  const { entitlement, ...person } = body.account;
  assert.deepEqual(person, {
    identifier: account.identifier,
    customerNumber: account.customerNumber,
    customerType: 'Person',
    givenName: 'Ida',
    familyName: 'Moss',
    status: 'active',
    mayBook: true,
    blockingActions: [],
  });
  assert.deepEqual(
    entitlement.map((one: { entitlementType: { label: string } }) => one.entitlementType.label),
    ['Staff', 'Now'],
  );
  assert.equal(headers['cache-control'], 'private, no-cache');
  server.clock.now = undefined;
});

test('200 with a blocking action, and for a customer who was deactivated: may not book', async () => {
  const url = await api.account({ accessPass: [{ text: 'BLOCKED' }] });
  await api.action(url, { name: 'Read the rules' });
  assert.equal((await api.get(scanOf('BLOCKED'))).body.account.mayBook, true);
  const action = await api.action(url, { name: 'Pay the fee', blocksBooking: true });
  const blocked = (await api.get(scanOf('BLOCKED'))).body.account;
  assert.deepEqual([blocked.mayBook, blocked.blockingActions.length], [false, 1]);
  assert.equal(blocked.blockingActions[0].name, 'Pay the fee');
  await api.post(`${action}/complete`, undefined, 200);
  assert.equal((await api.get(scanOf('BLOCKED'))).body.account.mayBook, true);
  const { customerNumber } = (await api.get(url)).body;
  await deactivateCustomer(server.store, actorOf(server.organisation), customerNumber, new Date('2030-01-01'), 'test');
  const passive = (await api.get(scanOf('BLOCKED'))).body.account;
  assert.deepEqual([passive.status, passive.mayBook], ['passive', false]);
});

test('200 for a retired pass with its account, for a reserved one without', async () => {
  const url = await api.account();
  await api.post(`${await api.pass(url, { text: 'LOST-1' })}/retire`, { reason: 'lost' }, 200);
  const retired = (await api.get(scanOf('LOST-1'))).body;
  assert.deepEqual(
    [retired.state, retired.pass.reason, retired.account.identifier],
    ['retired', 'lost', url.split('/').at(-1)],
  );
  await api.post('/v1/pass-namespaces/card/reserve', { texts: ['PRINTED-1'] }, 201);
  const reserved = (await api.get(scanOf('PRINTED-1'))).body;
  assert.deepEqual(Object.keys(reserved).sort(), ['namespace', 'reservedAt', 'reservedBy', 'state', 'text']);
  assert.equal(reserved.state, 'reserved');
});

test('200 for texts with every character that passes may have', async () => {
  const url = await api.account();
  for (const text of ['a/b', 'a?b#c', '%2F', 'a b', '../x', "'; drop", 'a+b', '~!@$^*()[]{}|;:",.']) {
    await api.pass(url, { text });
    assert.equal((await api.get(scanOf(text))).body.text, text);
  }
});

test('404 for unknown, foreign and mistyped ones', async () => {
  const other = await server.organisationWithKey('Other');
  await api.account({ accessPass: [{ text: '0077' }] });
  for (const [url, key] of [
    [scanOf('77'), server.key],
    [scanOf('0077', 'nowhere'), server.key],
    [scanOf('0077 '), server.key],
    [scanOf('0077'), other.key],
  ] as const) {
    assertProblem(await send('GET', url, { key }), 404, 'not-found');
    assertProblem(await send('POST', `${url}/release`, { key }), 404, 'not-found');
  }
});

test('204 release of a retired pass: its text is free for another account', async () => {
  const [first, second] = [await api.account(), await api.account()];
  const pass = await api.pass(first, { text: 'FREE-1' });
  assertProblem(await send('POST', `${scanOf('FREE-1')}/release`), 409, 'pass-state');
  await api.post(`${pass}/retire`, { reason: 'lost' }, 200);
  assert.equal((await send('POST', `${scanOf('FREE-1')}/release`)).status, 204);
  assertProblem(await send('GET', scanOf('FREE-1')), 404, 'not-found');
  assertProblem(await send('GET', pass), 404, 'not-found');
  const [change] = await changesOf(server, first);
  assert.deepEqual([change?.events, change?.operation], [['access-pass.released'], 'access-passes.release']);
  await api.pass(second, { text: 'FREE-1' });
});

test('204 release of a reserved text, once: change and audit name the namespace', async () => {
  await api.post('/v1/pass-namespaces/card/reserve', { texts: ['SPOILT-1'] }, 201);
  const headers = { 'idempotency-key': unique('key-') };
  assert.equal((await send('POST', `${scanOf('SPOILT-1')}/release`, { headers })).status, 204);
  const again = await send('POST', `${scanOf('SPOILT-1')}/release`, { headers });
  assert.deepEqual([again.status, again.headers['idempotency-replayed']], [204, 'true']);
  assertProblem(await send('POST', `${scanOf('SPOILT-1')}/release`), 404, 'not-found');
  const rows = await server.database.query(
    `select c.subject, c.subject_key, c.kind, c.events, a.operation from change c join audit a on a.organisation_id = c.organisation_id
     and a.number = c.audit_number where c.subject = 'access-pass' order by c.number desc limit 1`,
  );
  assert.deepEqual(rows, [
    {
      subject: 'access-pass',
      subject_key: 'card',
      kind: 'deleted',
      events: ['access-pass.released'],
      operation: 'access-passes.release',
    },
  ]);
});
