import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Refusal, type RefusalReason } from '#domain/refusal.ts';
import { defaultWaiting, WaitingRoom } from '#http/waiting-room.ts';

const responseThat = (closed: boolean) => Object.assign(new EventEmitter(), { closed }) as unknown as ServerResponse;
const roomOf = (perClient: number, inAll: number) => new WaitingRoom({ ...defaultWaiting, perClient, inAll });

const refused = (kind: RefusalReason['kind']) => (error: unknown) =>
  error instanceof Refusal && error.reason.kind === kind;

test('a place is taken until the response is over, and then says so', () => {
  const room = roomOf(1, 9);
  const response = responseThat(false);
  const over = room.enter(1, response);
  assert.deepEqual([room.size, over.signal.aborted], [1, false]);
  assert.throws(() => room.enter(1, responseThat(false)), refused('rate-limit'));
  response.emit('close');
  assert.deepEqual([room.size, over.signal.aborted], [0, true]);
  room.enter(1, responseThat(false));
});

test('each client has places of its own, all together have so many', () => {
  const room = roomOf(2, 3);
  for (const client of [1, 1, 2]) room.enter(client, responseThat(false));
  assert.throws(() => room.enter(1, responseThat(false)), refused('rate-limit'));
  assert.throws(() => room.enter(2, responseThat(false)), refused('unavailable'));
  assert.equal(room.size, 3);
});

test('who has gone before takes no place: nothing would ever free it', () => {
  const room = roomOf(1, 1);
  assert.equal(room.enter(1, responseThat(true)).signal.aborted, true);
  assert.equal(room.size, 0);
});

test('closed: everybody is told, and nobody waits any more', () => {
  const room = roomOf(5, 5);
  const present = [1, 1, 2].map((client) => room.enter(client, responseThat(false)));
  room.close();
  assert.ok(present.every(({ signal }) => signal.aborted));
  assert.equal(room.enter(3, responseThat(false)).signal.aborted, true);
});
