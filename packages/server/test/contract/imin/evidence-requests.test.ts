import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestEvidence } from '#operations/evidence/request.ts';
import { assertError, gone, notFound } from './contract-errors.ts';
import { startHoldingsBroker } from './holdings-support.ts';
import { errorBody, pointers } from './support.ts';

const broker = await startHoldingsBroker();
const start = new Date('2026-11-21T09:00:00Z');
broker.clock.now = start;
const base = 'https://accounts.example.com/api/v2/customer-accounts';
const list = (identifier: string, query = '', key = broker.key) =>
  broker.call('GET', `/customer-accounts/${identifier}/evidence-requests${query}`, { key });
const read = (identifier: string, id: string, key = broker.key) =>
  broker.call('GET', `/customer-accounts/${identifier}/evidence-requests/${id}`, { key });
const later = (minutes: number) => {
  broker.clock.now = new Date((broker.clock.now as Date).getTime() + minutes * 60_000);
};

describe('GET /customer-accounts/:id/evidence-requests', () => {
  it('200 an empty collection when nothing was asked for', async () => {
    const identifier = await broker.account();
    await broker.set(identifier, await broker.type());
    const { status, body, headers } = await list(identifier);
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'private, no-store');
    const url = `${base}/${identifier}/evidence-requests`;
    assert.deepEqual(body, {
      '@context': ['https://openactive.io/', 'https://schema.imin.co/', 'https://openactive.io/ns-beta'],
      id: url,
      type: 'imin:RestrictedCollection',
      'imin:totalItems': 0,
      view: {
        id: url,
        type: 'PartialCollectionView',
        first: `${url}?page=1`,
        last: `${url}?page=1`,
        'imin:currentPage': 1,
        'imin:itemsPerPage': 50,
        'imin:totalPages': 1,
        urlTemplate: `${url}?page={page}`,
      },
    });
  });

  it('200 all of them, newest first, in every state; `state` leaves those in one', async () => {
    broker.clock.now = start;
    const identifier = await broker.account();
    const after = () => broker.type({ evidence: 'after' });
    const [approved, rejected, withdrawn, submitted, requested] = [
      await after(),
      await after(),
      await after(),
      await after(),
      await broker.type({ evidence: 'before' }),
    ];
    const types = [approved, rejected, withdrawn, submitted, requested];
    for (const type of types) {
      later(1);
      await broker.grant(identifier, { type });
    }
    for (const type of [approved, rejected, submitted]) await broker.submit(identifier, type);
    await broker.decide(identifier, approved, true);
    await broker.decide(identifier, rejected, false);
    await broker.edit(identifier, (account) => ({
      ...account,
      entitlement: account.entitlement.map((one) =>
        one.type.number === withdrawn.number && one.evidence
          ? { ...one, evidence: { ...one.evidence, state: 'withdrawn' as const } }
          : one,
      ),
    }));
    const { body } = await list(identifier);
    const shown = body['imin:item'].map((item: Record<string, unknown>) => [
      item['tessera:evidenceState'],
      item.actionStatus,
    ]);
    assert.deepEqual(shown, [
      ['requested', 'https://schema.org/PotentialActionStatus'],
      ['submitted', 'https://schema.org/ActiveActionStatus'],
      ['withdrawn', 'https://schema.org/FailedActionStatus'],
      ['rejected', 'https://schema.org/FailedActionStatus'],
      ['approved', 'https://schema.org/CompletedActionStatus'],
    ]);
    assert.equal(body['imin:totalItems'], 5);

    for (const state of ['requested', 'submitted', 'approved', 'rejected', 'expired', 'withdrawn']) {
      const filtered = (await list(identifier, `?state=${state}`)).body;
      const states = (filtered['imin:item'] ?? []).map(
        (item: Record<string, unknown>) => item['tessera:evidenceState'],
      );
      assert.deepEqual(states, state === 'expired' ? [] : [state]);
      assert.equal(filtered.id, `${base}/${identifier}/evidence-requests?state=${state}`);
      assert.equal(filtered.view.first, `${base}/${identifier}/evidence-requests?state=${state}&page=1`);
      assert.equal(filtered.view.urlTemplate, `${base}/${identifier}/evidence-requests?state=${state}&page={page}`);
    }
    broker.clock.now = start;
  });

  it('200 counts as expired from the deadline on, before any job; with its entitlement over, as withdrawn', async () => {
    broker.clock.now = start;
    const identifier = await broker.account();
    await broker.grant(identifier, { type: await broker.type({ evidence: 'after', evidenceDeadlineDays: 2 }) });
    const type = await broker.type({ evidence: 'after', evidenceDeadlineDays: 20 });
    await broker.grant(identifier, { type, validUntil: '2026-11-23' });
    const states = async (query = '') =>
      ((await list(identifier, query)).body['imin:item'] ?? []).map(
        (item: Record<string, unknown>) => item['tessera:evidenceState'],
      );
    broker.clock.now = new Date('2026-11-22T23:59:59Z');
    assert.deepEqual(await states(), ['requested', 'requested']);
    broker.clock.now = new Date('2026-11-23T00:00:00Z');
    assert.deepEqual(await states(), ['withdrawn', 'expired']);
    assert.deepEqual(await states('?state=requested'), []);
    assert.deepEqual(await states('?state=expired'), ['expired']);
    broker.clock.now = start;
  });

  it('200 without those of hidden types, and of other accounts', async () => {
    const [identifier, other] = [await broker.account(), await broker.account()];
    const [shown, hidden] = [
      await broker.type({ evidence: 'after' }),
      await broker.type({ evidence: 'after', hidden: true }),
    ];
    for (const type of [shown, hidden]) await broker.grant(identifier, { type });
    await broker.grant(other, { type: shown });
    const items = (await list(identifier)).body['imin:item'];
    assert.deepEqual(
      items.map((item: { object: { entitlementType: { id: string } } }) => item.object.entitlementType.id),
      [broker.uri(shown)],
    );
    const stored = (await broker.history(identifier)).find(({ type }) => type.number === hidden.number);
    assert.equal((await read(identifier, stored?.evidence?.id as string)).status, 404);
  });

  it('200 in pages of 50; 404 beyond the last', async () => {
    const identifier = await broker.account();
    for (let count = 0; count < 51; count += 1) {
      await broker.grant(identifier, { type: await broker.type({ evidence: 'after' }) });
    }
    const first = (await list(identifier)).body;
    const second = (await list(identifier, '?page=2')).body;
    assert.deepEqual([first['imin:item'].length, second['imin:item'].length], [50, 1]);
    assert.equal(first.view.next, `${base}/${identifier}/evidence-requests?page=2`);
    const beyond = await list(identifier, '?page=3');
    assert.equal(beyond.status, 404);
    const missing = [
      'NotFoundError',
      'The requested resource was not found',
      'The collection has no such page.',
    ] as const;
    assert.deepEqual(beyond.body, errorBody(beyond, ...missing));
  });

  it('400 for an unknown state and for other parameters', async () => {
    const identifier = await broker.account();
    for (const [query, pointer] of [
      ['?state=open', '?state'],
      ['?state=', '?state'],
      ['?page=0', '?page'],
      ['?sort=asc', '?sort'],
    ] as const) {
      const response = await list(identifier, query);
      assert.equal(response.status, 400, query);
      assert.deepEqual(pointers(response), [pointer]);
    }
  });

  it('404 for an unknown and a foreign account, 410 for an erased one', async () => {
    const other = await broker.organisationWithKey('Other');
    const foreign = await broker.account({}, other.key);
    for (const identifier of ['unknown', foreign]) assertError(await list(identifier), notFound);
    const erased = await broker.account();
    await broker.call('DELETE', `/customer-accounts/${erased}`);
    assertError(await list(erased), gone);
  });
});

describe('GET /customer-accounts/:id/evidence-requests/:evidenceId', () => {
  it('200 the item, with what an operator wrote, and its decision', async () => {
    broker.clock.now = start;
    const identifier = await broker.account();
    const type = await broker.type({ label: 'Carer' });
    const { entitlement } = await broker.grant(identifier, { type });
    const entitlementId = entitlement[0]?.id as string;
    const wish = { name: 'Send proof of care', description: 'A letter of the council.', deadlineDays: 3 };
    const { evidence } = await requestEvidence(broker.store, broker.actor(), { identifier, entitlementId }, wish);
    const asked = await read(identifier, evidence.id);
    assert.equal(asked.status, 200);
    const { target, ...item } = asked.body;
    assert.ok(target.startsWith('https://accounts.example.com/'));
    assert.deepEqual(item, {
      '@type': 'Action',
      '@id': `${base}/${identifier}/evidence-requests/${evidence.id}`,
      identifier: evidence.id,
      additionalType: 'https://schema.org/SendAction',
      name: 'Send proof of care',
      description: 'A letter of the council.',
      actionStatus: 'https://schema.org/PotentialActionStatus',
      startTime: '2026-11-21T09:00:00Z',
      endTime: '2026-11-24T00:00:00Z',
      object: {
        '@type': 'Entitlement',
        entitlementType: { id: broker.uri(type), type: 'Concept', prefLabel: 'Carer' },
      },
      'tessera:evidenceState': 'requested',
    });
    assert.deepEqual((await list(identifier)).body['imin:item'], [asked.body]);
    later(1);
    await broker.submit(identifier, type);
    later(1);
    await broker.decide(identifier, type, false);
    const { body } = await read(identifier, evidence.id);
    assert.equal('target' in body, false);
    assert.equal(body.actionStatus, 'https://schema.org/FailedActionStatus');
    assert.equal(body['tessera:submittedAt'], '2026-11-21T09:01:00Z');
    assert.equal(body['tessera:decidedAt'], '2026-11-21T09:02:00Z');
    assert.equal(body['tessera:reason'], 'It cannot be read.');
    broker.clock.now = start;
  });

  it('404 for ids that are unknown, malformed, or of another account', async () => {
    const [identifier, other] = [await broker.account(), await broker.account()];
    await broker.grant(other, { type: await broker.type({ evidence: 'after' }) });
    const [item] = (await list(other)).body['imin:item'];
    for (const id of [item.identifier, '01a1f9b4-0000-7000-8000-000000000000', 'ev-01a1f9b4', '%27']) {
      const response = await read(identifier, id);
      assert.equal(response.status, 404, id);
      const description = 'The account has no evidence request with this identifier.';
      const expected = errorBody(response, 'NotFoundError', 'The requested resource was not found', description);
      assert.deepEqual(response.body, expected);
    }
    const abroad = await broker.organisationWithKey('Abroad');
    const foreign = await read(other, item.identifier, abroad.key);
    assert.equal(foreign.body.description, notFound.description);
  });

  it('404 for an unknown account, 410 for an erased one', async () => {
    const identifier = await broker.account();
    await broker.grant(identifier, { type: await broker.type({ evidence: 'after' }) });
    const [item] = (await list(identifier)).body['imin:item'];
    assertError(await read('unknown', item.identifier), notFound);
    await broker.call('DELETE', `/customer-accounts/${identifier}`);
    assertError(await read(identifier, item.identifier), gone);
  });
});
