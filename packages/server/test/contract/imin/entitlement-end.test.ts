import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { createEntitlementType } from '#operations/entitlement-types/create.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { entitlementAction } from './holdings-support.ts';
import { startBroker } from './support.ts';

// imin.md 3.2: the end of validity, in zones west and east of UTC, across both changes of the clock.
const broker = await startBroker();
const now = new Date('2026-01-15T12:00:00Z');
broker.clock.now = now;

/** [given, stored exclusive end date, told end] */
type Case = [given: string, stored: string, told: string];

const zones: Record<string, Case[]> = {
  'Europe/London': [
    ['2027-11-20T10:45:33+00:00', '2027-11-21', '2027-11-21T00:00:00Z'],
    ['2027-03-31T23:00:00Z', '2027-04-01', '2027-03-31T23:00:00Z'],
    ['2027-04-01T00:00:00Z', '2027-04-02', '2027-04-01T23:00:00Z'],
    ['2027-04-01T00:00:00+01:00', '2027-04-01', '2027-03-31T23:00:00Z'],
    // The day on which the clock goes forward has 23 hours, that on which it goes back 25.
    ['2027-03-28T00:00:00Z', '2027-03-28', '2027-03-28T00:00:00Z'],
    ['2027-03-28T22:59:59Z', '2027-03-29', '2027-03-28T23:00:00Z'],
    ['2027-03-28T23:00:00Z', '2027-03-29', '2027-03-28T23:00:00Z'],
    ['2027-10-30T23:00:00Z', '2027-10-31', '2027-10-30T23:00:00Z'],
    ['2027-10-31T23:00:00Z', '2027-11-01', '2027-11-01T00:00:00Z'],
    ['2027-11-01T00:00:00Z', '2027-11-01', '2027-11-01T00:00:00Z'],
    ['2027-11-01T00:00:00.001Z', '2027-11-02', '2027-11-02T00:00:00Z'],
    ['2028-02-29T13:00:00Z', '2028-03-01', '2028-03-01T00:00:00Z'],
  ],
  'America/New_York': [
    ['2027-01-01T00:00:00Z', '2027-01-01', '2027-01-01T05:00:00Z'],
    ['2027-01-01T05:00:00Z', '2027-01-01', '2027-01-01T05:00:00Z'],
    ['2027-03-14T05:00:00Z', '2027-03-14', '2027-03-14T05:00:00Z'],
    ['2027-03-15T04:00:00Z', '2027-03-15', '2027-03-15T04:00:00Z'],
    ['2027-11-07T04:00:00Z', '2027-11-07', '2027-11-07T04:00:00Z'],
    ['2027-11-08T04:59:59Z', '2027-11-08', '2027-11-08T05:00:00Z'],
  ],
  'Pacific/Auckland': [
    ['2026-12-31T11:00:00Z', '2027-01-01', '2026-12-31T11:00:00Z'],
    ['2027-01-01T00:00:00Z', '2027-01-02', '2027-01-01T11:00:00Z'],
    ['2027-04-03T11:00:00Z', '2027-04-04', '2027-04-03T11:00:00Z'],
    ['2027-04-04T12:00:00Z', '2027-04-05', '2027-04-04T12:00:00Z'],
    ['2027-09-25T12:00:00Z', '2027-09-26', '2027-09-25T12:00:00Z'],
    ['2027-09-26T11:00:00Z', '2027-09-27', '2027-09-26T11:00:00Z'],
  ],
  'Asia/Kolkata': [
    ['2026-12-31T18:30:00Z', '2027-01-01', '2026-12-31T18:30:00Z'],
    ['2026-12-31T18:30:01Z', '2027-01-02', '2027-01-01T18:30:00Z'],
  ],
  // The clock goes from 24:00 to 1:00: the day begins at 1:00.
  'America/Santiago': [
    ['2026-09-06T04:00:00Z', '2026-09-06', '2026-09-06T04:00:00Z'],
    ['2026-09-06T03:59:59Z', '2026-09-06', '2026-09-06T04:00:00Z'],
    ['2026-09-06T04:00:01Z', '2026-09-07', '2026-09-07T03:00:00Z'],
  ],
};

for (const [timeZone, cases] of Object.entries(zones)) {
  describe(`the end of validity in ${timeZone}`, async () => {
    const { organisation, key } = await broker.organisationWithKey(`In ${timeZone}`, timeZone);
    const actor = tesseraActor(organisation, 'command-line', now);
    await createEntitlementList(broker.store, actor, { slug: 'residents', title: 'Residents' });
    const { id } = await createEntitlementType(broker.store, actor, 'residents', { label: 'Resident' });
    await changeSettings(broker.store, actor, { edit: { brokerList: 'residents' } });
    const concept = `${organisation.baseUrl}/openactive/entitlement-lists/residents#${id}`;
    const set = async (identifier: string, validUntil: string) => {
      const body = entitlementAction(concept, validUntil);
      return broker.call('POST', `/customer-accounts/${identifier}/actions`, { body, key });
    };
    const shown = (identifier: string) => broker.call('GET', `/customer-accounts/${identifier}`, { key });

    for (const [given, stored, told] of cases) {
      it(`200 ${given} is kept as ${stored}, told as ${told}, and over then`, async () => {
        const identifier = await broker.account({}, key);
        const response = await set(identifier, given);
        assert.equal(response.status, 200, response.text);
        assert.equal(response.body.object.validUntil, told);
        const entitlements = await broker.database.query('select valid_until::text from entitlement where id = $1', [
          (await entitlementIds(organisation.id, identifier))[0],
        ]);
        assert.deepEqual(entitlements, [{ valid_until: stored }]);
        assert.ok(new Date(told) >= new Date(given), 'never shorter than asked');

        assert.equal((await shown(identifier)).body.entitlement.expires, told);
        broker.clock.now = new Date(Date.parse(told) - 1);
        assert.equal((await shown(identifier)).body.entitlement.expires, told);
        broker.clock.now = new Date(told);
        assert.equal('entitlement' in (await shown(identifier)).body, false);
        broker.clock.now = now;
      });
    }

    it('200 a plain date is the first day on which it is over; what was told is taken back unchanged', async () => {
      for (const [, stored, told] of cases) {
        const identifier = await broker.account({}, key);
        assert.equal((await set(identifier, stored)).body.object.validUntil, told);
        const { etag } = (await shown(identifier)).headers;
        assert.equal((await set(identifier, told)).body.object.validUntil, told);
        assert.equal((await shown(identifier)).headers.etag, etag);
      }
    });

    it('200 up to the last date with four digits of a year', async () => {
      const identifier = await broker.account({}, key);
      for (const given of ['9999-12-31', '9999-12-31T23:59:59Z', '9999-12-31T10:00:00Z']) {
        const response = await set(identifier, given);
        assert.equal(response.status, 200, response.text);
        assert.match(response.body.object.validUntil, /^9999-12-3[01]T/);
      }
    });
  });
}

async function entitlementIds(organisationId: number, identifier: string): Promise<unknown[]> {
  const rows = await broker.database.query(
    `select e.id from entitlement e join account a on a.organisation_id = e.organisation_id and a.number = e.account_number
     where a.organisation_id = $1 and a.identifier = $2`,
    [organisationId, identifier],
  );
  return rows.map(({ id }) => id);
}
