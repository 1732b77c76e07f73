import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimiter, rateLimitHeaders } from '#http/rate-limit.ts';

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

test('keys have windows of their own, refused requests use nothing up, old windows are forgotten', () => {
  let now = 0;
  const limiter = new RateLimiter(1, () => now);
  for (let index = 0; index < 10; index += 1) limiter.take('a', 'p', 1, 1);
  assert.ok(limiter.take('b', 'p', 1, 1).allowed);
  now = 1000;
  assert.ok(limiter.take('a', 'p', 1, 1).allowed);
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
