import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EntitlementType, typeUri } from '#domain/entitlement-list.ts';
import { anyGrant, withGrant } from '#domain/grant.ts';
import { isIdentifier } from '#domain/identifier.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { base, newIdentifier, startTester } from '../contract/openactive/support.ts';
import { anyType, daysAround } from '../support/arbitrary-holdings.ts';
import { type FeedPage, feedPath, followed, walkFeed } from '../support/feed-walk.ts';
import { actorOf } from '../support/fixtures.ts';
import { typeOf } from '../support/holdings.ts';
import { hostileText } from '../support/hostile-text.ts';
import { failuresOf } from '../support/openactive-validator.ts';
import { rpdeFailures } from '../support/rpde-validator.ts';

/*
 * OpenActive's validators find no failure in the feed, neither in whole walks through its pages nor in the accounts it shows
 * (openactive.md 6, C5 and C6). What they do not catch is asserted beside it.
 */

const tester = await startTester();
const { born, hold, store, organisation, organisationWithKey, keyWith, send, clock } = tester;
clock.now = new Date('2026-11-21T12:00:00Z');
const operator = actorOf(organisation, clock.now);
const feed = `${base}${feedPath}`;

/** A walk, judged as a whole and account by account; what the validators do not see included. */
async function conformingWalk(from?: string): Promise<FeedPage[]> {
  const pages = await walkFeed(tester, from);
  assert.deepEqual(rpdeFailures(pages), []);
  let before = 0;
  for (const { url, response, items } of pages) {
    assert.deepEqual(Object.keys(response.body), ['next', 'items']);
    const last = items.at(-1);
    assert.equal(
      last ? new URL(response.body.next).searchParams.get('afterChangeNumber') : response.body.next,
      last ? String(last.modified) : url,
    );
    for (const { state, kind, modified, data } of items) {
      assert.equal(kind, 'CustomerAccount');
      assert.ok(Number.isSafeInteger(modified) && modified > before, 'a JSON number above the ones before');
      before = modified;
      assert.equal(state === 'updated', data !== undefined);
      if (!data) continue;
      assert.deepEqual(await failuresOf(data), []);
      assert.equal(data['@type'], 'CustomerAccount');
      assert.equal(typeof data.hasHiddenEntitlements, 'boolean');
      for (const hidden of ['customer', 'accessPass', 'outstandingAction']) assert.ok(!(hidden in data), hidden);
      assert.doesNotMatch(JSON.stringify(data), /evidenceRequestAction|"(tessera|beta):/);
    }
  }
  return pages;
}

test('C6 an empty feed, from the beginning, with a limit, and from behind its end', async () => {
  const { organisation: nobody } = await organisationWithKey('Nobody');
  for (const query of ['', '?limit=3', '?afterChangeNumber=9007199254740991']) {
    const url = `${base}/o/nobody${feedPath}${query}`;
    const { key } = await keyWith(undefined, nobody);
    const response = await send('GET', url.slice(base.length), { key });
    assert.deepEqual(rpdeFailures([{ url, response, items: response.body.items }]), []);
    assert.deepEqual(response.body, { next: url, items: [] });
  }
});

test('C5, C6 walks from the first page, from the middle, with limits: all that accounts can be, with hostile texts', async () => {
  const types: EntitlementType[] = [];
  for (const type of fc.sample(anyType, 25))
    types.push(await typeOf(store, operator, JSON.parse(JSON.stringify(type))));
  const text = (maxLength: number) => fc.sample(hostileText({ maxLength }), 1)[0] as string;
  const identifiers = fc.sample(
    hostileText({ maxLength: 50 }).filter((one) => isIdentifier(`${one}#99`)),
    30,
  );
  for (const [index, hostile] of identifiers.entries()) {
    const email = `${index}@example.com`;
    const organization = { kind: 'organization', details: { name: text(100), email } } as const;
    const identifier = await born(
      index % 4 === 0 ? organization : { details: { givenName: text(50), familyName: text(50), email } },
      { identifier: `${hostile}#${index}`, accountNumber: `${text(30)}#${index}`, alias: text(60) },
    );
    await hold(identifier, (account, actor) => {
      const wanted = types.filter((_, place) => place % 5 === index % 5);
      const granted = wanted.reduce((one, type) => {
        const [days] = fc.sample(daysAround('2026-11-21'), 1);
        return withGrant(one, { type, ...days }, actor, anyGrant);
      }, account);
      return index % 3 ? granted : { ...granted, hiddenDiscount: true };
    });
  }
  const [whole] = await conformingWalk();
  assert.equal(whole?.items.length, 30);
  const shown = whole?.items.flatMap(({ data }) => data.entitlement ?? []);
  assert.ok((shown?.length as number) > 10);
  const uris = new Set(types.filter(({ hidden }) => !hidden).map((type) => typeUri(organisation.baseUrl, type)));
  for (const { entitlementType, validFrom, validUntil } of shown ?? []) {
    assert.ok(uris.has(entitlementType['@id']));
    assert.ok(validFrom <= '2026-11-21' && (validUntil ?? '9999') > '2026-11-21');
  }
  for (const limit of [1, 7, 30, 31, 1000]) {
    const pages = await conformingWalk(`${feed}?limit=${limit}`);
    assert.equal(pages.length, Math.ceil(30 / limit) + 1);
    assert.deepEqual(followed(pages), followed([whole as FeedPage]), 'the same, however it is cut');
  }
  const middle = whole?.items[14]?.modified;
  assert.equal((await conformingWalk(`${feed}?afterChangeNumber=${middle}&limit=10`)).length, 3);
});

test('C6 after erasure, deletion and creation anew, also while they happen', async () => {
  const identifiers = [];
  for (let count = 0; count < 12; count += 1) identifiers.push(await born({}, { identifier: newIdentifier() }));
  const [erased, deleted, again] = identifiers as [string, string, string];
  const steps = [
    () => eraseCustomer(store, operator, { identifier: erased }),
    () => deleteAccount(store, operator, { identifier: deleted }),
    () => deleteAccount(store, operator, { identifier: again }),
    () => born({}, { identifier: again }),
  ];
  const moving = await walkFeed(tester, `${feed}?limit=9`, async () => void (await steps.shift()?.()));
  assert.deepEqual(rpdeFailures(moving), []);
  for (const step of steps) await step();
  const still = followed(await conformingWalk(`${feed}?limit=9`));
  assert.deepEqual(
    [erased, deleted, again].map((id) => still.get(id)?.state),
    ['deleted', 'deleted', 'updated'],
  );
});

/* Negative controls: each of these must fail, so that the checks are known to check. */

const item = {
  state: 'updated',
  kind: 'CustomerAccount',
  id: 'NM:1',
  modified: 12,
  data: {
    '@context': 'https://openactive.io/',
    '@type': 'CustomerAccount',
    '@id': `${base}/openactive/customer-accounts/NM:1`,
  },
};
const good = {
  url: `${feed}?afterChangeNumber=10`,
  status: 200,
  headers: {
    'content-type': 'application/vnd.openactive.booking+json; version=1',
    'cache-control': 'private, no-store',
  } as Record<string, string>,
  body: {
    next: `${feed}?afterChangeNumber=13`,
    items: [item, { ...item, state: 'deleted', data: undefined, modified: 13 }],
  } as object,
};

/** What is found in a walk whose second page is given. */
function failuresIn(page: Partial<typeof good>): string[] {
  const { url, ...response } = { ...good, ...page };
  const first = { next: `${feed}?afterChangeNumber=10`, items: [{ ...item, modified: 10 }] };
  const pages = [
    { url: feed, response: { ...good, body: first, text: '' }, items: [] },
    { url, response: { ...response, text: '' }, items: [] },
  ];
  return rpdeFailures(pages);
}

test('the pages that the controls spoil have no failure', () => assert.deepEqual(failuresIn({}), []));

const { data: _, ...withoutData } = item;
const { id: __, ...withoutId } = item;
const spoilt: Record<string, Partial<typeof good>> = {
  'a license': { body: { ...good.body, license: 'https://creativecommons.org/licenses/by/4.0/' } },
  'public caching': { headers: { ...good.headers, 'cache-control': 'public, max-age=3600' } },
  'the media type application/json': { headers: { ...good.headers, 'content-type': 'application/json' } },
  'next not above the request': { body: { ...good.body, next: `${feed}?afterChangeNumber=10` } },
  'next below the request': { body: { ...good.body, next: `${feed}?afterChangeNumber=9` } },
  'afterChangeNumber=0': { body: { ...good.body, next: `${feed}?afterChangeNumber=0` } },
  'a relative next': { body: { ...good.body, next: `${feedPath}?afterChangeNumber=13` } },
  'next on another path': { body: { ...good.body, next: `${base}/feeds?afterChangeNumber=13` } },
  'data on a deleted item': { body: { ...good.body, items: [{ ...item, state: 'deleted' }] } },
  'an updated item without data': { body: { ...good.body, items: [withoutData] } },
  'an item without id': { body: { ...good.body, items: [withoutId] } },
  'another state': { body: { ...good.body, items: [{ ...item, state: 'created' }] } },
  'no items': { body: { next: `${feed}?afterChangeNumber=13` } },
  'another status': { status: 500 },
};

for (const [what, page] of Object.entries(spoilt)) {
  test(`a failure for ${what}`, () => assert.notEqual(failuresIn(page).length, 0));
}
