import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startHoldingsBroker } from './holdings-support.ts';

// imin.md 3.5, state machine 3: what is set when proof is needed before, or after.
const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');
const before = () => broker.type({ evidence: 'before' });
const active = 'https://schema.org/ActiveActionStatus';
const completed = 'https://schema.org/CompletedActionStatus';

async function states(identifier: string): Promise<string[]> {
  const all = await broker.history(identifier);
  return all.map(({ state, reason }) => (reason ? `${state} ${reason}` : state));
}

async function shownType(identifier: string): Promise<string | undefined> {
  return (await broker.held(identifier)).entitlement?.entitlementType.id;
}

describe('imin:EntitlementUpdateAction for a concept that is proved before', () => {
  it('200 with ActiveActionStatus and the request; reads do not show it', async () => {
    const identifier = await broker.account();
    const type = await before();
    const { status, body } = await broker.set(identifier, type, '2027-11-21');
    assert.equal(status, 200);
    assert.equal(body.actionStatus, active);
    const { evidenceRequestAction, ...object } = body.object;
    assert.deepEqual(object, {
      '@type': 'Entitlement',
      validUntil: '2027-11-21T00:00:00Z',
      entitlementType: { id: broker.uri(type), type: 'Concept', prefLabel: type.label },
    });
    assert.equal(evidenceRequestAction['tessera:evidenceState'], 'requested');
    assert.equal(await shownType(identifier), undefined);
  });

  it('200 the former one stays until it is approved, then ends with all others', async () => {
    const identifier = await broker.account();
    const [former, other, future, wanted] = [
      await broker.type(),
      await broker.type(),
      await broker.type(),
      await before(),
    ];
    const staff = await broker.type({}, 'staff');
    const hidden = await broker.type({ hidden: true });
    for (const type of [former, other, staff, hidden]) await broker.grant(identifier, { type });
    await broker.grant(identifier, { type: future, validFrom: '2027-01-01' });
    const shownBefore = await shownType(identifier);
    await broker.set(identifier, wanted);
    assert.equal(await shownType(identifier), shownBefore);
    await broker.submit(identifier, wanted);
    assert.equal(await shownType(identifier), shownBefore);

    await broker.decide(identifier, wanted, true);
    assert.equal(await shownType(identifier), broker.uri(wanted));
    const gone = 'revoked replaced';
    assert.deepEqual(await states(identifier), [gone, gone, 'active', 'active', gone, 'active']);
    const approved = (await broker.history(identifier)).at(-1);
    assert.equal(approved?.replacesOthers, undefined);
  });

  it('200 the former one stays when the proof is rejected, or does not come in time', async () => {
    const [rejected, overdue] = [await broker.account(), await broker.account()];
    const [former, wanted] = [await broker.type(), await before()];
    for (const identifier of [rejected, overdue]) {
      await broker.set(identifier, former);
      await broker.set(identifier, wanted);
    }
    await broker.submit(rejected, wanted);
    await broker.decide(rejected, wanted, false);
    assert.deepEqual(await states(rejected), ['active', 'revoked evidenceRejected']);
    broker.clock.now = new Date('2026-12-05T00:00:00Z');
    for (const identifier of [rejected, overdue]) assert.equal(await shownType(identifier), broker.uri(former));
    broker.clock.now = new Date('2026-11-21T09:00:00Z');
  });

  it('200 a further one supersedes the pending one at once, not the current one', async () => {
    const identifier = await broker.account();
    const [former, first, second] = [await broker.type(), await before(), await before()];
    await broker.set(identifier, former);
    await broker.set(identifier, first);
    await broker.submit(identifier, first);
    await broker.set(identifier, second);
    assert.deepEqual(await states(identifier), ['active', 'revoked replaced', 'pending']);
    assert.equal((await broker.history(identifier))[1]?.evidence?.state, 'withdrawn');
    assert.equal(await shownType(identifier), broker.uri(former));
  });

  it('200 one that needs no proof ends the pending one, too', async () => {
    const identifier = await broker.account();
    const [former, pending, wanted] = [await broker.type(), await before(), await broker.type()];
    await broker.set(identifier, former);
    await broker.set(identifier, pending);
    assert.equal((await broker.set(identifier, wanted)).body.actionStatus, completed);
    assert.deepEqual(await states(identifier), ['revoked replaced', 'revoked replaced', 'active']);
  });

  it('200 the former concept again takes the wish back: the pending one ends', async () => {
    const identifier = await broker.account();
    const [former, pending] = [await broker.type(), await before()];
    await broker.set(identifier, former);
    await broker.set(identifier, pending);
    await broker.set(identifier, former);
    assert.deepEqual(await states(identifier), ['active', 'revoked replaced']);
  });

  it('200 the same pending concept again: its end changes in place, what was sent stays', async () => {
    const identifier = await broker.account();
    const [former, type] = [await broker.type(), await before()];
    await broker.set(identifier, former);
    await broker.set(identifier, type, '2027-01-01');
    await broker.submit(identifier, type);
    const { body } = await broker.set(identifier, type, '2028-01-01');
    assert.equal(body.actionStatus, active);
    assert.equal(body.object.validUntil, '2028-01-01T00:00:00Z');
    assert.equal(body.object.evidenceRequestAction['tessera:evidenceState'], 'submitted');
    assert.deepEqual(await states(identifier), ['active', 'pending']);
  });

  it('200 a pending one that an operator granted, set by the Broker: replaces the others at its approval', async () => {
    const identifier = await broker.account();
    const [former, type] = [await broker.type(), await before()];
    await broker.set(identifier, former);
    await broker.grant(identifier, { type });
    await broker.set(identifier, type);
    await broker.submit(identifier, type);
    await broker.decide(identifier, type, true);
    assert.deepEqual(await states(identifier), ['revoked replaced', 'active']);
  });

  it('one that an operator granted and nobody set ends no others at its approval', async () => {
    const identifier = await broker.account();
    const [former, type] = [await broker.type(), await before()];
    await broker.set(identifier, former);
    await broker.grant(identifier, { type });
    await broker.submit(identifier, type);
    await broker.decide(identifier, type, true);
    assert.deepEqual(await states(identifier), ['active', 'active']);
  });

  it('200 the same once it was approved: confirmed, with CompletedActionStatus', async () => {
    const identifier = await broker.account();
    const type = await before();
    await broker.set(identifier, type);
    await broker.submit(identifier, type);
    await broker.decide(identifier, type, true);
    const { body } = await broker.set(identifier, type, '2029-01-01');
    assert.equal(body.actionStatus, completed);
    assert.deepEqual(Object.keys(body.object), ['@type', 'validUntil', 'entitlementType']);
  });
});

describe('imin:EntitlementUpdateAction for a concept that is proved after', () => {
  it('200 shown at once, provisional; replaces the former one at once', async () => {
    const identifier = await broker.account();
    const [former, type] = [await broker.type(), await broker.type({ evidence: 'after' })];
    await broker.set(identifier, former);
    const { body } = await broker.set(identifier, type);
    assert.equal(body.actionStatus, completed);
    assert.deepEqual(await states(identifier), ['revoked replaced', 'active']);
    const { entitlement } = await broker.held(identifier);
    assert.deepEqual(entitlement.evidenceRequestAction, body.object.evidenceRequestAction);
  });

  it('a rejected proof takes it away; the former one does not come back', async () => {
    const identifier = await broker.account();
    const [former, type] = [await broker.type(), await broker.type({ evidence: 'after' })];
    await broker.set(identifier, former);
    await broker.set(identifier, type);
    await broker.submit(identifier, type);
    await broker.decide(identifier, type, false);
    assert.equal(await shownType(identifier), undefined);
    assert.deepEqual(await states(identifier), ['revoked replaced', 'revoked evidenceRejected']);
  });
});
