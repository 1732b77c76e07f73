import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { type Asked, evidenceApi, type Policy } from './evidence-support.ts';
import { changesOf } from './holdings-support.ts';
import { assertProblem } from './support.ts';

/**
 * The state machine of openactive.md 3.6, whole: what every trigger does in every state, whether proof was asked for by the policy
 * `before` or `after` or by an operator, with events, audit and what becomes of the entitlement.
 */
const server = await startTestServer();
const api = evidenceApi(server);

const start = new Date('2026-11-21T09:00:00Z');
const days = (count: number) => new Date(start.getTime() + count * 86_400_000);

type State = 'requested' | 'submitted' | 'approved' | 'rejected' | 'expired' | 'withdrawn';
type Entitled = 'pending' | 'provisional' | 'confirmed' | `revoked ${string}` | 'expired';
type Trigger = keyof typeof triggers;

/** What a trigger comes to; `refused`: the code of the problem, and nothing changes. */
type Outcome =
  | { state: State; entitled: Entitled; events: string[]; operation: string }
  | { refused: 'evidence-state' | 'ended' }
  | 'nothing';

const post = (url: string, body?: object) => server.send('POST', url, body === undefined ? {} : { body });

/** The deadline is 14 days after the start; where `end` is pulled, the entitlement is over after five. */
const triggers = {
  submit: ({ request }: Asked) => api.submit(request),
  approve: ({ request }: Asked) => api.step(request, 'approve'),
  reject: ({ request }: Asked) => api.step(request, 'reject'),
  withdraw: ({ request }: Asked) => api.step(request, 'withdraw'),
  ask: ({ entitlement }: Asked) => post(`${entitlement}/evidence-requests`),
  revoke: ({ entitlement }: Asked) => post(`${entitlement}/revoke`, { reason: 'moved away' }),
  deadline: () => passDays(14),
  end: () => passDays(5),
};

async function passDays(count: number): Promise<undefined> {
  server.clock.now = days(count);
  await sweepAccounts(server.store, days(count));
}

/** The way into each state. */
const into: Record<State, Trigger[]> = {
  requested: [],
  submitted: ['submit'],
  approved: ['submit', 'approve'],
  rejected: ['submit', 'reject'],
  expired: ['deadline'],
  withdrawn: ['withdraw'],
};

const refused = { refused: 'evidence-state' } as const;
const over = { refused: 'ended' } as const;

function outcome(policy: Policy, from: State, trigger: Trigger): Outcome {
  const [pending, asked]: [boolean, Entitled] = policy === 'before' ? [true, 'pending'] : [false, 'provisional'];
  const open = from === 'requested' || from === 'submitted';
  const operation = {
    submit: 'evidence.submit',
    approve: 'evidence.approve',
    reject: 'evidence.reject',
    withdraw: 'evidence.withdraw',
    ask: 'evidence.request',
    revoke: 'entitlements.revoke',
    deadline: 'accounts.sweep',
    end: 'accounts.sweep',
  }[trigger];
  const to = (state: State, entitled: Entitled, ...events: string[]): Outcome => ({
    state,
    entitled,
    events,
    operation,
  });
  /** With the entitlement the request is over, if it is still open. */
  const ends = (entitled: Entitled, event: string): Outcome =>
    open ? to('withdrawn', entitled, 'evidence.withdrawn', event) : to(from, entitled, event);
  const entitlementIsOver = from === 'rejected' || from === 'expired' || (from === 'withdrawn' && pending);
  switch (trigger) {
    case 'submit':
      return open ? to('submitted', asked, 'evidence.submitted') : refused;
    case 'approve':
      if (from !== 'submitted') return refused;
      return to('approved', 'confirmed', 'evidence.approved', ...(pending ? ['entitlement.granted'] : []));
    case 'reject':
      if (from !== 'submitted') return refused;
      return to('rejected', 'revoked evidenceRejected', 'evidence.rejected', 'entitlement.revoked');
    case 'withdraw':
      if (!open) return refused;
      if (!pending) return to('withdrawn', 'confirmed', 'evidence.withdrawn');
      return to('withdrawn', 'revoked withdrawn', 'evidence.withdrawn', 'entitlement.revoked');
    case 'ask':
      if (entitlementIsOver) return over;
      return open ? refused : to('requested', 'provisional', 'evidence.requested');
    case 'revoke':
      return entitlementIsOver ? 'nothing' : ends('revoked moved away', 'entitlement.revoked');
    case 'deadline':
      if (from !== 'requested') return 'nothing';
      return to('expired', 'revoked evidenceOverdue', 'evidence.expired', 'entitlement.revoked');
    case 'end':
      return entitlementIsOver ? 'nothing' : ends('expired', 'entitlement.expired');
  }
}

/** What can be seen of a request: its own state, the newest request of the entitlement, and the entitlement. */
async function seen({ request, entitlement }: Asked) {
  const own = await api.read(request);
  const held = await api.read(entitlement);
  const entitled = held.grantState ?? [held.state, held.reason].filter(Boolean).join(' ');
  return { own: own.state, newest: held.evidenceRequest, entitled, shown: own.entitlement.state === held.state };
}

for (const policy of ['before', 'after', 'operator'] as const) {
  for (const from of Object.keys(into) as State[]) {
    for (const trigger of Object.keys(triggers) as Trigger[]) {
      // What is over by its deadline cannot end earlier.
      if (from === 'expired' && trigger === 'end') continue;
      const expected = outcome(policy, from, trigger);
      test(`${policy}: ${from}, then ${trigger}: ${describe(expected)}`, async () => {
        server.clock.now = start;
        const asked = await api.asked(policy, { grant: trigger === 'end' ? { validUntil: '2026-11-26' } : {} });
        for (const step of into[from]) await triggers[step](asked);
        const before = await seen(asked);
        assert.equal(before.own, from);
        const [latest] = await changesOf(server, asked.account);
        const response: TestResponse | undefined = await triggers[trigger](asked);
        const [change] = await changesOf(server, asked.account);
        if (expected === 'nothing') {
          assert.ok(response === undefined || response.status === 200, response?.text);
          assert.deepEqual(change, latest);
          return;
        }
        if ('refused' in expected) {
          assertProblem(response as TestResponse, 409, expected.refused);
          assert.deepEqual(change, latest);
          assert.deepEqual(await seen(asked), before);
          return;
        }
        assert.ok(response === undefined || [200, 201].includes(response.status), response?.text);
        const after = await seen(asked);
        const isNew = trigger === 'ask';
        assert.equal(isNew ? after.newest.state : after.own, expected.state);
        assert.equal(after.newest.id === asked.request.split('/').at(-1), !isNew);
        assert.equal(after.entitled, expected.entitled);
        assert.ok(after.shown);
        if (isNew) assert.equal(after.own, from, 'what was decided stays decided');
        assert.deepEqual(change?.events, expected.events);
        assert.equal(change?.operation, expected.operation);
        assert.equal(change?.version, Number(latest?.version) + 1);
      });
    }
  }
}

function describe(expected: Outcome): string {
  if (expected === 'nothing') return expected;
  return 'refused' in expected ? `409 ${expected.refused}` : `${expected.state}, ${expected.entitled}`;
}
