import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReplicaLag } from '#store/replica-lag.ts';

test('a replica is behind by the time since the primary was where the replica is', () => {
  const lag = new ReplicaLag();
  assert.equal(lag.behind(0), Number.POSITIVE_INFINITY);
  lag.note(1_000, 100, 90);
  assert.equal(lag.behind(1_000), Number.POSITIVE_INFINITY, 'nothing of this time is there');
  lag.note(2_000, 200, 150);
  assert.equal(lag.behind(2_000), 1_000);
  lag.note(3_000, 200, 150);
  assert.equal(lag.behind(4_000), 3_000);
  lag.note(5_000, 200, 200);
  assert.equal(lag.behind(5_000), 0);
});

test('one that stood still for days is not behind once it has caught up', () => {
  const lag = new ReplicaLag();
  for (let at = 0; at < 1_000; at += 1) lag.note(at, 1_000 + at, 500);
  assert.equal(lag.behind(1_000), Number.POSITIVE_INFINITY);
  lag.note(1_001, 2_000, 2_000);
  lag.note(1_002, 2_001, 2_001);
  assert.equal(lag.behind(1_002), 0);
});

test('what a failover lost of the log is not waited for', () => {
  const lag = new ReplicaLag();
  lag.note(1_000, 100, 100);
  lag.note(2_000, 300, 200);
  lag.note(3_000, 250, 200);
  lag.note(4_000, 260, 260);
  assert.equal(lag.behind(4_000), 0);
});
