import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Organisation } from '#domain/organisation.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { readAccountFeed } from '#operations/accounts/feed.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { openStream } from '../contract/native/change-support.ts';
import { actorOf } from '../support/fixtures.ts';
import { bounded, get, newest, range, server, standby, store, tenant } from './setting.ts';

const random = (least: number, most: number) => least + Math.floor(Math.random() * (most - least + 1));

/** Creates, changes, deletes and erases; returns the identifiers of the accounts that stay. */
async function write(organisation: Organisation, until: () => boolean): Promise<string[]> {
  const actor = actorOf(organisation);
  const there: string[] = [];
  for (let count = 0; !until(); count += 1) {
    const owner = { customer: { kind: 'person' as const, details: { familyName: `Moss ${count}` } } };
    const { account, aggregate } = await createAccount(store, actor, owner, {});
    const { identifier } = account;
    const target = { customerNumber: aggregate.customer.number };
    const what = random(0, 3);
    if (what === 1) await deleteAccount(store, actor, { identifier });
    else if (what === 2) await eraseCustomer(store, actor, target);
    else there.push(identifier);
    if (what === 3) await changeCustomer(store, actor, target, { edit: () => ({ details: { familyName: 'Fern' } }) });
    await sleep(random(0, 40));
  }
  return there;
}

/** What happens to the replica: it lags, catches up, dies, and comes back with less than it had shown. */
async function disturb(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    for (let lag = 0; lag < 3; lag += 1) {
      await standby.pause();
      await sleep(random(50, 200));
      await standby.resume();
      await sleep(random(0, 200));
    }
    if (random(0, 1)) await standby.pause();
    standby.kill();
    await sleep(random(0, 300));
    await standby.start();
  }
}

test('followers see every change once and in order, whatever becomes of the replica meanwhile', bounded, async (t) => {
  const { organisation, key } = await tenant('Followed');
  const { id } = organisation;
  let last = Number.POSITIVE_INFINITY;

  const pages = async (query: () => string) => {
    const seen: number[] = [];
    for (let position = 0; position < last; ) {
      const page = await get(`/v1/changes?after=${position}&${query()}`, { as: key });
      assert.equal(page.status, 200, page.text);
      seen.push(...page.body.items.map(({ number }: { number: number }) => number));
      assert.ok(page.body.position >= position);
      if (page.body.position === position) await sleep(20);
      position = page.body.position;
    }
    return seen;
  };
  /** The numbers, and each account as it was shown last. */
  const stream = async () => {
    const seen: number[] = [];
    const shown = new Map<string, unknown>();
    for (let position = 0; position < last; ) {
      const from = { 'last-event-id': String(position) };
      const opened = await openStream(`${server.url}/v1/changes?include=account&limit=${random(1, 40)}`, key, from);
      assert.equal(opened.response.status, 200);
      for (let left = random(1, 200); left > 0 && position < last; left -= 1) {
        const message = await opened.next();
        assert.ok(message);
        if (message.id !== undefined) position = Number(message.id);
        if (message.event === undefined || message.event === 'position') continue;
        seen.push(message.data.number);
        if (message.data.account) shown.set(message.data.identifier, message.data.account);
      }
      opened.close();
    }
    return { seen, shown };
  };
  /** As who follows by RPDE, without the limit on empty pages: the accounts that are there in the end. */
  const feed = async () => {
    const there = new Set<string>();
    for (let after = 0; ; ) {
      const { items, position } = await readAccountFeed(store, actorOf(organisation), { after, limit: random(2, 9) });
      for (const { identifier, changeNumber, account } of items) {
        assert.ok(changeNumber > after);
        after = changeNumber;
        if (account) there.add(identifier);
        else there.delete(identifier);
      }
      if (items.length > 0) continue;
      if (position >= last) return [...there].sort();
      await sleep(20);
    }
  };

  const followed = Promise.all([
    pages(() => `limit=${random(1, 40)}`),
    pages(() => `limit=${random(1, 40)}&wait=1`),
    stream(),
    feed(),
  ]);
  followed.catch(() => {}); // heard below
  let disturbed = false;
  const disturbing = disturb().finally(() => {
    disturbed = true;
  });
  const written = await Promise.all([1, 2].map(() => write(organisation, () => disturbed)));
  await disturbing;
  last = await newest(id);
  const there = written.flat().sort();
  const [polled, awaited, streamed, fed] = await followed;

  t.diagnostic(`${last} changes`);
  for (const seen of [polled, awaited, streamed.seen]) assert.deepEqual(seen, range(1, last));
  assert.deepEqual(fed, there);
  for (const identifier of there) {
    const now = await get(`/v1/accounts/${identifier}`, { as: key });
    assert.deepEqual(streamed.shown.get(identifier), now.body);
  }
});
