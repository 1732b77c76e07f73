import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '#domain/refusal.ts';
import { type Call, keptAnswer } from '#http/call.ts';
import { underKey } from '#http/idempotency.ts';
import { keepRefusal } from '#operations/kept-answers.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { store, other, organisation } = await startTestStore();
const actor = actorOf(organisation);
const call = { store, actor } as Call;
const inFlight = new Map();
const printOf = (digit: string) => ({ requestHash: digit.repeat(64), bodyDigest: 'b'.repeat(64) });
const done = { status: 200, body: { done: true } };
const refusedWith = (status: number, kind: 'precondition' | 'idempotency-busy') => ({
  answer: { status },
  refused: new Refusal({ kind }),
});

test('a duplicate that another process answered meanwhile is replayed, not refused for what the first one did', async () => {
  const print = printOf('1');
  const answer = await underKey(inFlight, call, print, async () => {
    assert.ok(await keepRefusal(other, actor, keptAnswer(print, done)));
    return refusedWith(412, 'precondition');
  });
  const replayed = [200, JSON.stringify(done.body), { 'Idempotency-Replayed': 'true' }];
  assert.deepEqual([answer.status, answer.raw, answer.headers], replayed);
});

test('of two answers under one key the first one kept counts', async () => {
  const print = printOf('2');
  assert.equal(await keepRefusal(other, actor, keptAnswer(print, done)), true);
  assert.equal(await keepRefusal(store, actor, keptAnswer(print, { status: 409 })), false);
  assert.equal((await underKey(inFlight, call, print, () => assert.fail('is not run again'))).status, 200);
});

for (const [digit, status, kind] of [
  ['3', 412, 'precondition'],
  ['4', 409, 'idempotency-busy'],
] as const) {
  test(`a refusal that a repeat may not meet again is not kept: ${kind}`, async () => {
    assert.equal(
      (await underKey(inFlight, call, printOf(digit), async () => refusedWith(status, kind))).status,
      status,
    );
    assert.equal((await underKey(inFlight, call, printOf(digit), async () => ({ answer: done }))).status, 200);
  });
}
