import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { startOfDay } from '#domain/time.ts';
import { failuresOf } from '../../support/openactive-validator.ts';
import { passAction, startHoldingsBroker } from './holdings-support.ts';

// imin.md C2: what one dialect writes of passes and entitlements is what the others read.
const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');
const { send } = broker;

/** The account as OpenActive shows it, which its validator must not fault. */
async function openactive(identifier: string) {
  const response = await send('GET', `/openactive/customer-accounts/${identifier}`);
  assert.equal(response.status, 200, response.text);
  assert.deepEqual(await failuresOf(response.body), []);
  return response;
}

/** Both see one version, and the end of the one is the start of the other's date. */
async function both(identifier: string) {
  const [imin, other] = [await broker.held(identifier), await openactive(identifier)];
  assert.equal(imin.tag, String(other.headers.etag).replace(/"$/, '-residents"'));
  const same = (other.body.entitlement ?? []).find(
    (one: { entitlementType: { '@id': string } }) =>
      one.entitlementType['@id'] === imin.entitlement?.entitlementType.id,
  );
  assert.equal(same === undefined, imin.entitlement === undefined);
  if (same?.validUntil) {
    const start = startOfDay('Europe/London', same.validUntil).toISOString();
    assert.equal(imin.entitlement.expires, start.replace('.000Z', 'Z'));
  } else assert.equal(imin.entitlement?.expires, undefined);
  return { imin, openactive: other.body };
}

const patch = async (identifier: string, body: object) => {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const response = await send('PATCH', `/openactive/customer-accounts/${identifier}`, { body, headers });
  assert.equal(response.status, 200, response.text);
};
const concept = (type: EntitlementType) => ({
  '@type': 'Concept',
  '@id': broker.uri(type),
  prefLabel: type.label,
  inScheme: broker.uri(type).split('#')[0],
});

describe('what is set here', () => {
  it('an entitlement and a pass are what OpenActive shows', async () => {
    const identifier = await broker.account();
    const type = await broker.type();
    for (const [given, date] of [
      ['2027-03-31T23:00:00Z', '2027-04-01'],
      ['2027-07-14T12:00:00Z', '2027-07-15'],
      ['2027-12-01', '2027-12-01'],
      [undefined, undefined],
    ] as const) {
      await broker.set(identifier, type, given);
      const { openactive: shown } = await both(identifier);
      const end = date === undefined ? {} : { validUntil: date };
      assert.deepEqual(shown.entitlement, [
        { '@type': 'Entitlement', validFrom: '2026-11-21', ...end, entitlementType: concept(type) },
      ]);
    }
    await broker.act(identifier, passAction('0042170'));
    const [pass, ...others] = (await both(identifier)).openactive.accessPass;
    assert.deepEqual([pass['@type'], pass.text, others], ['Barcode', '0042170', []]);
  });

  it('one that is replaced, or removed, is gone there too', async () => {
    const identifier = await broker.account();
    const [first, second] = [await broker.type(), await broker.type()];
    await broker.set(identifier, first);
    await broker.set(identifier, second);
    const { openactive: shown } = await both(identifier);
    assert.deepEqual(
      shown.entitlement.map((one: { entitlementType: unknown }) => one.entitlementType),
      [concept(second)],
    );
    for (const text of ['one', 'two']) await broker.act(identifier, passAction(text));
    assert.deepEqual(
      (await both(identifier)).openactive.accessPass.map(({ text }: { text: string }) => text),
      ['two'],
    );
    await broker.call('DELETE', `/customer-accounts/${identifier}/entitlement`);
    assert.equal((await both(identifier)).openactive.entitlement, undefined);
  });

  it('one that is proved before is an outstanding action there until it is approved', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ evidence: 'before' });
    const { body } = await broker.set(identifier, type);
    const { openactive: pending } = await both(identifier);
    assert.equal(pending.entitlement, undefined);
    const { evidenceRequestAction: asked } = body.object;
    const [action] = pending.outstandingAction;
    assert.equal(action.identifier, asked.identifier);
    assert.equal(action.target.urlTemplate, asked.target);
    await broker.submit(identifier, type);
    await broker.decide(identifier, type, true);
    const { openactive: approved, imin } = await both(identifier);
    assert.equal(approved.outstandingAction, undefined);
    assert.equal(imin.entitlement.entitlementType.id, broker.uri(type));
  });

  it('the proof of a provisional one is the same request there', async () => {
    const identifier = await broker.account();
    await broker.set(identifier, await broker.type({ evidence: 'after' }));
    const { openactive: shown, imin } = await both(identifier);
    const [{ evidenceRequestAction }] = shown.entitlement;
    const asked = imin.entitlement.evidenceRequestAction;
    assert.equal(evidenceRequestAction.identifier, asked.identifier);
    assert.equal(evidenceRequestAction.actionStatus, asked.actionStatus);
    assert.equal(evidenceRequestAction.target.urlTemplate, asked.target);
  });

  it("is what Entur and native show, with OpenActive's days", async () => {
    const identifier = await broker.account();
    const type = await broker.type({ category: 'STUDENT' });
    await broker.set(identifier, type, '2027-03-31T23:00:00Z');
    const { customer } = await broker.stored(identifier);
    const path = `/customers/v2/benefits/entitlements/${customer.number}/by-customer-number`;
    const [contract, ...others] = (await send('GET', path)).body;
    assert.deepEqual(
      [contract.productId, contract.contractValidFrom, contract.contractValidTo, contract.passengerCategory, others],
      [`residents:${type.id}`, '2026-11-21', '2027-04-01', 'STUDENT', []],
    );
    const native = await send('GET', `/v1/accounts/${identifier}/entitlements`);
    assert.equal(native.status, 200, native.text);
    const [{ validFrom, validUntil }] = native.body.items;
    assert.deepEqual([validFrom, validUntil], ['2026-11-21', '2027-04-01']);
  });
});

describe('what OpenActive sets', () => {
  it('is one of each here: the newest pass, the entitlement that ends last', async () => {
    const identifier = await broker.account();
    const [soon, late] = [await broker.type(), await broker.type()];
    const staff = await broker.type({}, 'staff');
    const entitlement = (type: EntitlementType, validUntil: string | null) => ({
      '@type': 'Entitlement',
      validUntil,
      entitlementType: broker.uri(type),
    });
    await patch(identifier, {
      accessPass: [
        { '@type': 'Barcode', text: 'oa-1' },
        { '@type': 'Barcode', text: 'oa-2' },
      ],
      entitlement: [entitlement(late, '2028-07-01'), entitlement(soon, '2027-01-01'), entitlement(staff, null)],
    });
    const { imin, openactive: shown } = await both(identifier);
    assert.equal(shown.entitlement.length, 3);
    assert.deepEqual(imin.entitlement, {
      '@type': 'Entitlement',
      expires: '2028-06-30T23:00:00Z',
      entitlementType: { id: broker.uri(late), type: 'Concept', prefLabel: late.label },
    });
    assert.equal(imin.accessPass.text, 'oa-2');
    assert.equal(shown.accessPass[0].text, 'oa-2');

    await patch(identifier, { entitlement: [entitlement(soon, '2027-01-01')], accessPass: [] });
    const left = await both(identifier);
    assert.equal(left.imin.entitlement.entitlementType.id, broker.uri(soon));
    assert.equal(left.imin.accessPass, undefined);
  });

  it('is replaced here but for other lists', async () => {
    const identifier = await broker.account();
    const [one, two, wanted] = [await broker.type(), await broker.type(), await broker.type()];
    const staff = await broker.type({}, 'staff');
    const entitlement = [one, two, staff].map((type) => ({ entitlementType: broker.uri(type) }));
    await patch(identifier, { entitlement });
    await broker.set(identifier, wanted);
    const { openactive: shown } = await both(identifier);
    assert.deepEqual(
      new Set(shown.entitlement.map((held: { entitlementType: { '@id': string } }) => held.entitlementType['@id'])),
      new Set([broker.uri(staff), broker.uri(wanted)]),
    );
  });

  it('keeps its first day and its proof when its end is set here', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ evidence: 'after' });
    const entitlementType = broker.uri(type);
    await patch(identifier, { entitlement: [{ validFrom: '2026-02-01', validUntil: '2027-02-01', entitlementType }] });
    const asked = (await both(identifier)).imin.entitlement.evidenceRequestAction;
    await broker.set(identifier, type, '2029-02-01');
    const { openactive: shown, imin } = await both(identifier);
    assert.deepEqual([shown.entitlement[0].validFrom, shown.entitlement[0].validUntil], ['2026-02-01', '2029-02-01']);
    assert.deepEqual(imin.entitlement.evidenceRequestAction, asked);
  });
});
