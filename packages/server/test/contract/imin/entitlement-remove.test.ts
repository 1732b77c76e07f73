import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { assertError, gone, notFound, stale } from './contract-errors.ts';
import { startHoldingsBroker } from './holdings-support.ts';

const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');
const type = await broker.type();
const remove = (identifier: string, headers: Record<string, string> = {}) =>
  broker.call('DELETE', `/customer-accounts/${identifier}/entitlement`, { headers });

describe('DELETE /customer-accounts/:id/entitlement', () => {
  it('204 without a body; a read right after shows none, its history says why', async () => {
    const identifier = await broker.account();
    await broker.set(identifier, type, '2027-11-21');
    const removed = await remove(identifier);
    assert.deepEqual([removed.status, removed.text], [204, '']);
    assert.equal((await broker.held(identifier)).entitlement, undefined);
    const [ended] = await broker.history(identifier);
    assert.deepEqual([ended?.state, ended?.reason, ended?.endedOn], ['revoked', 'removed', '2026-11-21']);
  });

  it('204 again, and where there never was one: nothing changes', async () => {
    const [had, never] = [await broker.account(), await broker.account()];
    await broker.set(had, type);
    for (const identifier of [had, never]) {
      await remove(identifier);
      const { tag } = await broker.held(identifier);
      assert.equal((await remove(identifier)).status, 204);
      assert.equal((await broker.held(identifier)).tag, tag);
    }
  });

  it('204 ends pending and future ones too, not those that are hidden or of other lists', async () => {
    const identifier = await broker.account();
    const [pending, future] = [await broker.type({ evidence: 'before' }), await broker.type()];
    const [hidden, staff] = [await broker.type({ hidden: true }), await broker.type({}, 'staff')];
    for (const one of [type, pending, hidden, staff]) await broker.grant(identifier, { type: one });
    await broker.grant(identifier, { type: future, validFrom: '2027-01-01' });
    assert.equal((await remove(identifier)).status, 204);
    const states = (await broker.history(identifier)).map(({ state }) => state);
    assert.deepEqual(states, ['revoked', 'revoked', 'active', 'active', 'revoked']);
    assert.equal((await broker.history(identifier))[1]?.evidence?.state, 'withdrawn');
  });

  it('204 what is over by itself was not taken away', async () => {
    const identifier = await broker.account();
    await broker.grant(identifier, { type, validFrom: '2026-01-01', validUntil: '2026-11-22' });
    broker.clock.now = new Date('2026-11-22T09:00:00Z');
    assert.equal((await remove(identifier)).status, 204);
    await broker.set(identifier, await broker.type());
    assert.equal((await remove(identifier)).status, 204);
    const states = (await broker.history(identifier)).map(({ state }) => state);
    assert.deepEqual(states, ['expired', 'revoked']);
    broker.clock.now = new Date('2026-11-21T09:00:00Z');
  });

  it('204 with If-Match that names the present state, 412 E11 with another', async () => {
    const identifier = await broker.account();
    await broker.set(identifier, type);
    assertError(await remove(identifier, { 'if-match': '"1.0"' }), stale);
    assert.ok((await broker.held(identifier)).entitlement);
    assert.equal((await remove(identifier, { 'if-match': '"2.1"' })).status, 204);
  });

  it('204 when the organisation has no broker list', async () => {
    const other = await broker.organisationWithKey('No list');
    const identifier = await broker.account({}, other.key);
    const path = `/customer-accounts/${identifier}/entitlement`;
    assert.equal((await broker.call('DELETE', path, { key: other.key })).status, 204);
  });

  it('400 for the account of a deactivated customer', async () => {
    const identifier = await broker.account();
    await broker.set(identifier, type);
    const { customer } = await broker.stored(identifier);
    await deactivateCustomer(broker.store, broker.actor(), customer.number, new Date('2999-01-01'), 'test');
    const response = await remove(identifier);
    assert.equal(response.status, 400);
    assert.equal(response.body['@type'], 'UpdateFailedError');
    assert.ok((await broker.held(identifier)).entitlement);
  });

  it('404 E7 for an unknown and a foreign account, 410 E8 for an erased one', async () => {
    const other = await broker.organisationWithKey('Other');
    const foreign = await broker.account({}, other.key);
    for (const identifier of ['unknown', foreign]) assertError(await remove(identifier), notFound);
    const erased = await broker.account();
    await broker.set(erased, type);
    await broker.call('DELETE', `/customer-accounts/${erased}`);
    assertError(await remove(erased), gone);
  });
});
