import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { holdingsApi } from './holdings-support.ts';
import { assertProblem, nativeApi } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
const { patch } = nativeApi(server);
const on = (date: string) => {
  server.clock.now = new Date(`${date}T12:00:00Z`);
};

type Listed = { id: string; state: string; validFrom: string; revisions: Record<string, unknown>[] };
const ids = ({ body }: TestResponse): string[] => body.items.map(({ id }: Listed) => id);
const idOf = (url: string) => url.split('/').at(-1) as string;

on('2026-11-01');
const account = await api.account();
const list = `${account}/entitlements`;
const past = await api.grant(account, { validFrom: '2026-10-01', validUntil: '2026-11-10' });
const lasting = await api.grant(account, { validFrom: '2026-11-01', validUntil: '2027-11-01', reason: 'first' });
const future = await api.grant(account, { validFrom: '2026-12-24', validUntil: '2026-12-25' });
const waiting = await api.grant(account, {
  entitlementType: await api.type({ evidence: 'before', evidenceDeadlineDays: 90 }),
});
on('2026-11-05');
await patch(lasting, { validUntil: '2027-06-01', reason: 'shorter' });
on('2026-11-21');
const taken = await api.grant(account, { validFrom: '2026-11-01' });
on('2026-11-23');
await api.post(`${taken}/revoke`, { reason: 'moved away' }, 200);

test('200: open ones, oldest grant first; what ended overnight is not among them, job or not', async () => {
  const { body, headers } = await api.get(list);
  assert.deepEqual(
    body.items.map(({ id }: Listed) => id),
    [lasting, future, waiting].map(idOf),
  );
  assert.ok(!('revisions' in body.items[0]));
  assert.equal(headers.etag, (await api.get(account)).headers.etag);
});

for (const [at, expected] of [
  ['2026-09-30', []],
  ['2026-10-01', [past]],
  ['2026-11-09', [past, lasting, taken]],
  ['2026-11-10', [lasting, taken]],
  ['2026-11-22', [lasting, taken]],
  ['2026-11-23', [lasting]],
  ['2026-12-24', [lasting, future]],
  ['2026-12-25', [lasting]],
  ['2027-05-31', [lasting]],
  ['2027-06-01', []],
] as const) {
  test(`200 at=${at}: ${expected.length} valid`, async () => {
    on('2026-11-23');
    assert.deepEqual(ids(await api.get(`${list}?at=${at}`)), expected.map(idOf));
    // As it will be known later.
    on('2027-03-01');
    assert.deepEqual(ids(await api.get(`${list}?at=${at}`)), expected.map(idOf));
    on('2026-11-23');
  });
}

test('200 history=true: all there ever were, each with the states it was in', async () => {
  const { body } = await api.get(`${list}?history=true`);
  assert.deepEqual(
    body.items.map(({ id, state }: Listed) => [id, state]),
    [
      [idOf(past), 'expired'],
      [idOf(lasting), 'active'],
      [idOf(future), 'active'],
      [idOf(waiting), 'pending'],
      [idOf(taken), 'revoked'],
    ],
  );
  const stamps = { changedBy: 'test client' };
  assert.deepEqual(body.items[1].revisions, [
    {
      revision: 1,
      state: 'active',
      validFrom: '2026-11-01',
      validUntil: '2027-11-01',
      reason: 'first',
      changedAt: '2026-11-01T12:00:00.000Z',
      ...stamps,
    },
    {
      revision: 2,
      state: 'active',
      validFrom: '2026-11-01',
      validUntil: '2027-06-01',
      reason: 'shorter',
      changedAt: '2026-11-05T12:00:00.000Z',
      ...stamps,
    },
  ]);
  assert.deepEqual(body.items[4].revisions[1], {
    revision: 2,
    state: 'revoked',
    validFrom: '2026-11-01',
    endedOn: '2026-11-23',
    reason: 'moved away',
    changedAt: '2026-11-23T12:00:00.000Z',
    ...stamps,
  });
});

test('200 in pages that follow each other, with the parameters kept', async () => {
  for (const query of ['limit=2', 'history=true&limit=2', 'at=2026-11-10&limit=1']) {
    const whole = ids(await api.get(`${list}?${query.replace(/&?limit=\d/, '')}`));
    const paged: string[] = [];
    let url: string | undefined = `${list}?${query}`;
    while (url) {
      const page = await api.get(url);
      assert.ok(page.body.items.length <= 2);
      paged.push(...ids(page));
      url = page.body.next && new URL(page.body.next).pathname + new URL(page.body.next).search;
    }
    assert.deepEqual(paged, whole);
  }
});

test('304 as long as nothing changed, 200 when the day changes what is valid', async () => {
  const { headers } = await api.get(list);
  const ifKnown = { headers: { 'if-none-match': headers.etag as string } };
  assert.equal((await send('GET', list, ifKnown)).status, 304);
  on('2026-12-24');
  assert.equal((await send('GET', list, ifKnown)).status, 200);
  on('2026-11-23');
});

test('200 history of the day: what is valid on it, each with the states it was in', async () => {
  const all = (await api.get(`${list}?history=true`)).body.items;
  for (const day of ['2026-11-20', '2026-11-23', '2026-12-24']) {
    const valid = ids(await api.get(`${list}?at=${day}`));
    const { items } = (await api.get(`${list}?at=${day}&history=true`)).body;
    assert.deepEqual(items.map(({ id }: { id: string }) => id).sort(), [...valid].sort(), day);
    for (const item of items)
      assert.deepEqual(
        item,
        all.find(({ id }: { id: string }) => id === item.id),
      );
  }
});

test('400 for parameters that make no sense', async () => {
  for (const [query, place] of [
    ['at=yesterday', '?at'],
    ['at=2026-02-29', '?at'],
    ['history=yes', '?history'],
    ['cursor=!', '?cursor'],
    ['limit=0', '?limit'],
    ['limit=201', '?limit'],
    ['state=active', '?state'],
  ] as const)
    assertProblem(await send('GET', `${list}?${query}`), 400, 'invalid', [place]);
});

test('a cursor that nobody gave is harmless', async () => {
  assert.deepEqual(ids(await api.get(`${list}?cursor=eHl6`)), []);
});
