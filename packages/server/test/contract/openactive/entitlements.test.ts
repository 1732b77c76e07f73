import assert from 'node:assert/strict';
import { test } from 'node:test';
import { revoked } from '#domain/grant.ts';
import { actorOf } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import { startEntitlementTester, uri } from './entitlements-support.ts';
import { accountOf, base, faultsOf, newIdentifier, person } from './support.ts';

const tester = await startEntitlementTester();
const { account, put, hold, stored, store, organisationWithKey, clock, patch, give, listed } = tester;
const { adult, hidden, before } = tester.types;

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
      .concat({ entitlementType: 'adult' }, { entitlementType: uri('').slice(0, -1) }, { entitlementType: '' }),
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
