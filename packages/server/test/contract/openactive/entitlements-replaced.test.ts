import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { changeEntitlementType } from '#operations/entitlement-types/change.ts';
import { propagateTypes } from '#operations/entitlement-types/propagate.ts';
import { startEntitlementTester, uri } from './entitlements-support.ts';
import { accountOf, faultsOf, newIdentifier, person } from './support.ts';

const tester = await startEntitlementTester();
const { account, put, stored, store, organisation, clock, operator, patch, give, listed } = tester;
const { hidden, retired, before } = tester.types;

test('200 replaces what is listed: kept with the dates that are given, granted, revoked; the rest is untouched', async () => {
  const identifier = await put(person(), {
    entitlement: [
      { entitlementType: uri('adult'), validFrom: '2026-01-01', validUntil: '2027-01-01' },
      { entitlementType: uri('junior') },
    ],
  });
  await give(identifier, { type: hidden });
  await give(identifier, { type: before });
  const first = (await stored(identifier)).account.entitlement;
  const answer = await patch(identifier, [
    { entitlementType: uri('adult'), validUntil: '2026-12-31' },
    { entitlementType: uri('yearly') },
  ]);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await listed(identifier), ['adult 2026-01-01 2026-12-31', 'yearly 2026-11-21 2027-11-21']);
  const second = (await stored(identifier)).account.entitlement;
  assert.deepEqual(
    second.slice(1, 3),
    first.filter(({ type }) => ['hidden', 'before'].includes(type.id)),
  );
  assert.equal(second[0]?.id, first[0]?.id);
  assert.equal(second[0]?.revision, 2);
  const { customerNumber, number: accountNumber } = (await stored(identifier)).account;
  const history = await store.held.entitlements({ organisationId: organisation.id, customerNumber, accountNumber });
  const junior = history.find(({ type }) => type.id === 'junior');
  assert.deepEqual([junior?.state, junior?.reason, junior?.endedOn], ['revoked', 'removed', '2026-11-21']);

  await patch(identifier, [{ entitlementType: uri('adult'), validFrom: '2025-12-01', validUntil: null }]);
  assert.deepEqual(await listed(identifier), ['adult 2025-12-01 open']);
  const later = await patch(identifier, [{ entitlementType: uri('adult'), validFrom: '2026-02-01' }]);
  assert.equal(later.status, 400);
  assert.match(faultsOf(later)[0] as string, /^\/entitlement\/0\/validFrom: cannot be moved to a later day/);
});

test('200 with null or an empty list revokes all that is listed; granted again, it is a new one', async () => {
  for (const none of [null, []]) {
    const identifier = await put(person(), {
      entitlement: [{ entitlementType: uri('adult'), validFrom: '2026-01-01' }],
    });
    await give(identifier, { type: hidden });
    const answer = await patch(identifier, none);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.entitlement, undefined);
    assert.equal(answer.body.hasHiddenEntitlements, true);
    await patch(identifier, [{ entitlementType: uri('adult') }]);
    assert.deepEqual(await listed(identifier), ['adult 2026-11-21 open']);
  }
});

test('200 for the list as it is shown: nothing changes, though the concept is retired, renamed or its day over', async () => {
  const identifier = await put(person(), {
    entitlement: [{ entitlementType: uri('yearly'), validFrom: '2026-03-01' }],
  });
  await changeEntitlementType(store, operator, { list: 'residents', id: 'retired' }, { edit: { status: 'active' } });
  await give(identifier, {
    type: { ...retired, status: 'active', version: retired.version + 2 },
    validFrom: '2020-01-01',
  });
  await changeEntitlementType(
    store,
    operator,
    { list: 'residents', id: 'retired' },
    { edit: { status: 'retired', label: 'Old' } },
  );
  for (const wait of [async () => undefined, () => propagateTypes(store, new Date())]) {
    await wait();
    const shown = await account('GET', identifier);
    const record = await stored(identifier);
    assert.equal(shown.body.entitlement.length, 2);
    const answer = await patch(identifier, shown.body.entitlement);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.etag, shown.headers.etag);
    assert.equal(answer.text, shown.text);
    assert.deepEqual(await stored(identifier), record);
  }
  assert.equal((await account('GET', identifier)).body.entitlement[0].entitlementType.prefLabel, 'Old');
  // New dates of a retired one are its own affair; a new grant of it is not.
  assert.equal((await patch(identifier, [{ entitlementType: uri('retired'), validUntil: '2027-01-01' }])).status, 200);
  assert.equal((await patch(identifier, [])).status, 200);
  assert.equal((await patch(identifier, [{ entitlementType: uri('retired') }])).status, 400);
});

test('400 for new dates of a listed one that could not be given to a new one; nothing is done', async () => {
  const identifier = await put(person(), { entitlement: [{ entitlementType: uri('adult'), validFrom: '2026-01-01' }] });
  const { headers } = await account('GET', identifier);
  const cases: [object, string][] = [
    [{ validFrom: '2026-11-22' }, '/entitlement/0/validFrom: must not be after today'],
    [{ validUntil: '2026-11-21' }, '/entitlement/0/validUntil: must be after today, the end date is exclusive'],
  ];
  for (const [dates, fault] of cases) {
    const answer = await patch(identifier, [{ entitlementType: uri('adult'), ...dates }], {
      customer: { jobTitle: 'x' },
    });
    assert.deepEqual(faultsOf(answer), [fault]);
  }
  assert.equal((await account('GET', identifier)).headers.etag, headers.etag);
});

test('200 together with the customer and the passes, in one version; 400 for one of them is 400 for all', async () => {
  const identifier = await put();
  const entitlement = [{ entitlementType: uri('adult') }];
  const whole = { customer: { jobTitle: 'Coach' }, accessPass: [{ text: 'WHOLE-1' }], accountNumber: 'WHOLE-1' };
  const faulty = await patch(identifier, entitlement, { ...whole, accessPass: [{ text: 'é' }] });
  assert.equal(faulty.status, 400);
  assert.equal((await account('GET', identifier)).headers.etag, '"1.0"');
  const answer = await patch(identifier, entitlement, whole);
  assert.equal(answer.headers.etag, '"2.1"');
  assert.deepEqual(
    [answer.body.customer.jobTitle, answer.body.accessPass[0].text, answer.body.entitlement.length],
    ['Coach', 'WHOLE-1', 1],
  );
  const wrong = await patch(identifier, [{ entitlementType: uri('no-such') }], { customer: { email: 'none' } });
  assert.equal(wrong.status, 400);
  assert.equal((await account('GET', identifier)).headers.etag, '"2.1"');
});

test('200 for the same PUT after the entitlement has changed, or is over: with the account as it is now', async () => {
  const identifier = newIdentifier();
  const body = accountOf(person(), {
    entitlement: [{ entitlementType: { '@id': uri('adult') }, validFrom: '2026-11-21', validUntil: '2026-11-23' }],
  });
  const created = await account('PUT', identifier, { body });
  assert.equal(created.status, 201, created.text);
  clock.now = new Date('2026-11-23T12:00:00Z');
  for (const swept of [false, true]) {
    if (swept) await sweepAccounts(store, clock.now);
    const again = await account('PUT', identifier, { body });
    assert.equal(again.status, 200, again.text);
    assert.equal(again.body.entitlement, undefined);
  }
  assert.equal((await account('PUT', newIdentifier(), { body })).status, 400, 'it could not be created today');
  const other = { ...body, accountNumber: 'OTHER-1' };
  assert.equal((await account('PUT', identifier, { body: other })).status, 409);
  await account('DELETE', identifier);
  assert.equal((await account('PUT', identifier, { body })).status, 410);
  clock.now = new Date('2026-11-21T12:00:00Z');
});
