import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { holdingsApi } from './holdings-support.ts';
import { assertProblem, nativeApi, person, unique } from './support.ts';

/** What an account shows of what it holds, and what it can be given when it is created. */
const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
const { patch } = nativeApi(server);
server.clock.now = new Date('2026-11-21T12:00:00Z');
const resident = await api.type({ id: 'resident', label: 'Adult resident', defaultDuration: 'P1Y' });
const secret = await api.type({ label: 'Staff', hidden: true });
const student = await api.type({ label: 'Student', evidence: 'before' });

const create = (body: object) => send('POST', '/v1/accounts', { body: { customer: person(), ...body } });

test('201 with passes, entitlements and the discount flag: all of it is shown, newest pass first', async () => {
  const { status, body, headers, text } = await create({
    hiddenDiscount: true,
    accessPass: [{ text: '0061200' }, { text: 'GYM 7', codeType: 'Code 39', url: 'https://cards.example.com/7.png' }],
    entitlement: [
      { entitlementType: student },
      { entitlementType: resident, reason: 'at the desk' },
      { entitlementType: secret, validFrom: '2026-12-01', validUntil: null },
    ],
  });
  assert.equal(status, 201, text);
  assert.equal(body.hiddenDiscount, true);
  assert.equal(body.hasHiddenEntitlements, true);
  const [second, first] = body.accessPass;
  const stamps = { assignedAt: '2026-11-21T12:00:00.000Z', assignedBy: 'test client' };
  assert.deepEqual(second, {
    id: second.id,
    namespace: 'card',
    text: 'GYM 7',
    state: 'active',
    codeType: 'code39',
    url: 'https://cards.example.com/7.png',
    ...stamps,
  });
  assert.match(first.url, /^https:\/\/accounts\.example\.com\/passes\/[A-Za-z0-9_-]{54}\.png$/);
  assert.deepEqual(first, {
    id: first.id,
    namespace: 'card',
    text: '0061200',
    state: 'active',
    url: first.url,
    ...stamps,
  });
  type Shown = { entitlementType: { label: string }; state: string; grantState: string; validToday: boolean };
  const shown = body.entitlement.map(({ entitlementType, state, grantState, validToday }: Shown) => {
    return [entitlementType.label, state, grantState, validToday];
  });
  assert.deepEqual(shown.slice(0, 2).sort(), [
    ['Adult resident', 'active', 'confirmed', true],
    ['Student', 'pending', 'pending', false],
  ]);
  assert.deepEqual(shown[2], ['Staff', 'active', 'confirmed', false]);
  const adult = body.entitlement.find((one: { reason?: string }) => one.reason === 'at the desk');
  assert.deepEqual(adult, {
    id: adult.id,
    entitlementType: { id: resident, label: 'Adult resident', list: adult.entitlementType.list, hidden: false },
    state: 'active',
    grantState: 'confirmed',
    validFrom: '2026-11-21',
    validUntil: '2027-11-21',
    validToday: true,
    grantedAt: '2026-11-21T12:00:00.000Z',
    grantedBy: 'test client',
    changedAt: '2026-11-21T12:00:00.000Z',
    changedBy: 'test client',
    reason: 'at the desk',
  });
  const read = await send('GET', `/v1/accounts/${body.identifier}`);
  assert.deepEqual(read.body, body);
  assert.equal(read.headers.etag, headers.etag);
});

test('200 without what it does not hold: empty lists are omitted, nothing internal is shown', async () => {
  const { body } = await create({ accessPass: [], entitlement: [], hiddenDiscount: false });
  for (const member of ['accessPass', 'entitlement', 'outstandingAction', 'putDigest', 'nextBoundary', 'version'])
    assert.ok(!(member in body), member);
  assert.deepEqual([body.hiddenDiscount, body.hasHiddenEntitlements], [false, false]);
});

test('400 names every faulty member of customer, passes and entitlements at once', async () => {
  const response = await create({
    customer: { name: 'Ida', birthDate: '2999-01-01' },
    accessPass: [
      { text: 'A' },
      { text: 'A' },
      { text: ' x' },
      { namespace: 'nowhere', text: 'B' },
      { text: 'C', codeType: 'ean13' },
    ],
    entitlement: [
      { entitlementType: resident, validUntil: '2026-11-21' },
      { entitlementType: 'https://elsewhere.example.com/#x', validFrom: '2027-01-01', validUntil: '2027-01-01' },
      { entitlementType: resident },
    ],
  });
  assertProblem(response, 400, 'invalid', [
    '/customer/birthDate',
    '/accessPass/1/text',
    '/accessPass/2/text',
    '/accessPass/3/namespace',
    '/accessPass/4/codeType',
    '/entitlement/0/validUntil',
    '/entitlement/1/validUntil',
    '/entitlement/1/entitlementType',
    '/entitlement/2/entitlementType',
  ]);
});

test('400 names faults of shape inside the lists', async () => {
  const response = await create({
    accessPass: [{ txt: 1 }],
    entitlement: [{ validFrom: '2026-02-30' }],
    hiddenDiscount: 'no',
  });
  assertProblem(response, 400, 'invalid', [
    '/accessPass/0/text',
    '/accessPass/0/txt',
    '/entitlement/0/entitlementType',
    '/entitlement/0/validFrom',
    '/hiddenDiscount',
  ]);
});

test('409 names the pass that another account carries; nothing is created', async () => {
  await create({ accessPass: [{ text: 'TAKEN-1' }] });
  const identifier = unique('not-created-');
  const response = await create({
    identifier,
    accessPass: [{ text: 'FREE-1' }, { namespace: 'card', text: 'TAKEN-1' }],
  });
  assertProblem(response, 409, 'already-in-use', ['/accessPass/1/text']);
  assert.equal((await send('GET', `/v1/accounts/${identifier}`)).status, 404);
  assert.equal((await send('GET', '/v1/access-passes/card/FREE-1')).status, 404);
});

test('409 too many passes of a namespace', async () => {
  const name = (await api.namespace({ maxActivePerAccount: 2 })).split('/').at(-1);
  const accessPass = ['1', '2', '3'].map((text) => ({ namespace: name, text }));
  assertProblem(await create({ accessPass }), 409, 'too-many');
});

test('201 for an existing customer, 200 for a repeated PUT, also when a day that was given has passed', async () => {
  const { body: first } = await create({});
  const url = `/v1/customers/${first.customerNumber}/accounts`;
  const second = await send('POST', url, { body: { entitlement: [{ entitlementType: resident }] } });
  assert.equal(second.status, 201, second.text);
  assert.equal(second.body.entitlement.length, 1);
  const body = {
    customer: person(),
    accessPass: [{ text: 'PUT-1' }],
    entitlement: [{ entitlementType: resident, validUntil: '2026-11-23' }],
  };
  assert.equal((await send('PUT', '/v1/accounts/put-held', { body })).status, 201);
  const repeated = await send('PUT', '/v1/accounts/put-held', { body });
  assert.equal(repeated.status, 200, repeated.text);
  assert.equal(repeated.body.entitlement.length, 1);
  server.clock.now = new Date('2026-11-24T12:00:00Z');
  const later = await send('PUT', '/v1/accounts/put-held', { body });
  assert.equal(later.status, 200, later.text);
  assert.ok(!('entitlement' in later.body));
  assertProblem(await send('PUT', '/v1/accounts/put-held', { body: { ...body, alias: 'other' } }), 400, 'invalid', [
    '/entitlement/0/validUntil',
  ]);
  server.clock.now = new Date('2026-11-21T12:00:00Z');
});

test('200 PATCH sets and clears the discount flag, and changes the tag', async () => {
  const url = await api.account();
  const set = await patch(url, { hiddenDiscount: true });
  assert.equal(set.status, 200, set.text);
  assert.deepEqual([set.body.hiddenDiscount, set.body.hasHiddenEntitlements, set.headers.etag], [true, true, '"v2.0"']);
  assert.equal((await patch(url, { hiddenDiscount: true })).headers.etag, '"v2.0"');
  const cleared = await patch(url, { hiddenDiscount: null });
  assert.deepEqual([cleared.body.hiddenDiscount, cleared.headers.etag], [false, '"v3.0"']);
  assert.equal((await patch(url, { hiddenDiscount: false })).headers.etag, '"v3.0"');
});

test('400 PATCH of passes and entitlements: they have addresses of their own', async () => {
  const url = await api.account();
  assertProblem(await patch(url, { accessPass: [], entitlement: [] }), 400, 'invalid', ['/accessPass', '/entitlement']);
});

test('a hidden entitlement is counted on its days only', async () => {
  const url = await api.account({
    entitlement: [{ entitlementType: secret, validFrom: '2026-11-22', validUntil: '2026-11-23' }],
  });
  const hidden = async () => (await api.get(url)).body.hasHiddenEntitlements;
  assert.equal(await hidden(), false);
  server.clock.now = new Date('2026-11-22T00:00:00Z');
  assert.equal(await hidden(), true);
  server.clock.now = new Date('2026-11-23T00:00:00Z');
  assert.equal(await hidden(), false);
  server.clock.now = new Date('2026-11-21T12:00:00Z');
});
