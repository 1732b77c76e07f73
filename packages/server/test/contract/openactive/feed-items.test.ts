import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '#domain/account.ts';
import { withAction } from '#domain/action-changes.ts';
import { anyGrant, withGrant } from '#domain/grant.ts';
import { withPass } from '#domain/pass-changes.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { feedPath, followed, walkFeed } from '../../support/feed-walk.ts';
import { actorOf } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import { accountOf, base, pathOf, person, startTester } from './support.ts';

const tester = await startTester();
const { account, put, born, hold, stored, send, store, database, organisation, organisationWithKey, clock } = tester;
const feed = `${base}${feedPath}`;
clock.now = new Date('2026-11-21T12:00:00Z');

/** The newest change number of the organisation: from here on a test sees its own accounts only. */
const position = async () => (await store.changes.range(organisation.id)).newest;
const newItems = async (after: number) => followed(await walkFeed(tester, `${feed}?afterChangeNumber=${after}`));

test('200 nothing of the person, the passes, the proof and what is to be done, whatever an account holds', async () => {
  const proved = await typeOf(store, actorOf(organisation, clock.now), {
    id: 'student',
    label: 'Student',
    evidence: 'after',
  });
  const after = await position();
  const secret = 'Secretive';
  const identifier = await put(
    {
      '@type': 'Person',
      givenName: secret,
      familyName: secret,
      email: 'secretive@example.com',
      telephone: '0999 424242',
    },
    { accountNumber: 'SHOWN-1' },
  );
  const namespace = await store.passNamespaces.findDefault(organisation.id);
  await hold(identifier, (held, actor) => {
    const action = { kind: 'debt', name: secret, description: secret } as const;
    const granted = withGrant(held, { type: proved, validUntil: '2027-01-01', reason: secret }, actor, anyGrant);
    return withAction(withPass(granted, { namespace, text: 'SECRETIVE-7' }, actor), action, actor);
  });
  const extended = await account('GET', identifier, { headers: { prefer: 'profile=extended' } });
  assert.ok(
    extended.body.outstandingAction && extended.body.entitlement[0].evidenceRequestAction && extended.body.accessPass,
  );
  const [page] = await walkFeed(tester, `${feed}?afterChangeNumber=${after}`);
  const [item] = page?.items ?? [];
  assert.deepEqual(Object.keys(item?.data), [
    '@context',
    '@type',
    '@id',
    'identifier',
    'accountNumber',
    'hasHiddenEntitlements',
    'entitlement',
  ]);
  assert.deepEqual(Object.keys(item?.data.entitlement[0]), ['@type', 'validFrom', 'validUntil', 'entitlementType']);
  assert.doesNotMatch(page?.response.text as string, /secretive|424242|evidence|passes|tessera:|beta:/i);
});

test('200 each account once, where it changed last: by itself, with its customer, by the day', async () => {
  const after = await position();
  const actor = actorOf(organisation, clock.now);
  const [first, second] = [await put(), await put()];
  const type = await typeOf(store, actor, { id: 'later', label: 'Later' });
  await hold(second, (held, by) => withGrant(held, { type, validFrom: '2026-11-22' }, by, anyGrant));
  const before = await newItems(after);
  assert.deepEqual([...before.keys()], [first, second]);

  await account('PATCH', first, { body: { customer: { telephone: '020 7946 0001' } } });
  const changed = await newItems(after);
  assert.deepEqual([...changed.keys()], [second, first]);
  assert.ok((changed.get(first)?.modified as number) > (before.get(first)?.modified as number));
  assert.deepEqual(changed.get(first)?.data, before.get(first)?.data, 'a change of what only the account itself shows');

  // From midnight in London on the entitlement is shown; the job that follows gives the account a new place.
  clock.now = new Date('2026-11-22T00:00:00Z');
  assert.equal((await newItems(after)).get(second)?.data.entitlement.length, 1);
  assert.equal((await newItems(after)).get(second)?.modified, before.get(second)?.modified);
  await sweepAccounts(store, clock.now);
  assert.deepEqual([...(await newItems(after)).keys()].slice(-1), [second]);
  clock.now = new Date('2026-11-21T23:59:59.999Z');
  assert.equal((await newItems(after)).get(second)?.data.entitlement, undefined);
  clock.now = new Date('2026-11-21T12:00:00Z');
});

test('200 the day is that of the organisation', async () => {
  const { organisation: own, key } = await organisationWithKey('Kiritimati', 'Pacific/Kiritimati');
  const actor = actorOf(own, new Date('2026-11-21T09:00:00Z'));
  await typeOf(store, actor, { id: 'adult', label: 'Adult' });
  const entitlementType = `${own.baseUrl}/openactive/entitlement-lists/residents#adult`;
  const body = accountOf(person(), {
    entitlement: [{ entitlementType, validFrom: '2026-11-20', validUntil: '2026-11-22' }],
  });
  clock.now = actor.now;
  assert.equal((await send('PUT', pathOf('day'), { key, body })).status, 201);
  const shown = async (now: string) => {
    clock.now = new Date(now);
    return (await send('GET', feedPath, { key })).body.items[0].data.entitlement?.length;
  };
  assert.deepEqual([await shown('2026-11-21T09:59:59.999Z'), await shown('2026-11-21T10:00:00Z')], [1, undefined]);
  clock.now = new Date('2026-11-21T12:00:00Z');
});

test('200 an erased account is deleted, with identifier and number only; one that is created anew is updated again', async () => {
  const after = await position();
  const [erased, deleted] = [await put(), await put()];
  assert.equal((await account('DELETE', erased)).status, 202);
  await deleteAccount(store, actorOf(organisation), { identifier: deleted });
  const gone = await newItems(after);
  for (const id of [erased, deleted]) {
    const modified = gone.get(id)?.modified;
    assert.deepEqual(gone.get(id), { state: 'deleted', kind: 'CustomerAccount', id, modified });
  }
  assert.equal((await account('PUT', deleted, { body: accountOf() })).status, 201);
  const again = (await newItems(after)).get(deleted);
  assert.equal(again?.state, 'updated');
  assert.equal(again?.data['@id'], `${base}/openactive/customer-accounts/${deleted}`);
  assert.ok((again?.modified as number) > (gone.get(deleted)?.modified as number));
});

test('200 identifiers from other dialects: the id exactly, the member only where it is shown exactly', async () => {
  const after = await position();
  const identifiers = ['a b', 'a/b', '100%', '<b>', 'M&Mu', 'ü', '..x'];
  for (const identifier of identifiers) await born({}, { identifier });
  const items = await newItems(after);
  assert.deepEqual([...items.keys()], identifiers);
  for (const [id, { data }] of items) {
    assert.equal(data['@id'], `${base}${pathOf(id)}`);
    assert.equal(data.identifier, ['<b>', 'M&Mu'].includes(id) ? undefined : id);
  }
});

test('200 nothing of another organisation, whose feed has its own base, with and without the prefix', async () => {
  const { organisation: other, key } = await organisationWithKey('Elsewhere');
  await born({}, { identifier: 'shared' });
  await born({}, { identifier: 'shared' }, other);
  for (const prefix of ['', '/o/elsewhere']) {
    const { body } = await send('GET', `${prefix}${feedPath}`, { key });
    assert.deepEqual(
      body.items.map(({ id }: { id: string }) => id),
      ['shared'],
    );
    assert.equal(body.next, `${other.baseUrl}${feedPath}?afterChangeNumber=2`);
  }
  assert.equal((await send('GET', `/o/elsewhere${feedPath}`)).status, 404);
});

test('the account in the feed is the account that is read, as far as the feed goes', async () => {
  const after = await position();
  const identifier = await put(person(), { accountNumber: 'SAME 1' });
  const [item] = (await newItems(after)).values();
  const read = (await account('GET', identifier)).body;
  for (const [member, value] of Object.entries(item?.data)) assert.deepEqual(value, read[member], member);
  assert.equal(item?.modified, await numberOf(await stored(identifier)));
});

async function numberOf({ account: { number } }: { account: Account }): Promise<unknown> {
  const rows = await database.query('select change_number from account where organisation_id = $1 and number = $2', [
    organisation.id,
    number,
  ]);
  return Number(rows[0]?.change_number);
}
