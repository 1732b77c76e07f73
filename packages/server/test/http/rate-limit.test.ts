import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimiter, rateLimitHeaders } from '#http/rate-limit.ts';
import { stopClock } from '../support/stopped-clock.ts';

test('a window opens with the first request after the last one ended, not with the clock', () => {
  let now = 59_500;
  const limiter = new RateLimiter(1, () => now);
  const take = () => limiter.take('client', 'token-minute', 2, 60);
  assert.deepEqual([take().remaining, take().remaining], [1, 0]);
  now += 10_000;
  const refused = take();
  assert.deepEqual([refused.allowed, refused.remaining, refused.reset], [false, 0, 50]);
  assert.deepEqual(rateLimitHeaders(refused), {
    'RateLimit-Policy': '"token-minute";q=2;w=60',
    RateLimit: '"token-minute";r=0;t=50',
  });
  now += 49_999;
  assert.ok(!take().allowed);
  now += 1;
  assert.deepEqual([take().allowed, take().allowed, take().allowed], [true, true, false]);
});

test('keys have windows of their own, refused requests use nothing up', () => {
  let now = 0;
  const limiter = new RateLimiter(1, () => now);
  for (let index = 0; index < 10; index += 1) limiter.take('a', 'p', 1, 1);
  assert.ok(limiter.take('b', 'p', 1, 1).allowed);
  now = 1000;
  assert.ok(limiter.take('a', 'p', 1, 1).allowed);
});

test('windows that are over are forgotten within about a second, however long those of other policies are', () => {
  let now = 0;
  const limiter = new RateLimiter(1, () => now);
  const stranger = () => limiter.take(`stranger ${now}`, 'address', 2, 1);
  limiter.take('client', 'token-minute', 2, 60);
  for (; now < 59_000; now += 10) stranger();
  assert.ok(limiter.size <= 301, `${limiter.size} windows`);
  assert.equal(limiter.take('client', 'token-minute', 2, 60).remaining, 0, 'the minute is still counted');
  now += 120_000;
  stranger();
  now += 2000;
  stranger();
  assert.ok(limiter.size <= 2, `${limiter.size} windows`);
});

test('a window is counted to its end, also when others are forgotten meanwhile', () => {
  let now = 0;
  const limiter = new RateLimiter(1, () => now);
  for (let start = 0; start < 20; start += 1) {
    const opened = now;
    assert.ok(limiter.take('a', 'p', 1, 10).allowed, `at ${now}`);
    for (; now < opened + 10_000; now += 370) {
      limiter.take(`other ${now}`, 'p', 1, 10);
      assert.ok(!limiter.take('a', 'p', 1, 10).allowed, `at ${now}, opened at ${opened}`);
    }
    now = opened + 10_000 + start * 710;
  }
});

test('there are only so many windows: the oldest of the same policy go', () => {
  const limiter = new RateLimiter(1, () => 0);
  limiter.take('client', 'token-minute', 1, 60);
  limiter.take('first', 'address', 1, 60);
  for (let index = 0; index < 200_000; index += 1) limiter.take(`stranger ${index}`, 'address', 1, 60);
  assert.ok(limiter.size <= 50_001, `${limiter.size} windows`);
  assert.ok(!limiter.take('stranger 199999', 'address', 1, 60).allowed);
  assert.ok(!limiter.take('stranger 175000', 'address', 1, 60).allowed);
  assert.ok(limiter.take('first', 'address', 1, 60).allowed);
  assert.ok(!limiter.take('client', 'token-minute', 1, 60).allowed, 'a flood of addresses leaves clients alone');
});

test('a clock that is set back refuses nobody', (t) => {
  const { tick } = stopClock(t);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const limiter = new RateLimiter();
  const take = () => limiter.take('client', 'p', 1, 1);
  assert.ok(take().allowed);
  t.mock.timers.setTime(Date.now() - 3_600_000);
  assert.deepEqual([take().allowed, take().reset], [false, 1]);
  tick(1000);
  assert.ok(take().allowed);
});

test('a window is never said to last longer than it does, whatever fractions of milliseconds the clock has', (t) => {
  const { tick } = stopClock(t);
  const limiter = new RateLimiter();
  for (let index = 0; index < 10_000; index += 1) {
    assert.equal(limiter.take(`client ${index}`, 'p', 1, 60).reset, 60);
    tick(0.123_456_789);
  }
});

for (const [limit, processes, share] of [
  [1000, 2, 500],
  [30, 4, 8],
  [2, 4, 1],
  [1, 64, 1],
] as const) {
  test(`${limit} for ${processes} processes: each allows ${share} and says so`, () => {
    const limiter = new RateLimiter(processes, () => 0);
    const taken = Array.from({ length: limit + 1 }, () => limiter.take('a', 'p', limit, 1));
    assert.equal(taken.filter(({ allowed }) => allowed).length, share);
    assert.ok(share * processes < limit + processes);
    assert.deepEqual(rateLimitHeaders(taken[0] ?? assert.fail()), {
      'RateLimit-Policy': `"p";q=${share};w=1`,
      RateLimit: `"p";r=${share - 1};t=1`,
    });
  });
}
