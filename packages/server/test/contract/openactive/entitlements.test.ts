import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyGrant, type Grant, revoked, withGrant } from '#domain/grant.ts';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { changeEntitlementType } from '#operations/entitlement-types/change.ts';
import { propagateTypes } from '#operations/entitlement-types/propagate.ts';
import { actorOf } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import { accountOf, base, faultsOf, newIdentifier, person, startTester } from './support.ts';

const { account, put, hold, stored, store, organisation, organisationWithKey, clock } = await startTester();
clock.now = new Date('2026-11-21T12:00:00Z');
const operator = actorOf(organisation, clock.now);

const residents = `${base}/openactive/entitlement-lists/residents`;
const uri = (id: string) => `${residents}#${id}`;
const adult = await typeOf(store, operator, { id: 'adult', label: 'Adult' });
await typeOf(store, operator, { id: 'junior', label: 'Junior' });
await typeOf(store, operator, { id: 'yearly', label: 'Yearly', defaultDuration: 'P1Y' });
const hidden = await typeOf(store, operator, { id: 'hidden', label: 'Staff discount', hidden: true });
const retired = await typeOf(store, operator, { id: 'retired', label: 'Retired' });
await changeEntitlementType(store, operator, { list: 'residents', id: 'retired' }, { edit: { status: 'retired' } });
const before = await typeOf(store, operator, { id: 'before', label: 'Before', evidence: 'before' });

const patch = (identifier: string, entitlement: unknown, members: object = {}) =>
  account('PATCH', identifier, { body: { entitlement, ...members } });
const give = (identifier: string, grant: Grant) =>
  hold(identifier, (held, actor) => withGrant(held, grant, actor, anyGrant));

/** What an account shows: type, first day, end. */
async function listed(identifier: string): Promise<string[]> {
  const { body } = await account('GET', identifier);
  return (body.entitlement ?? []).map(
    (one: { validFrom: string; validUntil?: string; entitlementType: { '@id': string } }) =>
      `${one.entitlementType['@id'].replace(`${residents}#`, '')} ${one.validFrom} ${one.validUntil ?? 'open'}`,
  );
}

test('201 with entitlements: by first day, then concept; dates default to today and to the duration of the concept', async () => {
  const identifier = await put(person(), {
    entitlement: [
      { '@type': 'Entitlement', entitlementType: uri('junior') },
      { entitlementType: uri('adult'), validFrom: null, validUntil: null },
      // Of an object only the @id is read.
      {
        entitlementType: { '@type': 'Concept', '@id': uri('yearly'), prefLabel: 5, other: {} },
        validFrom: '2026-02-28',
      },
    ],
  });
  assert.deepEqual(await listed(identifier), [
    'yearly 2026-02-28 2027-02-28',
    'adult 2026-11-21 open',
    'junior 2026-11-21 open',
  ]);
  assert.equal((await account('GET', identifier)).headers.etag, '"1.3"');
});

test('201 and 200: null as end is the default duration on PUT, open-ended on PATCH', async () => {
  const entitlement = [{ entitlementType: uri('yearly'), validUntil: null }];
  const created = await put(person(), { entitlement });
  assert.deepEqual(await listed(created), ['yearly 2026-11-21 2027-11-21']);
  const patched = await put();
  await patch(patched, entitlement);
  assert.deepEqual(await listed(patched), ['yearly 2026-11-21 open']);
});

test('201 for an entitlement of today only, and for one that began long ago', async () => {
  const identifier = await put(person(), {
    entitlement: [
      { entitlementType: uri('adult'), validFrom: '2026-11-21', validUntil: '2026-11-22' },
      { entitlementType: uri('junior'), validFrom: '1999-12-31', validUntil: '9999-12-31' },
    ],
  });
  assert.deepEqual(await listed(identifier), ['junior 1999-12-31 9999-12-31', 'adult 2026-11-21 2026-11-22']);
});

const invalid: [string, unknown, string[]][] = [
  ['entitlements that are no array', {}, ['/entitlement: must be an array or null']],
  ['an entitlement without type', [{}], ['/entitlement/0/entitlementType: is required']],
  ['null as type', [{ entitlementType: null }], ['/entitlement/0/entitlementType: must be a text or an object']],
  [
    'an object without @id',
    [{ entitlementType: { id: uri('adult') } }],
    ['/entitlement/0/entitlementType/@id: is required'],
  ],
  [
    'dates that are none',
    [{ entitlementType: uri('adult'), validFrom: '2026-02-29', validUntil: '2027-04-01T00:00:00Z' }],
    [
      '/entitlement/0/validFrom: must be a real date in the form YYYY-MM-DD',
      '/entitlement/0/validUntil: must be a real date in the form YYYY-MM-DD',
    ],
  ],
  [
    'a beginning to come, an end that has come, one before the beginning',
    [
      { entitlementType: uri('adult'), validFrom: '2026-11-22' },
      { entitlementType: uri('junior'), validFrom: '2026-11-20', validUntil: '2026-11-21' },
      { entitlementType: uri('yearly'), validFrom: '2026-12-01', validUntil: '2026-11-30' },
    ],
    [
      '/entitlement/0/validFrom: must not be after today',
      '/entitlement/1/validUntil: must be after today, the end date is exclusive',
      '/entitlement/2/validFrom: must not be after today',
      '/entitlement/2/validUntil: must be after validFrom, the end date is exclusive',
    ],
  ],
  [
    'a default duration that is over',
    [{ entitlementType: uri('yearly'), validFrom: '2025-11-21' }],
    ['/entitlement/0/validUntil: must be after today, the end date is exclusive'],
  ],
  [
    'the same concept twice',
    [{ entitlementType: uri('adult') }, { entitlementType: { '@id': uri('adult') }, validUntil: '2027-01-01' }],
    ['/entitlement/1/entitlementType: is in the list twice'],
  ],
  [
    'concepts that are unknown, retired, hidden or written otherwise',
    ['no-such', 'retired', 'hidden', 'ADULT', 'adult ']
      .map((id) => ({ entitlementType: uri(id) }))
      .concat({ entitlementType: 'adult' }, { entitlementType: residents }, { entitlementType: '' }),
    [0, 1, 2, 3, 4, 5, 6, 7].map(
      (index) => `/entitlement/${index}/entitlementType: is not a concept that can be granted`,
    ),
  ],
];

for (const [what, entitlement, faults] of invalid) {
  test(`400 for ${what}, on PUT and PATCH alike`, async () => {
    const answers = [
      await account('PUT', newIdentifier(), { body: accountOf(person(), { entitlement }) }),
      await patch(await put(), entitlement),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
      assert.deepEqual(faultsOf(answer), faults);
    }
  });
}

test('400 for members that an entitlement does not have, and for those that nobody can write', async () => {
  const entitlement = [
    { entitlementType: uri('adult'), '@id': base, 'tessera:grantState': 'confirmed', expires: '2027-01-01' },
  ];
  const excessive = await patch(await put(), entitlement);
  assert.equal(excessive.body['@type'], 'PatchContainsExcessivePropertiesError');
  assert.deepEqual(faultsOf(excessive), [
    '/entitlement/0/@id: unknown property',
    '/entitlement/0/tessera:grantState: unknown extension property',
    '/entitlement/0/expires: unknown property',
  ]);
  const computed = [{ entitlementType: uri('adult'), evidenceRequestAction: { '@type': 'Action' } }];
  const created = await account('PUT', newIdentifier(), { body: accountOf(person(), { entitlement: computed }) });
  assert.equal(created.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
  assert.deepEqual(faultsOf(created), ['/entitlement/0/evidenceRequestAction: is computed by the server']);
});

test('400 for a concept of another organisation, though it has the same name', async () => {
  const other = await organisationWithKey('Elsewhere');
  const foreign = actorOf(other.organisation, clock.now);
  await typeOf(store, foreign, { id: 'foreign', label: 'Foreign' });
  const entitlement = [
    { entitlementType: uri('foreign') },
    { entitlementType: `${other.organisation.baseUrl}/openactive/entitlement-lists/residents#foreign` },
  ];
  const answer = await patch(await put(), entitlement);
  assert.deepEqual(
    faultsOf(answer),
    [0, 1].map((index) => `/entitlement/${index}/entitlementType: is not a concept that can be granted`),
  );
});

test('400 for what the account has but does not show: future ones are told, hidden ones are not', async () => {
  const identifier = await put();
  await give(identifier, { type: before });
  await give(identifier, { type: adult, validFrom: '2026-12-01' });
  await give(identifier, { type: hidden });
  const answer = await patch(
    identifier,
    ['adult', 'hidden'].map((id) => ({ entitlementType: uri(id) })),
  );
  assert.equal(answer.status, 400);
  assert.deepEqual(faultsOf(answer), [
    '/entitlement/0/entitlementType: is already granted to this account from a later day',
    '/entitlement/1/entitlementType: is not a concept that can be granted',
  ]);
});

test('200 for a request that is repeated: what waits for proof was asked for already', async () => {
  const identifier = await put();
  const wanted = [{ entitlementType: uri('before') }, { entitlementType: uri('adult') }];
  const first = await patch(identifier, wanted);
  assert.equal(first.status, 200, first.text);
  const again = await patch(identifier, wanted);
  assert.deepEqual([again.status, again.headers.etag, again.body], [200, first.headers.etag, first.body]);
  const later = await patch(identifier, [{ ...wanted[0], validUntil: '2027-06-01' }, wanted[1]]);
  assert.equal(later.status, 200, later.text);
  const [pending] = (await stored(identifier)).account.entitlement;
  assert.deepEqual([pending?.state, pending?.validUntil], ['pending', '2027-06-01']);
});

test('200 lists what is active, valid today and not hidden, nothing else; what is hidden is told by the flag', async () => {
  const identifier = await put();
  const flag = async () => (await account('GET', identifier)).body.hasHiddenEntitlements;
  assert.equal(await flag(), false);
  await give(identifier, { type: adult, validFrom: '2026-11-22' });
  await give(identifier, { type: before });
  assert.deepEqual(await listed(identifier), []);
  await give(identifier, { type: hidden, validFrom: '2026-11-22', validUntil: '2026-11-24' });
  assert.equal(await flag(), false, 'it begins tomorrow');
  clock.now = new Date('2026-11-22T12:00:00Z');
  assert.deepEqual([await flag(), await listed(identifier)], [true, ['adult 2026-11-22 open']]);
  await hold(identifier, (held, actor) => ({
    ...held,
    entitlement: held.entitlement.map((one) => (one.type.id === 'adult' ? revoked(one, 'moved', actor) : one)),
  }));
  assert.deepEqual(await listed(identifier), []);
  clock.now = new Date('2026-11-24T12:00:00Z');
  assert.equal(await flag(), false);
  await hold(identifier, (held) => ({ ...held, hiddenDiscount: true }));
  assert.equal(await flag(), true);
  clock.now = new Date('2026-11-21T12:00:00Z');
});

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
