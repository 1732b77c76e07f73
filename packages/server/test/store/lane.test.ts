import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lane } from '#store/lane.ts';
import { Turns } from '#store/turns.ts';

test('callers that come together share a statement, never with another organisation', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('a', 'b', 'c', 'd')), {
        minLength: 1,
        maxLength: 60,
      }),
      async (calls) => {
        const batches: [number, string[]][] = [];
        const lane = new Lane<string>(async (organisation, keys) => {
          batches.push([organisation, keys]);
          await new Promise((resolve) => setTimeout(resolve, Math.random()));
          return new Map(keys.filter((key) => key !== 'd').map((key) => [key, `${organisation}${key}`]));
        });
        const answers = await Promise.all(calls.map(([organisation, key]) => lane.get(organisation, key)));
        assert.deepEqual(
          answers,
          calls.map(([organisation, key]) => (key === 'd' ? undefined : `${organisation}${key}`)),
        );
        assert.ok(batches.length <= 3, 'one statement per organisation');
        for (const [, keys] of batches) assert.equal(new Set(keys).size, keys.length);
      },
    ),
    { numRuns: 60 },
  );
});

test('an error reaches the callers of its batch, and the lane goes on', async () => {
  let broken = true;
  const lane = new Lane<string>(async (_organisation, keys) => {
    if (broken) throw new Error('broken');
    return new Map(keys.map((key) => [key, key]));
  });
  const failed = await Promise.allSettled([lane.get(1, 'a'), lane.get(1, 'b')]);
  assert.deepEqual(
    failed.map((result) => result.status),
    ['rejected', 'rejected'],
  );
  broken = false;
  assert.equal(await lane.get(1, 'a'), 'a');
});

test('too many waiting callers are turned away instead of piling up', async () => {
  const lane = new Lane<string>(async (_organisation, keys) => new Map(keys.map((key) => [key, key])), {
    maxWaiting: 10,
  });
  const results = await Promise.allSettled(Array.from({ length: 15 }, (_, index) => lane.get(1, String(index))));
  assert.equal(results.filter((result) => result.status === 'rejected').length, 5);
  assert.equal(await lane.get(1, 'later'), 'later');
});

test('turns of one key go one after the other, those of others meanwhile', async () => {
  const turns = new Turns();
  const running = new Map<string, number>();
  const waited: boolean[] = [];
  await Promise.all(
    Array.from({ length: 30 }, (_, index) => {
      const key = String(index % 3);
      return turns
        .take(key, async (hadToWait) => {
          waited.push(hadToWait);
          running.set(key, (running.get(key) ?? 0) + 1);
          assert.equal(running.get(key), 1);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
          running.set(key, 0);
          if (index === 4) throw new Error('one fails');
        })
        .catch((error) => assert.equal(error.message, 'one fails'));
    }),
  );
  assert.equal(waited.filter((value) => !value).length, 3);
});
