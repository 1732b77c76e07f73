import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { holdingsApi } from './holdings-support.ts';
import { assertProblem, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
const on = (date: string) => {
  server.clock.now = new Date(`${date}T12:00:00Z`);
};
on('2026-11-21');

const ask = (account: string, types: string[] = [], at?: string) => {
  const parameters = [...types.map((type) => ['entitlementType', type]), ...(at ? [['at', at]] : [])] as [
    string,
    string,
  ][];
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return api.get(`${account}/eligibility${query && `?${query}`}`);
};
type Reason = { code: string; on?: string; entitlementType?: string; message: string };
const why = (body: { reasons: Reason[] }) => body.reasons.map(({ code, on: day }) => (day ? `${code} ${day}` : code));

test('200 yes: one of the types is enough', async () => {
  const type = await api.type({ label: 'Resident' });
  const account = await api.account({ entitlement: [{ entitlementType: type }] });
  const { body } = await ask(account, [await api.type(), type, 'https://elsewhere.example.com/#x']);
  const { body: shown } = await api.get(account);
  assert.deepEqual(body, {
    eligible: true,
    mayBook: true,
    at: '2026-11-21',
    identifier: shown.identifier,
    matched: shown.entitlement,
    reasons: [],
    blockingActions: [],
  });
});

test('200 yes without types: open to all', async () => {
  const { body } = await ask(await api.account());
  assert.deepEqual([body.eligible, body.mayBook, body.matched, body.reasons], [true, true, [], []]);
});

test('200 yes for hidden types too', async () => {
  const type = await api.type({ hidden: true });
  assert.equal(
    (await ask(await api.account({ entitlement: [{ entitlementType: type }] }), [type])).body.eligible,
    true,
  );
});

test('200 no, with a reason for each type, as a word and as a sentence', async () => {
  const types = {
    none: await api.type(),
    later: await api.type(),
    ended: await api.type(),
    revoked: await api.type(),
    waiting: await api.type({ evidence: 'before' }),
  };
  on('2026-11-01');
  const account = await api.account({
    entitlement: [
      { entitlementType: types.later, validFrom: '2026-12-01' },
      { entitlementType: types.ended, validUntil: '2026-11-10' },
      { entitlementType: types.waiting },
    ],
  });
  const taken = await api.grant(account, { entitlementType: types.revoked });
  on('2026-11-12');
  await api.post(`${taken}/revoke`, { reason: 'moved away' }, 200);
  const { body } = await ask(account, [...Object.values(types), 'https://elsewhere.example.com/#x']);
  assert.equal(body.eligible, false);
  assert.deepEqual(why(body), [
    'not-held',
    'not-yet-valid 2026-12-01',
    'ended 2026-11-10',
    'revoked 2026-11-12',
    'pending-evidence',
    'unknown-type',
  ]);
  assert.deepEqual(
    body.reasons.map((reason: Reason) => reason.entitlementType),
    [...Object.values(types), 'https://elsewhere.example.com/#x'],
  );
  assert.equal(body.reasons[3].message, 'The entitlement was revoked: 2026-11-12 is the first day without it.');
  assert.equal(body.reasons[3].entitlementId, taken.split('/').at(-1));
  on('2026-11-21');
});

test('200 on another day: later as it is granted now, before as it is known now', async () => {
  const type = await api.type({ evidence: 'after', evidenceDeadlineDays: 10 });
  const account = await api.account({ entitlement: [{ entitlementType: type, validFrom: '2026-11-15' }] });
  for (const [at, eligible, reasons] of [
    ['2026-11-14', false, ['not-yet-valid 2026-11-15']],
    ['2026-11-15', true, []],
    ['2026-11-21', true, []],
    ['2026-11-30', true, []],
    ['2026-12-01', false, ['evidence-due 2026-12-01']],
  ] as const) {
    const { body } = await ask(account, [type], at);
    assert.deepEqual([body.eligible, why(body), body.at], [eligible, [...reasons], at]);
  }
  on('2026-12-01');
  assert.deepEqual(why((await ask(account, [type])).body), ['revoked 2026-12-01']);
  assert.equal((await ask(account, [type], '2026-11-30')).body.eligible, true);
  on('2026-11-21');
});

test('today is the organisation’s: one instant, two days', async () => {
  const far = await server.organisationWithKey('Far away', 'Pacific/Auckland');
  const type = `${far.organisation.baseUrl}/openactive/entitlement-lists/l#a`;
  await send('POST', '/v1/entitlement-lists', { key: far.key, body: { slug: 'l', title: 'L' } });
  await send('POST', '/v1/entitlement-lists/l/types', { key: far.key, body: { id: 'a', label: 'A' } });
  const body = { identifier: 'far', customer: { name: 'N' }, entitlement: [{ entitlementType: type }] };
  assert.equal((await send('POST', '/v1/accounts', { key: far.key, body })).status, 201);
  const url = `/v1/accounts/far/eligibility?entitlementType=${encodeURIComponent(type)}`;
  const answer = await send('GET', url, { key: far.key });
  assert.deepEqual([answer.body.at, answer.body.eligible], ['2026-11-22', true]);
  assert.equal((await send('GET', `${url}&at=2026-11-21`, { key: far.key })).body.eligible, false);
});

test('200 mayBook: false while an action blocks or the customer is deactivated, whatever the offer', async () => {
  const type = await api.type();
  const account = await api.account({ entitlement: [{ entitlementType: type }] });
  const action = await api.action(account, { name: 'Pay', blocksBooking: true });
  await api.action(account, { name: 'Read' });
  const { body } = await ask(account, [type]);
  assert.deepEqual([body.eligible, body.mayBook, why(body)], [true, false, ['blocking-action']]);
  assert.deepEqual(body.blockingActions, [(await api.get(action)).body]);
  await api.post(`${action}/cancel`, {}, 200);
  assert.equal((await ask(account, [type])).body.mayBook, true);
  const { customerNumber } = (await api.get(account)).body;
  await deactivateCustomer(server.store, actorOf(server.organisation), customerNumber, new Date('2030-01-01'), 'test');
  const passive = (await ask(account, [type])).body;
  assert.deepEqual([passive.eligible, passive.mayBook, why(passive)], [true, false, ['passive-customer']]);
});

test('404 and 410 for one account that is not there', async () => {
  assertProblem(await send('GET', '/v1/accounts/nobody/eligibility'), 404, 'not-found');
  const url = await api.account();
  await send('DELETE', url);
  assertProblem(await send('GET', `${url}/eligibility`), 410, 'erased');
});

test('200 in a batch: by account and by pass, each with its own answer or error', async () => {
  const type = await api.type();
  const [held, other] = [unique('id-'), unique('id-')];
  await api.account({ identifier: held, entitlement: [{ entitlementType: type }], accessPass: [{ text: 'B-1' }] });
  const lost = await api.pass(await api.account({ identifier: other, entitlement: [{ entitlementType: type }] }), {
    text: 'B-2',
  });
  await api.post(`${lost}/retire`, { reason: 'lost' }, 200);
  await api.post('/v1/pass-namespaces/card/reserve', { texts: ['B-3'] }, 201);
  const gone = await api.account();
  await send('DELETE', gone);
  const entitlementType = [type];
  const items = [
    { identifier: held, entitlementType },
    { accessPass: { text: 'B-1' }, entitlementType },
    { accessPass: { namespace: 'card', text: 'B-1' }, entitlementType, at: '2026-11-20' },
    { accessPass: { text: 'B-2' }, entitlementType },
    { accessPass: { text: 'B-3' }, entitlementType },
    { accessPass: { text: 'B-4' } },
    { accessPass: { namespace: 'nowhere', text: 'B-1' } },
    { identifier: 'nobody' },
    { identifier: gone.split('/').at(-1) },
    { identifier: held },
  ];
  const response = await send('POST', '/v1/eligibility', { body: { items } });
  assert.equal(response.status, 200, response.text);
  type Answer = {
    eligible: boolean;
    mayBook: boolean;
    identifier?: string;
    matched: object[];
    reasons: Reason[];
    error?: { code: string };
  };
  const told = response.body.items.map((answer: Answer) =>
    answer.error
      ? answer.error.code
      : [answer.eligible, answer.mayBook, answer.identifier, answer.matched.length, ...why(answer)],
  );
  assert.deepEqual(told, [
    [true, true, held, 1],
    [true, true, held, 1],
    [false, true, held, 0, 'not-yet-valid 2026-11-21'],
    [false, false, other, 0, 'pass-retired'],
    [false, false, undefined, 0, 'pass-reserved'],
    'not-found',
    'not-found',
    'not-found',
    'erased',
    [true, true, held, 0],
  ]);
  assert.equal(response.body.items[5].error.detail, 'No such access pass is available to you.');
});

test('a batch of 100 is read in a few round trips, not in hundreds', async (t) => {
  const type = await api.type();
  const identifiers = Array.from({ length: 100 }, () => unique('many-'));
  for (const identifier of identifiers) await api.account({ identifier });
  const items = identifiers.map((identifier) => ({ identifier, entitlementType: [type] }));
  const asked = (['read', 'lookUp'] as const).map((kind) => t.mock.method(server.store.database, kind).mock);
  // Twice: of two servers one is watched.
  await send('POST', '/v1/eligibility', { body: { items } });
  const { body } = await send('POST', '/v1/eligibility', { body: { items } });
  const reads = asked.reduce((sum, mock) => sum + mock.callCount(), 0);
  assert.ok(body.items.every((answer: { reasons: Reason[] }) => answer.reasons[0]?.code === 'not-held'));
  assert.ok(reads > 0 && reads <= 20, `${reads} reads`);
});

test('400 names every faulty question', async () => {
  const items = [
    {},
    { identifier: 'a', accessPass: { text: 'b' } },
    { identifier: 'a', at: 'today' },
    { accessPass: {} },
    { identifier: 'a', entitlementType: 'x' },
  ];
  assertProblem(await send('POST', '/v1/eligibility', { body: { items } }), 400, 'invalid', [
    '/items/1/identifier',
    '/items/2/at',
    '/items/3/accessPass/text',
    '/items/4/entitlementType',
  ]);
  assertProblem(await send('POST', '/v1/eligibility', { body: { items: items.slice(0, 2) } }), 400, 'invalid', [
    '/items/0/identifier',
    '/items/1/identifier',
  ]);
  assertProblem(await send('POST', '/v1/eligibility', { body: { items: [] } }), 400, 'invalid', ['/items']);
  const many = Array.from({ length: 101 }, () => ({ identifier: 'a' }));
  assertProblem(await send('POST', '/v1/eligibility', { body: { items: many } }), 400, 'invalid', ['/items']);
});

test('400 for parameters that make no sense', async () => {
  const url = `${await api.account()}/eligibility`;
  assertProblem(await send('GET', `${url}?at=2026-13-01`), 400, 'invalid', ['?at']);
  assertProblem(await send('GET', `${url}?at=2026-11-01&at=2026-11-02`), 400, 'invalid', ['?at']);
  assertProblem(await send('GET', `${url}?entitlementType=`), 400, 'invalid', ['?entitlementType.0']);
  assertProblem(await send('GET', `${url}?type=x`), 400, 'invalid', ['?type']);
});

test('a POST that only reads: an Idempotency-Key is ignored', async () => {
  const headers = { 'idempotency-key': 'ask' };
  for (const identifier of ['a', 'b'])
    assert.equal((await send('POST', '/v1/eligibility', { body: { items: [{ identifier }] }, headers })).status, 200);
});
