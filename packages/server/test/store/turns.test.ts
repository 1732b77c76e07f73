import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Turns } from '#store/turns.ts';
import { Unavailable } from '#store/unavailable.ts';

test('who has the same key goes one after the other, in order; other keys do not wait', async () => {
  const turns = new Turns();
  const begun: string[] = [];
  const release = Promise.withResolvers<void>();
  const first = turns.take('a', () => release.promise);
  const behind = ['1', '2', '3'].map((name) =>
    turns.take('a', async (waited) => {
      begun.push(`${name} ${waited}`);
      if (name === '2') throw new Error('its own');
    }),
  );
  await turns.take('b', async (waited) => void begun.push(`other ${waited}`));
  assert.deepEqual(begun, ['other false']);
  release.resolve();
  const ends = await Promise.allSettled([first, ...behind]);
  assert.deepEqual(begun, ['other false', '1 true', '2 true', '3 true']);
  assert.deepEqual(
    ends.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  );
  await turns.take('a', async (waited) => assert.equal(waited, false));
});

test('who waited behind one that waited for the database in vain is told so; who came meanwhile has a turn', async () => {
  const turns = new Turns();
  const away = new Unavailable(new Error('away'));
  const begun = Promise.withResolvers<void>();
  const first = turns.take('a', () => begun.promise);
  const failing = turns.take('a', async () => {
    begun.resolve();
    await sleep(1100);
    throw away;
  });
  const behind = [1, 2, 3].map(() => turns.take('a', async () => assert.fail('has no turn')));
  begun.resolve();
  await first;
  await sleep(500);
  const later = turns.take('a', async () => 'done');
  const ends = await Promise.allSettled([failing, ...behind]);
  for (const end of ends) assert.equal(end.status === 'rejected' && end.reason, away);
  assert.equal(await later, 'done');
});

test('a thousand may wait for a turn, and no more', async () => {
  const turns = new Turns();
  const release = Promise.withResolvers<void>();
  const all = Array.from({ length: 1001 }, () => turns.take('a', () => release.promise));
  await assert.rejects(
    turns.take('a', async () => {}),
    Unavailable,
  );
  release.resolve();
  await Promise.all(all);
});
