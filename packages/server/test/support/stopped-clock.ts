import type { TestContext } from 'node:test';

/** Stops the clock by which the server measures how long things take, until the test ends. Only `tick` moves it, by milliseconds. */
export function stopClock(t: TestContext): { tick: (milliseconds: number) => void } {
  let now = performance.now();
  t.mock.method(performance, 'now', () => now);
  return {
    tick: (milliseconds) => {
      now += milliseconds;
    },
  };
}
