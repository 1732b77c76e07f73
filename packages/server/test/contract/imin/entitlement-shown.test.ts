import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startHoldingsBroker } from './holdings-support.ts';

// Rule 3.1 of imin.md: which one of several an account shows.
const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');
const at = (instant: string) => {
  broker.clock.now = new Date(instant);
};

describe('GET /customer-accounts/:id with entitlements', () => {
  it('200 without the member when there is none, or none of the broker list', async () => {
    const identifier = await broker.account();
    assert.equal((await broker.held(identifier)).entitlement, undefined);
    await broker.grant(identifier, { type: await broker.type({}, 'staff'), validUntil: '2999-01-01' });
    const { entitlement, tag } = await broker.held(identifier);
    assert.equal(entitlement, undefined);
    assert.equal(tag, '"2.1-residents"');
  });

  it('200 with the one there is, its end as the instant at which the date begins', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ label: 'Adult Resident' });
    await broker.grant(identifier, { type, validFrom: '2026-04-01', validUntil: '2027-04-01' });
    assert.deepEqual((await broker.held(identifier)).entitlement, {
      '@type': 'Entitlement',
      expires: '2027-03-31T23:00:00Z',
      entitlementType: { id: broker.uri(type), type: 'Concept', prefLabel: 'Adult Resident' },
    });
    const flat = await broker.call('GET', `/customers/${identifier}`);
    assert.equal('entitlement' in flat.body, false);
  });

  it('200 without `expires` when it is open-ended', async () => {
    const identifier = await broker.account();
    await broker.grant(identifier, { type: await broker.type(), validUntil: null });
    assert.deepEqual(Object.keys((await broker.held(identifier)).entitlement), ['@type', 'entitlementType']);
  });

  it('200 with the one that ends last; open-ended is later than every date', async () => {
    const identifier = await broker.account();
    const [soon, late, later, never] = [
      await broker.type(),
      await broker.type(),
      await broker.type(),
      await broker.type(),
    ];
    const shown = async () => (await broker.held(identifier)).entitlement.entitlementType.id;
    await broker.grant(identifier, { type: late, validUntil: '2027-06-01' });
    assert.equal(await shown(), broker.uri(late));
    await broker.grant(identifier, { type: soon, validUntil: '2027-01-01' });
    assert.equal(await shown(), broker.uri(late));
    await broker.grant(identifier, { type: later, validUntil: '9999-12-31' });
    assert.equal(await shown(), broker.uri(later));
    await broker.grant(identifier, { type: never, validUntil: null });
    assert.equal(await shown(), broker.uri(never));
  });

  it('200 of equal ends with the one that began last, then the one that was granted last', async () => {
    for (const validUntil of ['2027-01-01', null]) {
      const identifier = await broker.account();
      const [old, first, second] = [await broker.type(), await broker.type(), await broker.type()];
      const shown = async () => (await broker.held(identifier)).entitlement.entitlementType.id;
      await broker.grant(identifier, { type: first, validFrom: '2026-11-20', validUntil });
      await broker.grant(identifier, { type: old, validFrom: '2026-11-19', validUntil });
      assert.equal(await shown(), broker.uri(first));
      // At one and the same instant.
      await broker.grant(identifier, { type: second, validFrom: '2026-11-20', validUntil });
      assert.equal(await shown(), broker.uri(second));
    }
  });

  it('200 without hidden, pending, future and revoked ones', async () => {
    const identifier = await broker.account();
    const hidden = await broker.type({ hidden: true });
    const pending = await broker.type({ evidence: 'before' });
    const future = await broker.type();
    await broker.grant(identifier, { type: hidden, validUntil: null });
    await broker.grant(identifier, { type: pending, validUntil: null });
    await broker.grant(identifier, { type: future, validFrom: '2026-11-22', validUntil: null });
    assert.equal((await broker.held(identifier)).entitlement, undefined);
    at('2026-11-22T00:00:00Z');
    assert.equal((await broker.held(identifier)).entitlement.entitlementType.id, broker.uri(future));
    at('2026-11-21T09:00:00Z');
  });

  it('200 without it from its end on, to the millisecond, with another entity tag and without a write', async () => {
    const identifier = await broker.account();
    await broker.grant(identifier, { type: await broker.type(), validUntil: '2027-04-01' });
    at('2027-03-31T22:59:59.999Z');
    const before = await broker.held(identifier);
    assert.equal(before.entitlement.expires, '2027-03-31T23:00:00Z');
    at('2027-03-31T23:00:00Z');
    const { entitlement, tag } = await broker.held(identifier);
    assert.equal(entitlement, undefined);
    assert.notEqual(tag, before.tag);
    assert.deepEqual([before.tag, tag], ['"2.1-residents"', '"2.2-residents"']);
    const known = { headers: { 'if-none-match': before.tag as string } };
    assert.equal((await broker.call('GET', `/customer-accounts/${identifier}`, known)).status, 200);
    at('2026-11-21T09:00:00Z');
  });

  it('200 with the open request for proof, without it once it is decided', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ evidence: 'after', evidenceName: 'Send proof of study', label: 'Student' });
    await broker.grant(identifier, { type, validUntil: '2027-11-21' });
    const { entitlement } = await broker.held(identifier);
    const { '@id': id, identifier: evidenceId, target, ...action } = entitlement.evidenceRequestAction;
    assert.deepEqual(action, {
      '@type': 'Action',
      additionalType: 'https://schema.org/SendAction',
      name: 'Send proof of study',
      actionStatus: 'https://schema.org/PotentialActionStatus',
      startTime: '2026-11-21T09:00:00Z',
      endTime: '2026-12-05T00:00:00Z',
      'tessera:evidenceState': 'requested',
    });
    const base = 'https://accounts.example.com';
    assert.equal(id, `${base}/api/v2/customer-accounts/${identifier}/evidence-requests/${evidenceId}`);
    assert.ok(target.startsWith(`${base}/`));

    at('2026-11-22T18:03:40.250Z');
    await broker.submit(identifier, type);
    const submitted = (await broker.held(identifier)).entitlement.evidenceRequestAction;
    assert.equal(submitted['tessera:evidenceState'], 'submitted');
    assert.equal(submitted.actionStatus, 'https://schema.org/ActiveActionStatus');
    assert.equal(submitted['tessera:submittedAt'], '2026-11-22T18:03:40Z');
    await broker.decide(identifier, type, true);
    const approved = (await broker.held(identifier)).entitlement;
    assert.deepEqual(Object.keys(approved), ['@type', 'expires', 'entitlementType']);
    at('2026-11-21T09:00:00Z');
  });

  it('200 with the page of the organisation where one is set', async () => {
    const identifier = await broker.account();
    const type = await broker.type({
      evidence: 'after',
      evidenceUrl: 'https://www.example.com/proof',
      evidenceDescription: 'A student card.',
    });
    await broker.grant(identifier, { type });
    const { evidenceRequestAction } = (await broker.held(identifier)).entitlement;
    assert.equal(evidenceRequestAction.target, 'https://www.example.com/proof');
    assert.equal(evidenceRequestAction.description, 'A student card.');
  });

  it('200 without an entitlement whose proof is overdue, from the deadline on', async () => {
    const identifier = await broker.account();
    await broker.grant(identifier, { type: await broker.type({ evidence: 'after', evidenceDeadlineDays: 1 }) });
    at('2026-11-21T23:59:59Z');
    assert.ok((await broker.held(identifier)).entitlement);
    at('2026-11-22T00:00:00Z');
    assert.equal((await broker.held(identifier)).entitlement, undefined);
    at('2026-11-21T09:00:00Z');
  });
});
