import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { eventually, openStream } from '../contract/native/change-support.ts';
import {
  actor,
  bounded,
  caughtUp,
  create,
  get,
  identifiers,
  key,
  least,
  newest,
  numbers,
  server,
  standby,
  store,
  told,
} from './setting.ts';

test(
  'feeds, history and exports are the replica’s and say how new they are; everything else is the primary’s',
  bounded,
  async () => {
    const old = await create('Fern');
    await caughtUp();
    await standby.pause();
    const before = await newest();
    const young = await create();
    const now = await newest();
    assert.equal(now, before + 2);

    // Single reads, look-ups and lists as people ask for them show it at once.
    assert.equal((await get(`/v1/accounts/${young.identifier}`)).status, 200);
    for (const path of [
      '/v1/accounts?limit=200',
      `/v1/accounts?identifier=${young.identifier}`,
      `/v1/customers/${young.customerNumber}/accounts`,
    ]) {
      const found = await get(path);
      assert.ok(identifiers(found).includes(young.identifier), path);
      assert.ok(Number.isNaN(found.position), path);
    }

    // The feeds do not know of it yet, and say so.
    const page = await get(`/v1/changes?after=${before}`);
    assert.deepEqual([page.position, page.body.items, page.body.position], [before, [], before]);
    const events = await get(`/v1/changes?format=entur&after=${before - 2}`);
    assert.deepEqual([events.position, numbers(events)], [before, [before - 1, before]]);
    const feed = await get(`/openactive/feeds/customer-accounts?afterChangeNumber=${before}`);
    assert.deepEqual([feed.position, feed.body.items], [before, []]);

    // An export says what it cannot do without.
    for (const list of ['/v1/accounts?limit=200', '/v1/customers?limit=200']) {
      const [earlier, current] = [await get(list, least(before)), await get(list, least(now))];
      assert.deepEqual([earlier.position, current.position], [before, now], list);
      assert.equal(current.body.items.length, earlier.body.items.length + 1, list);
    }
    assert.equal((await get(`/v1/changes?after=${before}`, least(now))).body.items.length, 2);
    assert.equal(
      (await get(`/openactive/feeds/customer-accounts?afterChangeNumber=${before}`, least(now))).body.items.length,
      1,
    );
    assert.equal((await get('/v1/accounts', { headers: { 'tessera-position': 'x' } })).status, 400);

    // History is the replica's where that has all of the subject's.
    const at = encodeURIComponent(new Date().toISOString());
    for (const path of [`/v1/accounts/${old.identifier}`, `/v1/customers/${old.customerNumber}`]) {
      assert.equal((await get(`${path}/history`)).position, before, path);
      assert.equal((await get(`${path}?at=${at}`)).position, before, path);
      assert.equal((await get(`${path}?at=${at}`, least(now))).position, now, path);
    }
    for (const path of [`/v1/accounts/${young.identifier}`, `/v1/customers/${young.customerNumber}`]) {
      const history = await get(`${path}/history`);
      assert.deepEqual([history.status, history.position], [200, now], path);
      assert.ok(history.body.items.length > 0, path);
      assert.deepEqual(
        [(await get(`${path}?at=${at}`)).status, (await get(`${path}?at=${at}`)).position],
        [200, now],
        path,
      );
    }

    // Erased is erased, whatever the replica still has.
    await eraseCustomer(store, actor(), { customerNumber: old.customerNumber });
    const erased = await get(`/v1/customers/${old.customerNumber}/history`);
    assert.doesNotMatch(erased.text, /Fern/);
    assert.equal((await get(`/v1/accounts/${old.identifier}?at=${at}`)).status, 410);

    await standby.resume();
    await caughtUp();
    const all = await get(`/v1/changes?after=${before}`);
    assert.deepEqual(numbers(all).slice(0, 2), [before + 1, before + 2]);
    assert.equal(all.position, await newest());
    assert.deepEqual(told, []);
  },
);

test('who is ahead of the replica waits for it, and only who is ahead of the primary is refused', bounded, async () => {
  await standby.pause();
  const before = await newest();
  await create();
  const now = await get('/v1/changes?after=now');
  assert.deepEqual(
    [now.position, now.body.position],
    [before + 2, before + 2],
    'the primary says where the log is now',
  );
  const ahead = await get(`/v1/changes?after=${now.body.position}`);
  assert.deepEqual(
    [ahead.status, ahead.position, ahead.body.items, ahead.body.position],
    [200, before, [], before + 2],
  );
  assert.equal((await get(`/v1/changes?after=${before + 3}`)).status, 400);
  assert.equal((await get(`/v1/changes?after=${before + 1}&kind=account.created`)).body.position, before + 1);

  const waiting = get(`/v1/changes?after=${before + 2}&wait=30`);
  const behind = get(`/v1/changes?after=${before}&wait=30`);
  const stream = await openStream(`${server.url}/v1/changes?after=${before + 2}`, key);
  await eventually(async () => (await server.waiting()) === 3);
  await create();
  const silent = await stream.until(({ comment }) => comment !== undefined);
  assert.deepEqual(
    silent.filter(({ data }) => data !== undefined).map(({ id }) => id),
    [String(before + 2)],
  );
  await standby.resume();
  assert.deepEqual(numbers(await waiting), [before + 3, before + 4]);
  assert.deepEqual(numbers(await behind).slice(0, 2), [before + 1, before + 2]);
  const told = await stream.until(({ id }) => id === String(before + 4));
  assert.deepEqual(
    told.filter(({ event = 'position' }) => event !== 'position').map(({ id }) => id),
    [before + 3, before + 4].map(String),
  );
  stream.close();
});

test('an account is never older than the change it is shown with', bounded, async () => {
  await standby.pause();
  const before = await newest();
  const { identifier } = await create();
  const page = await get(`/v1/changes?after=${before}&include=account`, least(before + 2));
  assert.deepEqual(
    page.body.items.map((item: { account?: { identifier: string } }) => item.account?.identifier),
    [undefined, identifier],
  );
  await standby.resume();
});
