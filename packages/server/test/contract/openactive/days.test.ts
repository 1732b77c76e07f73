import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { actorOf } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import { accountOf, pathOf, person, startTester } from './support.ts';

/*
 * The end date is exclusive: an entitlement is valid on the days d with validFrom <= d < validUntil, in the organisation's time zone
 * (openactive.md 3.1). What OpenActive's validator cannot see is looked at here, to the millisecond.
 */

const { send, store, clock, organisationWithKey } = await startTester();

type Case = {
  what: string;
  timeZone: string;
  validFrom: string;
  validUntil: string;
  /** The last millisecond of the last valid day, in the organisation's time zone. */
  last: string;
};

const cases: Case[] = [
  {
    what: 'an ordinary day in London',
    timeZone: 'Europe/London',
    validFrom: '2026-11-20',
    validUntil: '2026-11-22',
    last: '2026-11-21T23:59:59.999Z',
  },
  {
    what: 'the day of 23 hours in London',
    timeZone: 'Europe/London',
    validFrom: '2026-03-28',
    validUntil: '2026-03-30',
    last: '2026-03-29T22:59:59.999Z',
  },
  {
    what: 'the day of 25 hours in London',
    timeZone: 'Europe/London',
    validFrom: '2026-10-24',
    validUntil: '2026-10-26',
    last: '2026-10-25T23:59:59.999Z',
  },
  {
    what: 'the day before the clocks change in Los Angeles',
    timeZone: 'America/Los_Angeles',
    validFrom: '2026-03-01',
    validUntil: '2026-03-08',
    last: '2026-03-08T07:59:59.999Z',
  },
  {
    what: 'the day of 25 hours in Los Angeles',
    timeZone: 'America/Los_Angeles',
    validFrom: '2026-10-31',
    validUntil: '2026-11-02',
    last: '2026-11-02T07:59:59.999Z',
  },
  {
    what: 'the first place on Earth where a day begins',
    timeZone: 'Pacific/Kiritimati',
    validFrom: '2026-11-20',
    validUntil: '2026-11-22',
    last: '2026-11-21T09:59:59.999Z',
  },
  {
    what: 'a midnight that the clocks skip in Beirut',
    timeZone: 'Asia/Beirut',
    validFrom: '2027-03-01',
    validUntil: '2027-03-28',
    last: '2027-03-27T21:59:59.999Z',
  },
  {
    what: '29 February',
    timeZone: 'Europe/London',
    validFrom: '2028-02-27',
    validUntil: '2028-03-01',
    last: '2028-02-29T23:59:59.999Z',
  },
  {
    what: '28 February of a year without a 29th',
    timeZone: 'Europe/London',
    validFrom: '2027-02-27',
    validUntil: '2027-03-01',
    last: '2027-02-28T23:59:59.999Z',
  },
];

for (const { what, timeZone, validFrom, validUntil, last } of cases) {
  test(`valid until the last millisecond before the end date: ${what}`, async () => {
    const { organisation, key } = await organisationWithKey(what, timeZone);
    const end = Date.parse(last) + 1;
    clock.now = new Date(end - 1);
    await typeOf(store, actorOf(organisation, clock.now), { id: 'adult', label: 'Adult' });
    const entitlementType = `${organisation.baseUrl}/openactive/entitlement-lists/residents#adult`;
    const body = accountOf(person(), { entitlement: [{ entitlementType, validFrom, validUntil }] });
    const created = await send('PUT', pathOf('day'), { body, key });
    assert.equal(created.status, 201, created.text);
    assert.equal(created.body.entitlement[0].validUntil, validUntil);

    const at = async (instant: number, tag?: string) => {
      clock.now = new Date(instant);
      return send('GET', pathOf('day'), { key, ...(tag ? { headers: { 'if-none-match': tag } } : {}) });
    };
    const tag = created.headers.etag as string;
    assert.equal((await at(end - 1, tag)).status, 304);
    // On the day before it is valid too, and the tag is the same: nothing has changed since.
    const dayBefore = await at(end - 26 * 3_600_000);
    assert.equal(dayBefore.body.entitlement.length, 1);
    assert.equal(dayBefore.headers.etag, tag);
    const over = await at(end, tag);
    assert.equal(over.status, 200, 'the tag changes with the day');
    assert.equal(over.body.entitlement, undefined);
    assert.notEqual(over.headers.etag, tag);
    assert.equal((await send('PATCH', pathOf('day'), { key, body: {}, headers: { 'if-match': tag } })).status, 412);

    // The job that follows raises the version, once; what is shown is the same.
    assert.ok((await sweepAccounts(store, new Date(end))) >= 1);
    const swept = await at(end);
    assert.equal(swept.headers.etag, '"2.0"');
    assert.deepEqual(swept.body, over.body);
    // A new grant can end no earlier than tomorrow.
    const late = await send('PATCH', pathOf('day'), { key, body: { entitlement: [{ entitlementType, validUntil }] } });
    assert.equal(late.status, 400);
    clock.now = new Date(end - 1);
  });
}

test('an entitlement that begins later is shown from the first instant of its day on, with another entity tag', async () => {
  const { organisation, key } = await organisationWithKey('Later', 'Europe/London');
  clock.now = new Date('2026-03-28T12:00:00Z');
  const type = await typeOf(store, actorOf(organisation, clock.now), { id: 'adult', label: 'Adult' });
  await send('PUT', pathOf('later'), { body: accountOf(person()), key });
  const granted = await send('POST', '/v1/accounts/later/entitlements', {
    key,
    body: {
      entitlementType: `${organisation.baseUrl}/openactive/entitlement-lists/residents#${type.id}`,
      validFrom: '2026-03-30',
    },
  });
  assert.equal(granted.status, 201, granted.text);
  const at = async (instant: string) => {
    clock.now = new Date(instant);
    const { body, headers } = await send('GET', pathOf('later'), { key });
    return [body.entitlement?.length, headers.etag];
  };
  assert.deepEqual(await at('2026-03-29T22:59:59.999Z'), [undefined, '"2.0"']);
  assert.deepEqual(await at('2026-03-29T23:00:00Z'), [1, '"2.1"']);
});
