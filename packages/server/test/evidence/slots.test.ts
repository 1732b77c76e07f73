import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Slots } from '#operations/evidence/slots.ts';

test('at most so many run at once, in their order, and one that fails makes room too', async () => {
  const slots = new Slots(2);
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) =>
      slots.run(async () => {
        begun.push(index);
        most = Math.max(most, ++running);
        await sleep(5);
        running -= 1;
        if (index % 3 === 0) throw new Error(`number ${index}`);
        return index;
      }),
    ),
  );
  assert.equal(most, 2);
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(results.filter(({ status }) => status === 'rejected').length, 4);
  assert.equal(await slots.run(async () => 'free again'), 'free again');
});
