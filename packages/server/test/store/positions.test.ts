import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestStore } from '../support/store.ts';

const { store, organisation } = await startTestStore();
const { positions } = store;
const never = Number.MAX_SAFE_INTEGER;

/** Waits for a change that the database will not have: only being told ends it early. */
async function waited(organisationId: number): Promise<boolean> {
  const begun = performance.now();
  await positions.grown(organisationId, never, 1000);
  return performance.now() - begun > 900;
}

test('who waits is woken by a commit of this process and by what is heard of another, of the same organisation only', async () => {
  const waits = [waited(organisation.id), waited(organisation.id + 1)];
  positions.heard(organisation.id);
  assert.deepEqual(await Promise.all(waits), [false, true]);
  const wait = waited(organisation.id);
  positions.committed(organisation.id);
  assert.equal(await wait, false);
});

test('others are told of own commits, not of what was heard: nothing goes in circles; who listens hears both', () => {
  const told: number[] = [];
  const heard: number[] = [];
  positions.tellOthers((organisationId) => told.push(organisationId));
  const unlisten = positions.listen((organisationId) => heard.push(organisationId));
  positions.committed(1);
  positions.heard(2);
  unlisten();
  positions.heard(3);
  assert.deepEqual([told, heard], [[1], [1, 2]]);
});
