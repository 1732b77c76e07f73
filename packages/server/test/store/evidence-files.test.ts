import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Organisation } from '#domain/organisation.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { purgeFiles } from '#operations/evidence/purge-files.ts';
import type { StoredFile } from '#store/evidence-files.ts';
import type { Store } from '#store/store.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { database, store, organisation, newOrganisation } = await startTestStore();
const { evidenceFiles } = store;
const now = new Date('2026-04-01T09:00:00Z');
const hours = (count: number) => new Date(now.getTime() + count * 3_600_000);

async function customerOf(owner: Organisation): Promise<number> {
  const { customer } = await createCustomer(store, actorOf(owner), { kind: 'person', details: { familyName: 'Moss' } });
  return customer.number;
}

const fileOf = (sealed = randomBytes(40)): StoredFile => ({
  id: randomUUID(),
  evidenceId: randomUUID(),
  contentType: 'image/jpeg',
  size: 10,
  sealed,
  createdAt: now,
});

/** Stages files that are due at these times; returns their ids. */
async function stage(owner: Organisation, customerNumber: number, ...times: Date[]): Promise<string[]> {
  const files = times.map((deleteAt) => ({ ...fileOf(), deleteAt }));
  for (const file of files) await evidenceFiles.stage(owner.id, customerNumber, file);
  return files.map(({ id }) => id);
}

const customerNumber = await customerOf(organisation);

test('a staged file is read as it was, by its own organisation and customer only', async () => {
  const file = fileOf(randomBytes(3_000_000));
  await evidenceFiles.stage(organisation.id, customerNumber, { ...file, deleteAt: hours(1) });
  assert.deepEqual(await evidenceFiles.read(organisation.id, customerNumber, file.id), file);
  const stranger = await newOrganisation('stranger');
  assert.equal(await evidenceFiles.read(stranger.id, customerNumber, file.id), undefined);
  assert.equal(await evidenceFiles.read(organisation.id, customerNumber + 1, file.id), undefined);
  assert.equal(await evidenceFiles.read(organisation.id, customerNumber, randomUUID()), undefined);
});

test('a file for a customer who is not there is refused by the database', async () => {
  await assert.rejects(stage(organisation, 999_999_999, hours(1)), /foreign key/);
});

test('the purge deletes what is due, in every organisation, and nothing else', async () => {
  const owners = await Promise.all(['one', 'two'].map(newOrganisation));
  const kept: [Organisation, number, string[]][] = [];
  for (const owner of owners) {
    const number = await customerOf(owner);
    await stage(owner, number, ...Array.from({ length: 45 }, () => hours(-1)), now); // more than two batches
    const later = await stage(owner, number, hours(1));
    const needed = await stage(owner, number, hours(-1)); // a committed upload has no time
    await database.query('update evidence_file set delete_at = null where id = any($1::uuid[])', [needed]);
    kept.push([owner, number, [...later, ...needed]]);
  }
  assert.equal(await purgeFiles(store, now), 92);
  assert.equal(await purgeFiles(store, now), 0);
  for (const [owner, number, ids] of kept) {
    for (const id of ids) assert.ok(await evidenceFiles.read(owner.id, number, id));
  }
});

test('what cannot be deleted in one organisation holds up no other, is told, and goes the next time', async () => {
  const owners = await Promise.all(['first', 'second', 'third'].map(newOrganisation));
  for (const owner of owners) await stage(owner, await customerOf(owner), hours(-1));
  const [refused] = owners;
  const failing: Store['evidenceFiles'] = {
    stage: () => assert.fail(),
    read: () => assert.fail(),
    organisationsWithDue: (at) => evidenceFiles.organisationsWithDue(at),
    deleteDue: (id, ...rest) =>
      id === refused?.id ? Promise.reject(new Error('refused')) : evidenceFiles.deleteDue(id, ...rest),
  };
  await assert.rejects(purgeFiles({ ...store, evidenceFiles: failing }, now), /refused/);
  assert.deepEqual(await evidenceFiles.organisationsWithDue(now), [refused?.id]);
  assert.equal(await purgeFiles(store, now), 1);
});

test('two servers that purge at once delete each file once', async () => {
  const owner = await newOrganisation('both');
  await stage(owner, await customerOf(owner), ...Array.from({ length: 60 }, () => hours(-1)));
  const counts = await Promise.all([purgeFiles(store, now), purgeFiles(store, now)]);
  assert.equal(counts[0] + counts[1], 60);
});
