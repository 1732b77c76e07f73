import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor } from '#domain/actor.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import { approved, rejected, withdrawnRequest, withRequest, withSubmission } from '#domain/evidence-steps.ts';
import { anyGrant, newEvidence, withGrant } from '#domain/grant.ts';
import { type ActionKind, actionKinds } from '#domain/outstanding-action.ts';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { evidenceLink } from '#operations/evidence/link.ts';
import { actorOf } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import { base, person, startTester } from './support.ts';

const { account, put, hold, stored, store, organisation, clock } = await startTester();
const today = new Date('2026-11-21T12:00:00Z');
clock.now = today;
const operator = actorOf(organisation, today);

const residents = `${base}/openactive/entitlement-lists/residents`;
const plain = await typeOf(store, operator, { id: 'plain', label: 'Plain' });
await typeOf(store, operator, { id: 'after', label: 'Student & <more>', evidence: 'after' });
const before = await typeOf(store, operator, {
  id: 'before',
  label: 'Carer',
  evidence: 'before',
  evidenceDeadlineDays: 1,
  evidenceName: 'Send proof',
  evidenceDescription: 'A letter.',
  evidenceUrl: 'https://www.example.com/proof',
});
const hidden = await typeOf(store, operator, { id: 'hidden', label: 'Staff', evidence: 'before', hidden: true });

const extended = { prefer: 'profile=extended' };
const shownOf = async (identifier: string, headers = {}) => (await account('GET', identifier, { headers })).body;

/** Does something to the one entitlement of an account, as a reviewer or an upload would. */
const step = (identifier: string, change: (one: Entitlement, actor: Actor) => Entitlement) =>
  hold(identifier, (held, actor) => ({ ...held, entitlement: held.entitlement.map((one) => change(one, actor)) }));
const upload = (identifier: string) =>
  step(identifier, (one, actor) => withSubmission(one, { files: [], note: 'here it is' }, actor));

/** An account with one entitlement, granted by PATCH, and the id of what is asked for it. */
async function granted(id: string): Promise<[string, string]> {
  const identifier = await put(person(), { entitlement: [{ entitlementType: `${residents}#${id}` }] });
  return [identifier, (await stored(identifier)).account.entitlement[0]?.evidence?.id as string];
}

const page = (urlTemplate: string) => ({
  '@type': 'EntryPoint',
  urlTemplate,
  httpMethod: 'GET',
  contentType: 'text/html',
});

test('proof afterwards: valid at once and provisional, its request beside it through all its states', async () => {
  const [identifier, id] = await granted('after');
  const request = async () => {
    const { entitlement, outstandingAction } = await shownOf(identifier, extended);
    assert.equal(outstandingAction, undefined);
    return [entitlement[0]['tessera:grantState'], entitlement[0].evidenceRequestAction];
  };
  const asked = {
    '@type': 'Action',
    additionalType: 'https://schema.org/SendAction',
    identifier: id,
    name: 'Send proof for Student & ‹more>',
    actionStatus: 'https://schema.org/PotentialActionStatus',
    'tessera:evidenceState': 'requested',
    startTime: '2026-11-21T12:00:00Z',
    endTime: '2026-12-05T00:00:00Z',
    target: page(evidenceLink(organisation, id)),
  };
  assert.deepEqual(await request(), ['provisional', asked]);
  await upload(identifier);
  const { endTime: _, target, ...rest } = asked;
  assert.deepEqual(await request(), [
    'provisional',
    {
      ...rest,
      actionStatus: 'https://schema.org/ActiveActionStatus',
      'tessera:evidenceState': 'submitted',
      target,
    },
  ]);
  await step(identifier, (one, actor) => approved(one, actor, undefined, 30));
  assert.deepEqual(await request(), [
    'confirmed',
    { ...rest, actionStatus: 'https://schema.org/CompletedActionStatus', 'tessera:evidenceState': 'approved' },
  ]);
  const core = await shownOf(identifier);
  assert.doesNotMatch(JSON.stringify(core), /"(tessera|beta):/);
});

test('proof first: not listed, but its request is an outstanding action until it is approved', async () => {
  const [identifier, id] = await granted('before');
  const { entitlement, outstandingAction } = await shownOf(identifier, extended);
  assert.equal(entitlement, undefined);
  assert.deepEqual(outstandingAction, [
    {
      '@type': 'Action',
      additionalType: 'https://schema.org/SendAction',
      identifier: id,
      name: 'Send proof',
      description: 'A letter.',
      actionStatus: 'https://schema.org/PotentialActionStatus',
      'tessera:evidenceState': 'requested',
      startTime: '2026-11-21T12:00:00Z',
      endTime: '2026-11-22T00:00:00Z',
      // The organisation's own page instead of Tessera's.
      target: page('https://www.example.com/proof'),
    },
  ]);
  await upload(identifier);
  assert.equal((await shownOf(identifier)).outstandingAction[0].actionStatus, 'https://schema.org/ActiveActionStatus');
  await step(identifier, (one, actor) => approved(one, actor, undefined, 30));
  const done = await shownOf(identifier);
  assert.equal(done.outstandingAction, undefined);
  assert.equal(done.entitlement[0].evidenceRequestAction.actionStatus, 'https://schema.org/CompletedActionStatus');
  assert.equal(done.entitlement[0].evidenceRequestAction.target, undefined);
});

test('proof that is not good or not wanted any more: the entitlement goes or the request does', async () => {
  const [refused] = await granted('after');
  await upload(refused);
  await step(refused, (one, actor) => rejected(one, actor, 'not readable', 30));
  assert.equal((await shownOf(refused)).entitlement, undefined);

  const [withdrawn] = await granted('after');
  await step(withdrawn, (one, actor) => withdrawnRequest(one, actor, undefined));
  const { entitlement } = await shownOf(withdrawn, extended);
  assert.equal(entitlement[0].evidenceRequestAction, undefined);
  assert.equal(entitlement[0]['tessera:grantState'], 'confirmed');

  const [pending] = await granted('before');
  await step(pending, (one, actor) => withdrawnRequest(one, actor, undefined));
  const nothing = await shownOf(pending);
  assert.deepEqual([nothing.entitlement, nothing.outstandingAction], [undefined, undefined]);
});

test('an operator may ask for proof of what is confirmed: it is provisional from then on', async () => {
  const [identifier] = await granted('plain');
  await step(identifier, (one, actor) => withRequest(one, newEvidence({ ...plain, evidenceDeadlineDays: 3 }, actor)));
  const { entitlement } = await shownOf(identifier, extended);
  assert.equal(entitlement[0]['tessera:grantState'], 'provisional');
  assert.equal(entitlement[0].evidenceRequestAction.name, 'Send proof for Plain');
  assert.equal(entitlement[0].evidenceRequestAction.endTime, '2026-11-24T00:00:00Z');
});

test('when the deadline has come the entitlement is gone at once, and the entity tag with it, before and after the job', async () => {
  for (const [id, deadline] of [
    ['after', '2026-12-05T00:00:00Z'],
    ['before', '2026-11-22T00:00:00Z'],
  ] as const) {
    clock.now = today;
    const [identifier] = await granted(id);
    const at = async (instant: number) => {
      clock.now = new Date(instant);
      const { body, headers } = await account('GET', identifier);
      return { shown: (body.entitlement ?? body.outstandingAction)?.length, tag: headers.etag };
    };
    const last = await at(Date.parse(deadline) - 1);
    const over = await at(Date.parse(deadline));
    assert.deepEqual([last.shown, over.shown], [1, undefined]);
    assert.notEqual(over.tag, last.tag);
    await sweepAccounts(store, new Date(deadline));
    const swept = await at(Date.parse(deadline));
    assert.equal(swept.shown, undefined);
    assert.match(swept.tag as string, /^"2\./);
  }
  clock.now = today;
});

test('200 grants anew what is overdue or over, before and after the job; the list as it is shown changes nothing', async () => {
  const entitlement = (validUntil: string) => [{ entitlementType: `${residents}#after`, validUntil }];
  for (const swept of [false, true]) {
    clock.now = today;
    const overdue = await put(person(), { entitlement: entitlement('2027-01-01') });
    const over = await put(person(), {
      entitlement: [{ entitlementType: `${residents}#plain`, validUntil: '2026-12-01' }],
    });
    clock.now = new Date('2026-12-10T12:00:00Z');
    if (swept) await sweepAccounts(store, clock.now);
    for (const identifier of [overdue, over]) {
      const { headers } = await account('GET', identifier);
      const same = await account('PATCH', identifier, { body: { entitlement: [], accessPass: null } });
      assert.equal(same.headers.etag, headers.etag);
      const [again] = identifier === overdue ? entitlement('2027-02-01') : [{ entitlementType: `${residents}#plain` }];
      const answer = await account('PATCH', identifier, { body: { entitlement: [again] } });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.entitlement[0].validFrom, '2026-12-10');
      const { customerNumber, number: accountNumber } = (await stored(identifier)).account;
      const [first] = await store.held.entitlements({ organisationId: organisation.id, customerNumber, accountNumber });
      const end = identifier === overdue ? ['revoked', 'evidenceOverdue'] : ['expired', undefined];
      assert.deepEqual([first?.state, first?.reason], end);
    }
  }
  clock.now = today;
});

test('the deadline is the beginning of a local day, also where the clocks change', async () => {
  clock.now = new Date('2026-03-15T12:00:00Z');
  const [identifier] = await granted('after');
  const { entitlement } = await shownOf(identifier);
  assert.equal(entitlement[0].evidenceRequestAction.endTime, '2026-03-29T00:00:00Z');
  clock.now = new Date('2026-03-16T12:00:00Z');
  const [later] = await granted('after');
  assert.equal((await shownOf(later)).entitlement[0].evidenceRequestAction.endTime, '2026-03-29T23:00:00Z');
  clock.now = today;
});

test('proof for a hidden entitlement is asked nowhere here', async () => {
  const identifier = await put();
  await hold(identifier, (held, actor) => withGrant(held, { type: hidden }, actor, anyGrant));
  const body = await shownOf(identifier, extended);
  assert.deepEqual(
    [body.outstandingAction, body.entitlement, body.hasHiddenEntitlements],
    [undefined, undefined, false],
  );
  await upload(identifier);
  await step(identifier, (one, actor) => approved(one, actor, undefined, 30));
  const granted1 = await shownOf(identifier, extended);
  assert.deepEqual([granted1.entitlement, granted1.hasHiddenEntitlements], [undefined, true]);
});

test('actions of operators: a type of schema.org for each kind, open ones only, oldest first among the requests for proof', async () => {
  const identifier = await put();
  const action = (kind: ActionKind, actor: Actor, members: object = {}) => ({
    id: `00000000-0000-7000-8000-00000000000${actionKinds.indexOf(kind)}`,
    kind,
    state: 'open' as const,
    name: kind,
    blocksBooking: kind === 'induction',
    createdAt: actor.now.toISOString(),
    createdBy: 'desk',
    ...members,
  });
  const at = (minute: number) => new Date(today.getTime() + minute * 60_000);
  for (const [minute, kind] of actionKinds.entries()) {
    const members =
      kind === 'debt'
        ? {
            description: 'Pay <12.50> &pound;',
            deadline: '2026-12-01T09:30:00.250Z',
            target: 'https://www.example.com/pay',
          }
        : kind === 'other'
          ? { target: 'https://www.example.com/?a=1&b=2' }
          : kind === 'terms'
            ? { target: 'https://www.example.com/{id}' }
            : {};
    await hold(
      identifier,
      (held, actor) => ({ ...held, outstandingAction: [...held.outstandingAction, action(kind, actor, members)] }),
      at(minute * 2),
    );
  }
  await hold(identifier, (held, actor) => withGrant(held, { type: before }, actor, anyGrant), at(3));
  await hold(identifier, (held) => ({
    ...held,
    outstandingAction: held.outstandingAction.map((one) =>
      one.kind === 'renewal' ? { ...one, state: 'completed' } : one,
    ),
  }));
  const { outstandingAction } = await shownOf(identifier, extended);
  assert.deepEqual(
    outstandingAction.map((one: Record<string, unknown>) => [
      one.name,
      one.additionalType,
      one['tessera:blocksBooking'],
    ]),
    [
      ['debt', 'https://schema.org/PayAction', false],
      ['Send proof', 'https://schema.org/SendAction', undefined],
      ['details', 'https://schema.org/UpdateAction', false],
      ['terms', 'https://schema.org/AgreeAction', false],
      ['induction', 'https://schema.org/RegisterAction', true],
      ['registration', 'https://schema.org/RegisterAction', false],
      ['other', undefined, false],
    ],
  );
  assert.deepEqual(outstandingAction[0], {
    '@type': 'Action',
    additionalType: 'https://schema.org/PayAction',
    identifier: '00000000-0000-7000-8000-000000000000',
    name: 'debt',
    description: 'Pay ‹12.50> ＆pound;',
    actionStatus: 'https://schema.org/PotentialActionStatus',
    startTime: '2026-11-21T12:00:00Z',
    endTime: '2026-12-01T09:30:00Z',
    'tessera:blocksBooking': false,
    target: page('https://www.example.com/pay'),
  });
  // A page that cannot be a urlTemplate is left out (openactive.md 2.8).
  assert.deepEqual(
    outstandingAction.map((one: { target?: object }) => one.target !== undefined),
    [true, true, false, false, false, false, false],
  );
  assert.equal((await shownOf(identifier)).outstandingAction[0]['tessera:blocksBooking'], undefined);
});

test('400 for actions in a request, whatever their value; an account with actions can be changed otherwise', async () => {
  const [identifier] = await granted('before');
  const { outstandingAction } = await shownOf(identifier);
  for (const value of [outstandingAction, [], null]) {
    const { status, body } = await account('PATCH', identifier, { body: { outstandingAction: value } });
    assert.equal(status, 400);
    assert.equal(body['@type'], 'PatchNotAllowedOnPropertyError');
    assert.equal(body.description, '/outstandingAction: is computed by the server');
  }
  const answer = await account('PATCH', identifier, { body: { entitlement: [], accountNumber: 'ACT-1' } });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body.outstandingAction, outstandingAction);
});
