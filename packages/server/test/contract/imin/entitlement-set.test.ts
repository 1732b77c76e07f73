import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { entitlementAction, startHoldingsBroker } from './holdings-support.ts';

const broker = await startHoldingsBroker();
broker.clock.now = new Date('2026-11-21T09:00:00Z');

/** States and reasons of all entitlements that an account has or had, by label. */
async function history(identifier: string): Promise<Record<string, string>> {
  const all = await broker.history(identifier);
  return Object.fromEntries(all.map(({ type, state, reason }) => [type.label, reason ? `${state} ${reason}` : state]));
}

describe('imin:EntitlementUpdateAction', () => {
  it('200 sets it from today on; a read right after shows what was written', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ label: 'Adult Resident' });
    const { status, body, headers } = await broker.set(identifier, type, '2027-11-20T10:45:33+00:00');
    assert.equal(status, 200);
    const entitlementType = { id: broker.uri(type), type: 'Concept', prefLabel: 'Adult Resident' };
    assert.deepEqual(body, {
      '@context': 'https://openactive.io/',
      '@type': 'imin:EntitlementUpdateAction',
      actionStatus: 'https://schema.org/CompletedActionStatus',
      object: { '@type': 'Entitlement', validUntil: '2027-11-21T00:00:00Z', entitlementType },
    });
    assert.equal(headers['cache-control'], 'private, no-store');
    const { entitlement, tag } = await broker.held(identifier);
    assert.deepEqual(entitlement, { '@type': 'Entitlement', expires: '2027-11-21T00:00:00Z', entitlementType });
    assert.equal(tag, '"2.1-residents"');
    const [stored] = await broker.history(identifier);
    assert.deepEqual([stored?.validFrom, stored?.validUntil], ['2026-11-21', '2027-11-21']);
  });

  it('200 for the concept as an object of which only id or @id is read', async () => {
    const type = await broker.type();
    const id = broker.uri(type);
    const inScheme = id.split('#')[0];
    for (const named of [
      { id, type: 'Concept', prefLabel: 'any', inScheme },
      { '@id': id, '@type': 'Concept' },
      { id, '@id': id, '@type': 5, other: {} },
    ]) {
      const response = await broker.act(await broker.account(), entitlementAction(named));
      assert.equal(response.status, 200, response.text);
      assert.equal(response.body.object.entitlementType.id, id);
    }
  });

  it('200 without @context, and with it as an array', async () => {
    const { '@context': _, ...body } = entitlementAction(broker.uri(await broker.type())) as Record<string, unknown>;
    for (const members of [{}, { '@context': ['https://imin.co/', 'https://openactive.io/'] }]) {
      assert.equal((await broker.act(await broker.account(), { ...members, ...body })).status, 200);
    }
  });

  it("200 without validUntil: the concept's default duration from today, in calendar arithmetic", async () => {
    const type = await broker.type({ defaultDuration: 'P1Y3M' });
    const { body } = await broker.set(await broker.account(), type);
    assert.equal(body.object.validUntil, '2028-02-21T00:00:00Z');
    broker.clock.now = new Date('2028-02-29T12:00:00Z');
    const leap = await broker.set(await broker.account(), await broker.type({ defaultDuration: 'P1Y' }));
    assert.equal(leap.body.object.validUntil, '2029-02-28T00:00:00Z');
    broker.clock.now = new Date('2026-11-21T09:00:00Z');
  });

  it('200 without validUntil and default duration: open-ended, and no validUntil in the answer', async () => {
    const identifier = await broker.account();
    const { body } = await broker.set(identifier, await broker.type());
    assert.deepEqual(Object.keys(body.object), ['@type', 'entitlementType']);
    assert.equal('expires' in (await broker.held(identifier)).entitlement, false);
  });

  it('200 ends every other one of the broker list that is not hidden: current, pending and future', async () => {
    const identifier = await broker.account();
    const [current, another, pending, future, hidden] = [
      await broker.type({ label: 'current' }),
      await broker.type({ label: 'another' }),
      await broker.type({ label: 'pending', evidence: 'before' }),
      await broker.type({ label: 'future' }),
      await broker.type({ label: 'hidden', hidden: true }),
    ];
    const staff = await broker.type({ label: 'staff' }, 'staff');
    for (const type of [current, another, pending, hidden, staff]) await broker.grant(identifier, { type });
    await broker.grant(identifier, { type: future, validFrom: '2027-01-01' });
    const wanted = await broker.type({ label: 'wanted' });
    const response = await broker.set(identifier, wanted, '2027-01-01');
    assert.equal(response.status, 200);
    assert.equal((await broker.held(identifier)).entitlement.entitlementType.prefLabel, 'wanted');
    assert.deepEqual(await history(identifier), {
      current: 'revoked replaced',
      another: 'revoked replaced',
      pending: 'revoked replaced',
      future: 'revoked replaced',
      hidden: 'active',
      staff: 'active',
      wanted: 'active',
    });
    const withdrawn = (await broker.history(identifier)).find(({ type }) => type.label === 'pending');
    assert.equal(withdrawn?.evidence?.state, 'withdrawn');
  });

  it('200 the same concept again: its end changes in place, earlier or later, its first day stays', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ label: 'same' });
    const granted = await broker.grant(identifier, { type, validFrom: '2026-01-01', validUntil: '2027-01-01' });
    for (const [given, end] of [
      ['2026-12-01', '2026-12-01'],
      ['2028-05-31T23:00:00Z', '2028-06-01'],
      [undefined, undefined],
    ] as const) {
      assert.equal((await broker.set(identifier, type, given)).status, 200);
      const all = await broker.history(identifier);
      assert.deepEqual(
        all.map(({ id, validFrom, validUntil }) => [id, validFrom, validUntil]),
        [[granted.entitlement[0]?.id, '2026-01-01', end]],
      );
    }
  });

  it('200 the same concept, provisional: its proof stays asked for', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ evidence: 'after' });
    const first = await broker.set(identifier, type, '2027-01-01');
    const again = await broker.set(identifier, type, '2028-01-01');
    assert.deepEqual(again.body.object.evidenceRequestAction, first.body.object.evidenceRequestAction);
    assert.equal(again.body.object.validUntil, '2028-01-01T00:00:00Z');
  });

  it('200 the same concept, held from a later day on: it begins today', async () => {
    const identifier = await broker.account();
    const type = await broker.type();
    await broker.grant(identifier, { type, validFrom: '2027-06-01', validUntil: '2028-06-01' });
    await broker.set(identifier, type, '2027-02-01');
    assert.equal((await broker.held(identifier)).entitlement.expires, '2027-02-01T00:00:00Z');
    const [one, ...others] = await broker.history(identifier);
    assert.deepEqual([one?.validFrom, others], ['2026-11-21', []]);
  });

  it('200 the same concept whose former grant is over, though no job has come by: a new grant', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ label: 'again' });
    await broker.grant(identifier, { type, validFrom: '2026-01-01', validUntil: '2026-11-22' });
    broker.clock.now = new Date('2026-11-22T00:00:00Z');
    assert.equal((await broker.set(identifier, type, '2027-11-22')).status, 200);
    const all = await broker.history(identifier);
    assert.deepEqual(
      all.map(({ state, validFrom }) => [state, validFrom]),
      [
        ['expired', '2026-01-01'],
        ['active', '2026-11-22'],
      ],
    );
    broker.clock.now = new Date('2026-11-21T09:00:00Z');
  });

  it('200 again with the same: the version stays', async () => {
    const identifier = await broker.account();
    const type = await broker.type({ defaultDuration: 'P1Y' });
    const first = await broker.set(identifier, type);
    const { tag } = await broker.held(identifier);
    const again = await broker.set(identifier, type);
    assert.deepEqual([again.status, again.body], [200, first.body]);
    assert.equal((await broker.held(identifier)).tag, tag);
  });

  it('200 to and fro: never more than one of the list is open', async () => {
    const identifier = await broker.account();
    const both: EntitlementType[] = [await broker.type(), await broker.type()];
    for (let round = 0; round < 6; round += 1) await broker.set(identifier, both[round % 2] as EntitlementType);
    const states = (await broker.history(identifier)).map(({ state }) => state);
    assert.deepEqual(states, [...Array(5).fill('revoked'), 'active']);
  });

  it('200 with If-Match that names the present state, 412 with another, before the body is judged', async () => {
    const identifier = await broker.account();
    const body = entitlementAction(broker.uri(await broker.type()));
    assert.equal((await broker.act(identifier, body, { 'if-match': '"0.0"' })).status, 412);
    assert.equal((await broker.act(identifier, entitlementAction('x'), { 'if-match': '"0.0"' })).status, 412);
    assert.equal((await broker.held(identifier)).entitlement, undefined);
    assert.equal((await broker.act(identifier, body, { 'if-match': '"1.0"' })).status, 200);
  });

  it('writes one change with its events and the names of what changed', async () => {
    const identifier = await broker.account();
    await broker.set(identifier, await broker.type());
    await broker.set(identifier, await broker.type());
    const { account } = await broker.stored(identifier);
    const rows = await broker.database.query(
      `select c.members, c.events, a.operation, a.dialect from change c
       join audit a on a.organisation_id = c.organisation_id and a.number = c.audit_number
       where c.account_number = $1 order by c.number`,
      [account.number],
    );
    assert.deepEqual(rows.slice(1), [
      { members: ['entitlement'], events: ['entitlement.granted'], operation: 'entitlements.set', dialect: 'imin' },
      {
        members: ['entitlement'],
        events: ['entitlement.revoked', 'entitlement.granted'],
        operation: 'entitlements.set',
        dialect: 'imin',
      },
    ]);
  });
});
