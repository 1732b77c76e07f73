import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inParallel } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, person } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const total = 260;
const seeded: number[] = [];

before(async () => {
  await inParallel(total, 20, async (index) => {
    seeded.push((await api.customer({ familyName: index % 2 ? 'Odd' : 'Even' })).customerNumber);
  });
  seeded.sort((left, right) => left - right);
});

/** Follows `next` to the end, and does something between the pages. */
async function walk(url: string, between: (page: number) => Promise<unknown> = async () => {}): Promise<number[]> {
  const seen: number[] = [];
  for (let page = 0, next: string | undefined = url; next; page += 1) {
    const { status, body, text } = await send('GET', next);
    assert.equal(status, 200, text);
    assert.ok(body.items.length > 0 || body.next === undefined, 'a page before the last one is not empty');
    seen.push(...body.items.map((item: { customerNumber: number }) => item.customerNumber));
    next = body.next?.replace('https://accounts.example.com', '');
    await between(page);
  }
  return seen;
}

test('200 the default page has 50, the largest 200', async () => {
  assert.equal((await send('GET', '/v1/customers')).body.items.length, 50);
  assert.equal((await send('GET', '/v1/customers?limit=200')).body.items.length, 200);
  assert.equal((await send('GET', '/v1/customers?limit=1')).body.items.length, 1);
});

test('next keeps the filters and the limit, and is absent on the last page, also when it is full', async () => {
  const first = await send('GET', '/v1/customers?limit=130&name=odd&status=active');
  assert.equal(first.body.items.length, 130);
  assert.equal(first.body.next, undefined);
  const { body } = await send('GET', '/v1/customers?limit=129&name=odd&status=active');
  const next = new URL(body.next);
  assert.deepEqual([...next.searchParams.keys()].sort(), ['cursor', 'limit', 'name', 'status']);
  const last = await send('GET', next.pathname + next.search);
  assert.equal(last.body.items.length, 1);
  assert.equal(last.body.next, undefined);
});

for (const limit of [7, 50, 130]) {
  test(`200 pages of ${limit}: everyone once, by number, while others are created, changed and erased`, async () => {
    const erased: number[] = [];
    const created: number[] = [];
    const seen = await walk(`/v1/customers?limit=${limit}`, async (page) => {
      created.push((await api.customer()).customerNumber);
      const victim = created[page - 3];
      if (victim !== undefined) erased.push(victim);
      if (victim !== undefined) await send('DELETE', `/v1/customers/${victim}`);
      await api.patch(`/v1/customers/${seeded[page]}`, { jobTitle: `Baker ${page} ${limit}` });
    });
    assert.deepEqual(
      seen,
      [...new Set(seen)].sort((left, right) => left - right),
    );
    const known = new Set(seen);
    assert.deepEqual(
      seeded.filter((number) => !known.has(number)),
      [],
    );
    for (const number of created) await send('DELETE', `/v1/customers/${number}`);
  });
}

test('200 pages by time of change: everyone at least once; who changes meanwhile comes again at the end', async () => {
  const changed: number[] = [];
  const seen = await walk('/v1/customers?limit=40&changedSince=2020-01-01T00:00:00Z', async (page) => {
    if (page > 2) return;
    const number = seeded[page] as number;
    changed.push(number);
    await api.patch(`/v1/customers/${number}`, { jobTitle: `Cook ${page}` });
  });
  assert.deepEqual(
    [...new Set(seen)].sort((left, right) => left - right),
    seeded,
  );
  assert.deepEqual(seen.slice(-3), changed);
});

test('200 pages by time of change where many changed at the same instant', async () => {
  server.clock.now = new Date('2040-01-01T00:00:00Z');
  try {
    await Promise.all(Array.from({ length: 25 }, () => send('POST', '/v1/customers', { body: person() })));
  } finally {
    server.clock.now = undefined;
  }
  const seen = await walk('/v1/customers?limit=4&changedSince=2040-01-01T00:00:00Z');
  assert.equal(seen.length, 25);
  assert.deepEqual(
    seen,
    [...new Set(seen)].sort((left, right) => left - right),
  );
});

const instant = '2026-01-01T00:00:00.000Z';
const hostile: unknown[] = [
  [instant],
  [instant, '1'],
  [instant, 1.5],
  [instant, null],
  [instant, 1e300],
  [1, 1],
  [null, 1],
  ['yesterday', 1],
  ['2026-01-01', 1],
  ['+010000-01-01T00:00:00.000Z', 1],
  ['-000001-01-01T00:00:00.000Z', 1],
  ['0000-01-01T00:00:00.000Z', 1],
  [[instant], 1],
  [{ toString: 1 }, 1],
  ["' or 1=1 --", 1],
  { 0: instant, 1: 1 },
  null,
  1,
  'text',
  [],
];
const cursors = [
  ...hostile.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  Buffer.from('["2026-01-01T00:00:00.000Z",1').toString('base64url'),
  Buffer.from('['.repeat(140)).toString('base64url'),
  '****',
  '1',
  'x'.repeat(201),
  '',
  '%20',
];

for (const cursor of cursors) {
  test(`400 ?cursor=${cursor.slice(0, 60)}`, async () => {
    for (const more of ['', '&changedSince=2026-01-01T00:00:00Z'])
      assertProblem(await send('GET', `/v1/customers?cursor=${cursor}${more}`), 400, 'invalid', ['?cursor']);
  });
}

test('200 a cursor before all or after all is still one', async () => {
  const cursorOf = (number: number) => Buffer.from(JSON.stringify([instant, number])).toString('base64url');
  assert.equal((await send('GET', `/v1/customers?cursor=${cursorOf(-1)}`)).body.items.length, 50);
  assert.deepEqual((await send('GET', `/v1/customers?cursor=${cursorOf(Number.MAX_SAFE_INTEGER)}`)).body, {
    items: [],
  });
});
