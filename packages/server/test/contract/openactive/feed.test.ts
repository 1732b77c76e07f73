import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { buildServer } from '#server';
import { evidence } from '../../support/evidence.ts';
import { feedPage, feedPath } from '../../support/feed-walk.ts';
import { actorOf, inParallel } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import { publicUrl } from '../../support/server.ts';
import { stopClock } from '../../support/stopped-clock.ts';
import { accountOf, base, context, person, startTester } from './support.ts';

const tester = await startTester();
const { account, put, born, send, store, database, organisation, organisationWithKey, keyWith, clock } = tester;
const feed = `${base}${feedPath}`;
clock.now = new Date('2026-11-21T12:00:00Z');

/** The newest change number of the organisation: from here on a test sees its own accounts only. */
const position = async () => (await store.changes.range(organisation.id)).newest;

test('200 before there is any account: an empty page that is its own next, with and without a limit', async () => {
  for (const query of ['', '?limit=7', '?afterChangeNumber=4709', '?limit=7&afterChangeNumber=4709']) {
    const { key } = await keyWith(undefined);
    const { status, body } = await send('GET', `${feedPath}${query}`, { key });
    assert.equal(status, 200);
    assert.deepEqual(body, { next: `${feed}${query}`, items: [] });
  }
});

test('200 the worked example of openactive.md 5.9, to the letter', async () => {
  const id = '3f0c2a7e-5d1b-4c1e-9a44-7b0e6f2d9c10';
  await typeOf(store, actorOf(organisation, clock.now), { id, label: 'Adult Resident' });
  const deleted = await born({ details: { familyName: 'Away' } }, { identifier: 'NM:6604' });
  await database.query('update organisation_counter set change_number = 4709 where organisation_id = $1', [
    organisation.id,
  ]);
  const identifier = '019d432a-149f-7c11-8a52-6f0d3b9e21c7';
  const entitlementType = `${base}/openactive/entitlement-lists/residents#${id}`;
  const entitlement = [{ '@type': 'Entitlement', validFrom: '2026-04-01', validUntil: '2027-04-01', entitlementType }];
  const body = accountOf(person(), { accountNumber: 'NM-004217', entitlement });
  assert.equal((await account('PUT', identifier, { body })).status, 201);
  await deleteAccount(store, actorOf(organisation), { identifier: deleted });

  const page = await feedPage(tester, `${feed}?afterChangeNumber=4709`);
  const expected = {
    next: `${base}/openactive/feeds/customer-accounts?afterChangeNumber=4712`,
    items: [
      {
        state: 'updated',
        kind: 'CustomerAccount',
        id: identifier,
        modified: 4711,
        data: {
          '@context': context,
          '@type': 'CustomerAccount',
          '@id': `${base}/openactive/customer-accounts/${identifier}`,
          identifier,
          accountNumber: 'NM-004217',
          hasHiddenEntitlements: false,
          entitlement: [
            {
              '@type': 'Entitlement',
              validFrom: '2026-04-01',
              validUntil: '2027-04-01',
              entitlementType: {
                '@type': 'Concept',
                '@id': entitlementType,
                prefLabel: 'Adult Resident',
                inScheme: `${base}/openactive/entitlement-lists/residents`,
              },
            },
          ],
        },
      },
      { state: 'deleted', kind: 'CustomerAccount', id: 'NM:6604', modified: 4712 },
    ],
  };
  assert.equal(page.response.text, JSON.stringify(expected));
  const last = await feedPage(tester, expected.next);
  assert.equal(last.response.text, JSON.stringify({ next: expected.next, items: [] }));
});

test('200 headers: the media type of private feeds, and never cached', async () => {
  const { headers } = await send('GET', feedPath);
  assert.equal(headers['content-type'], 'application/vnd.openactive.booking+json; version=1');
  assert.equal(headers['cache-control'], 'private, no-store');
  assert.equal(headers.etag, undefined);
  const head = await send('HEAD', feedPath);
  assert.deepEqual([head.status, head.headers['content-type'], head.text], [200, headers['content-type'], '']);
});

const accepted: [string, 'booking' | 'json'][] = [
  ['*/*', 'booking'],
  ['application/*', 'booking'],
  ['application/vnd.openactive.booking+json', 'booking'],
  ['application/vnd.openactive.booking+json; version=1', 'booking'],
  ['application/vnd.openactive.booking+json;version="1", */*;q=0.1', 'booking'],
  ['application/json, application/vnd.openactive.booking+json; version=1', 'booking'],
  ['application/json', 'json'],
  ['text/html, application/json;q=0.5', 'json'],
];

for (const [accept, type] of accepted) {
  test(`200 as ${type} for Accept: ${accept}`, async () => {
    const { status, headers, text } = await send('GET', feedPath, { headers: { accept } });
    assert.equal(status, 200);
    const full =
      type === 'json' ? 'application/json; charset=utf-8' : 'application/vnd.openactive.booking+json; version=1';
    assert.equal(headers['content-type'], full);
    assert.equal(text, (await send('GET', feedPath)).text, 'the same bytes');
  });
}

for (const accept of [
  'application/ld+json',
  'application/vnd.openactive.booking+json; version=2',
  'text/html',
  'application/json;q=0, application/vnd.openactive.booking+json;q=0',
]) {
  test(`406 for Accept: ${accept}`, async () => {
    const { status, body, headers } = await send('GET', feedPath, { headers: { accept } });
    assert.equal(status, 406);
    assert.equal(body.additionalType, `${base}/openactive/ns#NotAcceptable`);
    assert.equal(body.description, 'Accept application/vnd.openactive.booking+json; version=1 or application/json.');
    assert.match(String(headers['content-type']), /^application\/ld\+json/);
  });
}

test('406 for the media type of the feed everywhere else', async () => {
  const headers = { accept: 'application/vnd.openactive.booking+json; version=1' };
  assert.equal((await account('GET', await put(), { headers })).status, 406);
});

const whole = 'must be a whole number';
const refused: [string, string][] = [
  ['afterChangeNumber=0', '?afterChangeNumber: must be at least 1'],
  ['afterChangeNumber=-1', '?afterChangeNumber: must be at least 1'],
  ['afterChangeNumber=1.5', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber=1e3', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber=007', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber=%201', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber=', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber=first', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber=9007199254740992', '?afterChangeNumber: must be at most 9007199254740991'],
  ['afterChangeNumber=99999999999999999999', `?afterChangeNumber: ${whole}`],
  ['afterChangeNumber=1&afterChangeNumber=1', '?afterChangeNumber: may be given once only'],
  ['limit=0', '?limit: must be at least 1'],
  ['limit=-5', '?limit: must be at least 1'],
  ['limit=1001', '?limit: must be at most 1000'],
  ['limit=ten', `?limit: ${whole}`],
  ['limit=5&limit=6', '?limit: may be given once only'],
  ['afterTimestamp=1&afterId=a', '?afterTimestamp: unknown parameter\n?afterId: unknown parameter'],
  ['afterchangenumber=1', '?afterchangenumber: unknown parameter'],
  ['profile=extended', '?profile: unknown parameter'],
  ['limit=0&afterChangeNumber=0', '?afterChangeNumber: must be at least 1\n?limit: must be at least 1'],
];

for (const [query, description] of refused) {
  test(`400 for the query "${query}"`, async () => {
    const { status, body } = await send('GET', `${feedPath}?${query}`);
    assert.equal(status, 400);
    assert.equal(body.additionalType, `${base}/openactive/ns#InvalidRequest`);
    assert.deepEqual(body.description.split('\n').sort(), description.split('\n').sort());
  });
}

test('200 pages by the limit, which stays in next; the default is 500, 1000 the most', async () => {
  const { organisation: own, key } = await organisationWithKey('Pages');
  await inParallel(1010, 40, (index) => born({ details: { familyName: 'Page' } }, { identifier: `p-${index}` }, own));
  const url = `/o/pages${feedPath}`;
  const sizes = async (query: string) => {
    const found: number[] = [];
    for (let next = `${url}${query}`; found.at(-1) !== 0; ) {
      const { status, body, text } = await send('GET', next, {
        key: query === '' ? key : (await keyWith(undefined, own)).key,
      });
      assert.equal(status, 200, text);
      found.push(body.items.length);
      assert.equal(new URL(body.next).searchParams.get('limit'), query === '' ? null : query.slice('?limit='.length));
      assert.ok(body.next.startsWith(`${own.baseUrl}${feedPath}`), body.next);
      next = body.next.slice(publicUrl.length);
    }
    return found;
  };
  assert.deepEqual(await sizes(''), [500, 500, 10, 0]);
  assert.deepEqual(await sizes('?limit=1000'), [1000, 10, 0]);
  assert.deepEqual(await sizes('?limit=505'), [505, 505, 0], 'a full page need not be followed by another');
});

test('401, 403: a bad key, none, one without the scope: modify does not imply query', async () => {
  assert.equal((await send('GET', feedPath, { key: 'nobody' })).status, 401);
  assert.equal((await send('GET', feedPath, { key: null })).status, 403);
  const { key } = await keyWith(['openactive-customeraccount-modify']);
  const { status, body } = await send('GET', feedPath, { key });
  assert.equal(status, 403);
  assert.equal(body.description, 'The scope openactive-customeraccount-query is required.');
});

test('405 for any other method', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const { status, headers } = await send(method, feedPath, { body: {} });
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD']);
  }
});

test('429 for an empty page that the same client asks for again within 5 s; pages with items are not counted', async (t) => {
  const { tick } = stopClock(t);
  const config = {
    publicUrl,
    trustedProxies: [],
    addressLimits: { identified: 1, unidentified: 1 },
    evidence,
    checkResponses: true,
  };
  const app = buildServer({ store, config, log: pino({ level: 'silent' }) });
  t.after(() => app.close());
  const [mine, others] = [await keyWith(undefined), await keyWith(undefined)];
  const get = async (query: string, { key } = mine) =>
    app.inject({ url: `${feedPath}${query}`, headers: { authorization: `Bearer ${key}` } });
  const statusOf = async (...request: Parameters<typeof get>) => (await get(...request)).statusCode;
  const end = await position();
  const last = `?afterChangeNumber=${end}`;

  for (let times = 0; times < 5; times += 1) assert.equal(await statusOf('?limit=1'), 200);
  assert.equal(await statusOf(last), 200);
  tick(1500);
  const refusal = await get(last);
  assert.equal(refusal.statusCode, 429);
  assert.equal(refusal.headers['retry-after'], '4');
  assert.equal(refusal.json()['@type'], 'TooManyRequestsError');
  assert.equal(refusal.json().description, 'Repeat the request after 4 seconds.');
  assert.equal(await statusOf(`${last}&limit=9`), 429, 'the position counts, not the limit');
  assert.equal(await statusOf(`?afterChangeNumber=${end + 1}`), 200, 'another position');
  assert.equal(await statusOf(last, others), 200, 'another client');
  // What was refused uses nothing up: five seconds after the page that was served the next one is.
  tick(3500);
  assert.equal(await statusOf(last), 200);
  assert.equal(await statusOf(last), 429);
  // As soon as there is something it is told, however often.
  await put();
  for (let times = 0; times < 3; times += 1) assert.equal(await statusOf(last), 200);
});
