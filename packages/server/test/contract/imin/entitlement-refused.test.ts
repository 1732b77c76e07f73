import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { changeEntitlementType } from '#operations/entitlement-types/change.ts';
import { changeSettings } from '#operations/organisations/settings.ts';
import { assertError, endPast, notSettable } from './contract-errors.ts';
import { entitlementAction, startHoldingsBroker } from './holdings-support.ts';
import { startBroker } from './support.ts';
import { assertUpdateFailed } from './ways.ts';

const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');
const type = await broker.type();
const concept = broker.uri(type);
const lists = 'https://accounts.example.com/openactive/entitlement-lists';

/** An account with an entitlement that must stay as it is. */
async function holder(): Promise<{ identifier: string; unchanged: () => Promise<void> }> {
  const identifier = await broker.account();
  await broker.set(identifier, type, '2027-01-01');
  const { tag, entitlement } = await broker.held(identifier);
  return {
    identifier,
    unchanged: async () => assert.deepEqual(await broker.held(identifier), { tag, entitlement, accessPass: undefined }),
  };
}

describe('imin:EntitlementUpdateAction', () => {
  it('400 E13 for what is no concept of the broker list that can be set; nothing changes', async () => {
    const hidden = await broker.type({ hidden: true });
    const retired = await broker.type();
    await changeEntitlementType(broker.store, broker.actor(), retired, { edit: { status: 'retired' } });
    const other = await broker.organisationWithKey('Other');
    const { identifier, unchanged } = await holder();
    for (const named of [
      null,
      '',
      'residents',
      `${lists}/residents#no-such`,
      `${lists}/residents`,
      `${lists}/no-such#${type.id}`,
      `${concept}#x`,
      concept.toUpperCase(),
      concept.replace('https', 'http'),
      concept.replace('accounts.example.com', `accounts.example.com/o/${other.organisation.slug}`),
      broker.uri(hidden),
      broker.uri(retired),
      broker.uri(await broker.type({}, 'staff')),
      { id: `${lists}/residents#no-such` },
    ]) {
      assertError(await broker.act(identifier, entitlementAction(named)), notSettable);
    }
    await unchanged();
  });

  it('400 E13 also for the concept that the account has, once it is retired', async () => {
    const identifier = await broker.account();
    const retired = await broker.type();
    await broker.set(identifier, retired);
    await changeEntitlementType(broker.store, broker.actor(), retired, { edit: { status: 'retired' } });
    assertError(await broker.set(identifier, retired, '2027-01-01'), notSettable);
    assert.ok((await broker.held(identifier)).entitlement);
  });

  it('400 E12 for an end that is not in the future; nothing changes', async () => {
    const { identifier, unchanged } = await holder();
    for (const past of [
      '2026-11-20T00:00:00Z',
      '2026-11-21T00:00:00Z',
      '2026-11-21T08:59:59.999Z',
      '2026-11-21T09:00:00Z',
      '2026-11-21T10:00:00+01:00',
      '0001-01-01T00:00:00Z',
      '2026-11-21',
      '2026-11-20',
      '0999-12-31',
    ]) {
      assertError(await broker.set(identifier, type, past), endPast);
    }
    await unchanged();
    const last = await broker.set(identifier, type, '2026-11-21T09:00:00.001Z');
    assert.equal(last.body.object.validUntil, '2026-11-22T00:00:00Z');
  });

  it('400 names both when both are wrong', async () => {
    const response = await broker.set(await broker.account(), 'no-such', '2026-01-01');
    assertUpdateFailed(response, [
      ['/object/validUntil', 'must be in the future'],
      ['/object/entitlementType', 'is not an entitlement that can be set'],
    ]);
  });

  it('400 for other forms, naming the member', async () => {
    const { identifier, unchanged } = await holder();
    const instant = 'must be an RFC 3339 date-time such as 2026-04-01T09:00:00Z';
    const entitlement = { '@type': 'Entitlement', entitlementType: concept };
    const withObject = (object: unknown) => ({ '@type': 'imin:EntitlementUpdateAction', object });
    const cases: [body: object, pointer: string, message: string][] = [
      [{ '@type': 'imin:EntitlementUpdateAction' }, '/object', 'is required'],
      [withObject(null), '/object', 'must be an object'],
      [withObject(concept), '/object', 'must be an object'],
      [withObject({ '@type': 'Entitlement' }), '/object/entitlementType', 'is required'],
      [withObject({ entitlementType: concept }), '/object/@type', 'is required'],
      [withObject({ ...entitlement, '@type': 'Permit' }), '/object/@type', 'must be "Entitlement"'],
      [withObject({ ...entitlement, expires: '2027-01-01' }), '/object/expires', 'unknown member'],
      [withObject({ ...entitlement, validFrom: '2026-01-01' }), '/object/validFrom', 'unknown member'],
      [withObject({ ...entitlement, 'tessera:x': 1 }), '/object/tessera:x', 'unknown member'],
      [{ ...withObject(entitlement), seller: ['https://sellers.example.com/a'] }, '/seller', 'unknown member'],
      [
        { ...withObject(entitlement), '@context': 'https://schema.org/' },
        '/@context',
        'must be "https://openactive.io/"',
      ],
      [withObject({ ...entitlement, validUntil: null }), '/object/validUntil', 'must be a text'],
      [withObject({ ...entitlement, validUntil: 1795251912 }), '/object/validUntil', 'must be a text'],
      [withObject({ ...entitlement, validUntil: '' }), '/object/validUntil', instant],
      [withObject({ ...entitlement, validUntil: '2027-02-29' }), '/object/validUntil', instant],
      [withObject({ ...entitlement, validUntil: '2027-01-01T10:00:00' }), '/object/validUntil', instant],
      [entitlementAction({}), '/object/entitlementType/id', 'is required'],
      [entitlementAction({ type: 'Concept' }), '/object/entitlementType/id', 'is required'],
      [entitlementAction({ id: null }), '/object/entitlementType/id', 'must be a text'],
      [entitlementAction({ id: concept, '@id': 'x' }), '/object/entitlementType/@id', 'must be the same as id'],
    ];
    for (const [body, pointer, message] of cases) {
      assertUpdateFailed(await broker.act(identifier, body), [[pointer, message]]);
    }
    assert.equal((await broker.act(identifier, entitlementAction(7))).status, 400);
    assert.equal((await broker.act(identifier, entitlementAction([concept]))).status, 400);
    await unchanged();
  });

  it('400 for the account of a deactivated customer', async () => {
    const { identifier } = await holder();
    const { customer } = await broker.stored(identifier);
    await deactivateCustomer(broker.store, broker.actor(), customer.number, new Date('2999-01-01'), 'test');
    const response = await broker.set(identifier, type, '2028-01-01');
    assert.equal(response.status, 400);
    assert.equal(response.body['@type'], 'UpdateFailedError');
    assert.equal((await broker.held(identifier)).entitlement.expires, '2027-01-01T00:00:00Z');
  });

  it('404 for an unknown and a foreign account, 410 for an erased one', async () => {
    const other = await broker.organisationWithKey('Foreign');
    const foreign = await broker.account({}, other.key);
    for (const identifier of ['unknown', foreign]) assert.equal((await broker.set(identifier, type)).status, 404);
    const erased = await broker.account();
    await broker.call('DELETE', `/customer-accounts/${erased}`);
    assert.equal((await broker.set(erased, type)).status, 410);
  });

  it('400 E13 when the organisation has no broker list', async () => {
    const bare = await startBroker();
    const identifier = await bare.account();
    const body = entitlementAction(concept);
    assertError(await bare.call('POST', `/customer-accounts/${identifier}/actions`, { body }), notSettable);
  });

  it('400 E13 for the concepts of a list that is the broker list no more; what was set of it is not shown', async () => {
    const identifier = await broker.account();
    await broker.set(identifier, type);
    await changeSettings(broker.store, broker.actor(), { edit: { brokerList: 'staff' } });
    assertError(await broker.set(identifier, type), notSettable);
    assert.equal((await broker.held(identifier)).entitlement, undefined);
    await changeSettings(broker.store, broker.actor(), { edit: { brokerList: 'residents' } });
    assert.ok((await broker.held(identifier)).entitlement);
  });
});
