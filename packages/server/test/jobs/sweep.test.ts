import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountTag } from '#domain/account.ts';
import { todayOf } from '#domain/actor.ts';
import { listedOn } from '#domain/grant.ts';
import type { Organisation } from '#domain/organisation.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import type { Write } from '#store/plan.ts';
import type { Store } from '#store/store.ts';
import { actorOf, inParallel } from '../support/fixtures.ts';
import { accountOf, grant, typeOf } from '../support/holdings.ts';
import { startTestStore } from '../support/store.ts';

const { store, other } = await startTestStore();
const start = new Date('2026-11-20T12:00:00Z');

const names = ['ends-21', 'ends-23', 'begins-22', 'evidence-22', 'hidden-22', 'two', 'empty', 'open', 'far', 'pending'];

/** Accounts of an organisation, by what happens to their list: `ends-21` is valid up to and including the 20th. */
async function fixture(slug: string, timeZone: string): Promise<Organisation> {
  const organisation = await createOrganisation(store, 'https://accounts.example.com', { name: slug, slug, timeZone });
  const actor = actorOf(organisation, start);
  const adult = await typeOf(store, actor, { label: 'Adult' });
  const late = await typeOf(store, actor, { label: 'Late', evidence: 'after', evidenceDeadlineDays: 2 });
  const hidden = await typeOf(store, actor, { label: 'Hidden', hidden: true });
  const before = await typeOf(store, actor, { label: 'Before', evidence: 'before', evidenceDeadlineDays: 40 });
  for (const name of names) await accountOf(store, actor, name);
  const give = (name: string, wanted: Parameters<typeof grant>[3]) => grant(store, actor, name, wanted);
  await give('ends-21', { type: adult, validUntil: dayAfter(organisation, 1) });
  await give('ends-23', { type: adult, validUntil: dayAfter(organisation, 3) });
  await give('begins-22', { type: adult, validFrom: dayAfter(organisation, 2) });
  await give('evidence-22', { type: late });
  await give('hidden-22', { type: hidden, validUntil: dayAfter(organisation, 2) });
  await give('two', { type: adult, validUntil: dayAfter(organisation, 1) });
  await give('two', { type: hidden, validFrom: dayAfter(organisation, 1), validUntil: dayAfter(organisation, 3) });
  await give('open', { type: adult });
  await give('far', { type: adult, validUntil: dayAfter(organisation, 30) });
  await give('pending', { type: before, validFrom: dayAfter(organisation, 1) });
  return organisation;
}

function dayAfter(organisation: Organisation, days: number): string {
  return todayOf({ organisation, now: new Date(start.getTime() + days * 86_400_000) });
}

async function versions(organisation: Organisation): Promise<Record<string, number>> {
  const actor = actorOf(organisation, start);
  const all = await Promise.all(names.map((name) => readAccount(store, actor, name)));
  return Object.fromEntries(all.map(({ account }) => [account.identifier, account.version]));
}

function raised(before: Record<string, number>, after: Record<string, number>): string[] {
  return Object.keys(before)
    .filter((name) => {
      const by = (after[name] as number) - (before[name] as number);
      assert.ok(by === 0 || by === 1, `${name} was raised by ${by}`);
      return by === 1;
    })
    .sort();
}

test('at local midnight exactly the accounts whose list changed get a new version, once, in three time zones', async () => {
  // At the start it is the 20th in London and Los Angeles, and the 21st already on Kiritimati.
  const zones = { london: 'Europe/London', kiritimati: 'Pacific/Kiritimati', angeles: 'America/Los_Angeles' };
  const organisations = new Map<string, Organisation>();
  for (const [slug, zone] of Object.entries(zones)) organisations.set(slug, await fixture(slug, zone));
  await sweepAccounts(store, start);
  const before = new Map<string, Record<string, number>>();
  for (const [slug, organisation] of organisations) before.set(slug, await versions(organisation));
  const midnights = {
    kiritimati: '2026-11-21T10:00:00Z',
    london: '2026-11-21T00:00:00Z',
    angeles: '2026-11-21T08:00:00Z',
  };
  const order = ['london', 'angeles', 'kiritimati'] as const;
  for (const slug of order) {
    const midnight = new Date(midnights[slug]).getTime();
    await sweepAccounts(store, new Date(midnight - 1));
    const organisation = organisations.get(slug) as Organisation;
    assert.deepEqual(raised(before.get(slug) as never, await versions(organisation)), [], `${slug} before midnight`);
    // Two servers at once, twice.
    await Promise.all([sweepAccounts(store, new Date(midnight)), sweepAccounts(other, new Date(midnight))]);
    await sweepAccounts(store, new Date(midnight + 1));
    const after = await versions(organisation);
    assert.deepEqual(raised(before.get(slug) as never, after), ['ends-21', 'two'], `${slug} at midnight`);
    before.set(slug, after);
    for (const one of order) {
      if (one === slug) continue;
      const same = await versions(organisations.get(one) as Organisation);
      assert.deepEqual(raised(before.get(one) as never, same), [], `${one} when ${slug} begins the day`);
    }
  }
});

test('after three days without the job each changed account gets one version; reads were right all the time', async () => {
  const late = new Date('2026-11-23T09:00:00Z');
  await sweepAccounts(store, late); // what other tests left
  const organisation = await fixture('down', 'Europe/London');
  const before = await versions(organisation);
  const actor = actorOf(organisation, late);
  const listed = async (name: string) =>
    listedOn((await readAccount(store, actor, name)).account, todayOf(actor)).length;
  const shown = { 'ends-21': 0, 'ends-23': 0, 'begins-22': 1, 'evidence-22': 0, open: 1, far: 1, pending: 0 };
  for (const [name, count] of Object.entries(shown)) assert.equal(await listed(name), count, name);
  const tag = async () => accountTag((await readAccount(store, actor, 'ends-21')).account, todayOf(actor));
  const unswept = await tag();
  assert.equal(await sweepAccounts(store, late), 6);
  const after = await versions(organisation);
  assert.deepEqual(raised(before, after), ['begins-22', 'ends-21', 'ends-23', 'evidence-22', 'hidden-22', 'two']);
  for (const [name, count] of Object.entries(shown)) assert.equal(await listed(name), count, name);
  assert.notEqual(await tag(), unswept);
  assert.equal(await sweepAccounts(store, late), 0);
  const { account } = await readAccount(store, actor, 'evidence-22');
  const owner = {
    organisationId: organisation.id,
    customerNumber: account.customerNumber,
    accountNumber: account.number,
  };
  const [overdue] = await store.held.entitlements(owner);
  assert.deepEqual(
    [overdue?.state, overdue?.reason, overdue?.endedOn, overdue?.evidence?.state],
    ['revoked', 'evidenceOverdue', '2026-11-22', 'expired'],
  );
});

test('accounts that cannot be swept hold up no other, however many they are; a customer’s accounts are swept together', async () => {
  const organisation = await createOrganisation(store, 'https://accounts.example.com', { name: 'many', slug: 'many' });
  const actor = actorOf(organisation, start);
  const type = await typeOf(store, actor, { label: 'Adult' });
  const until = dayAfter(organisation, 1);
  // More than one batch of them, first in the order.
  const names = [...Array(230).keys()].map((index) => `${index < 205 ? 'bad' : 'good'}-${index}`);
  await inParallel(names.length, 20, async (index) => {
    const name = names[index] as string;
    await accountOf(store, actor, name);
    await grant(store, actor, name, { type, validUntil: name.startsWith('bad') ? until : dayAfter(organisation, 2) });
  });
  const { account } = await readAccount(store, actor, 'good-205');
  for (const second of ['second', 'third'])
    await createAccount(store, actor, { customerNumber: account.customerNumber }, { identifier: second });
  await grant(store, actor, 'second', { type, validUntil: until });
  const commit = (write: Write) =>
    write.changeset?.after.accounts.some(({ identifier }) => identifier.startsWith('bad'))
      ? Promise.reject(new Error('refused'))
      : store.writer.commit(write);
  const failing = { ...store, writer: { commit } } as unknown as Store;
  const late = new Date('2026-11-22T09:00:00Z');
  await assert.rejects(sweepAccounts(failing, late), /refused/);
  const open = async (name: string) => (await readAccount(store, actor, name)).account.entitlement.length;
  for (const [name, count] of [
    ['bad-0', 1],
    ['good-206', 0],
    ['good-229', 0],
    ['second', 0],
  ] as const)
    assert.equal(await open(name), count, name);
  assert.equal(await sweepAccounts(store, late), 205);
});
