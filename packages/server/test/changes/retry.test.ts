import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nextAttempt, retryDelays } from '#changes/retry.ts';

const now = new Date('2026-11-21T12:00:00Z');
const waitOf = (attemptsMade: number, options?: Parameters<typeof nextAttempt>[2]) => {
  const next = nextAttempt(attemptsMade, now, options);
  return next && next.getTime() - now.getTime();
};

test('ten attempts in 75 hours and 35 minutes, as imin.md 2.11 says', () => {
  const waits = Array.from({ length: 9 }, (_, index) => waitOf(index + 1, { random: () => 0.5 }));
  const hours = (count: number) => count * 3_600_000;
  const expected = [5_000, 300_000, 1_800_000, ...[2, 5, 10, 14, 20, 24].map(hours)];
  assert.deepEqual(waits, expected);
  assert.deepEqual([...retryDelays], expected);
  const total = expected.reduce((sum, delay) => sum + delay, 0);
  assert.equal(total, hours(75) + 35 * 60_000 + 5_000);
});

test('the first attempt is due at once, and nothing follows the tenth', () => {
  assert.equal(waitOf(0), 0);
  for (const attempts of [10, 11, 1000]) assert.equal(waitOf(attempts), undefined);
});

test('every delay is up to a fifth shorter or longer', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      (attempts, number) => {
        const delay = retryDelays[attempts - 1] as number;
        const wait = waitOf(attempts, { random: () => number }) as number;
        assert.ok(wait >= delay * 0.8 - 1 && wait <= delay * 1.2 + 1);
      },
    ),
  );
  assert.equal(waitOf(1, { random: () => 0 }), 4_000);
  assert.equal(waitOf(1, { random: () => 0.999999 }), 6_000);
  assert.ok(new Set(Array.from({ length: 50 }, () => waitOf(9))).size > 40); // by default it is left to chance
});

test('Retry-After is a minimum, and makes no attempt more', () => {
  assert.equal(waitOf(1, { retryAfter: 3_600 }), 3_600_000);
  assert.equal(waitOf(2, { retryAfter: 1, random: () => 0.5 }), 300_000);
  assert.equal(waitOf(10, { retryAfter: 3_600 }), undefined);
});

test('another schedule, as tests of deliveries need it', () => {
  assert.equal(waitOf(2, { delays: [10, 20], random: () => 0.5 }), 20);
  assert.equal(waitOf(3, { delays: [10, 20] }), undefined);
});
