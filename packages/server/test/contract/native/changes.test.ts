import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicUrl, startTestServer } from '../../support/server.ts';
import { changesApi, type Item } from './changes-support.ts';
import { holdingsApi } from './holdings-support.ts';
import { assertProblem, nativeApi, person } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const holdings = holdingsApi(server);
const { get, newest, changesOf } = changesApi(server);

test('200 from the beginning: what happened, in order, without values', async () => {
  const { key } = await server.organisationWithKey('Beginning');
  const customer = await api.customer({ givenName: 'Perpetua' }, key);
  const { customerNumber } = customer;
  const account = await api.account({ customerNumber, identifier: 'first', alias: 'home' }, key);
  const patched = await send('PATCH', `/v1/customers/${customerNumber}`, { key, body: { jobTitle: 'Baker' } });
  assert.equal(patched.status, 200);
  const response = await send('GET', '/v1/changes', { key });
  const ofAccount = { customerNumber, accountNumber: account.number, identifier: 'first' };
  const { items, position, next } = response.body;
  const created = items[0];
  assert.deepEqual(
    items.map(({ at, ...rest }: Item) => rest),
    [
      {
        number: 1,
        kind: 'customer.created',
        kinds: ['customer.created'],
        cause: 'own',
        customerNumber,
        version: 1,
        members: created.members,
      },
      {
        number: 2,
        kind: 'account.created',
        kinds: ['account.created'],
        cause: 'own',
        ...ofAccount,
        version: 1,
        members: items[1].members,
      },
      {
        number: 3,
        kind: 'customer.updated',
        kinds: ['customer.updated'],
        cause: 'own',
        customerNumber,
        version: 3, // a new account raises it too
        members: ['jobTitle'],
      },
      {
        number: 4,
        kind: 'account.updated',
        kinds: ['account.updated'],
        cause: 'customer',
        ...ofAccount,
        version: 2,
        members: [],
      },
    ],
  );
  assert.ok(created.members.includes('givenName') && items[1].members.includes('alias'));
  assert.ok(Math.abs(Date.parse(created.at) - Date.now()) < 60_000);
  assert.ok(!response.text.includes('Perpetua') && !response.text.includes('Baker'));
  assert.equal(position, 4);
  assert.equal(next, `${publicUrl}/o/beginning/v1/changes?after=4`);
  assert.equal(response.headers['cache-control'], 'private, no-store');
  assert.equal(response.headers.vary, 'Accept');
  assert.deepEqual((await get('/v1/changes?after=0', key)).items, items);
});

test('200 page by page along next: each once, in order, with all that was asked for', async () => {
  const from = await newest();
  for (let count = 0; count < 5; count += 1) await api.account();
  let url = `/v1/changes?limit=3&after=${from}&wait=0&kind=account.created%2Ccustomer.created`;
  const numbers: number[] = [];
  for (let page = await get(url); page.items.length > 0; page = await get(page.next)) {
    assert.ok(page.items.length <= 3);
    assert.equal(page.position, page.items.at(-1).number);
    assert.equal(new URL(page.next).search, url.slice(url.indexOf('?')).replace(/after=\d+/, `after=${page.position}`));
    numbers.push(...page.items.map(({ number }) => number));
    url = page.next;
  }
  assert.deepEqual(
    numbers,
    Array.from({ length: 10 }, (_, index) => from + 1 + index),
  );
});

test('200 with after=now: nothing, and the position to go on from, whatever wait says', async () => {
  await api.customer();
  const { items, position, next } = await get('/v1/changes?after=now&wait=30&limit=7');
  assert.deepEqual(items, []);
  assert.equal(next, `${publicUrl}/v1/changes?after=${position}&wait=30&limit=7`);
  const { customerNumber } = await api.customer();
  const page = await get(next);
  assert.deepEqual([page.items.length, page.items[0].customerNumber], [1, customerNumber]);
});

test('200 when there is nothing new: an empty page, and the same position', async () => {
  const position = await newest();
  assert.deepEqual(await get(`/v1/changes?after=${position}`), {
    items: [],
    position,
    next: `${publicUrl}/v1/changes?after=${position}`,
  });
});

test('200 for an organisation where nothing has happened yet', async () => {
  const { key } = await server.organisationWithKey('Quiet');
  assert.equal((await get('/v1/changes', key)).position, 0);
  assert.equal((await get('/v1/changes?after=now', key)).position, 0);
});

test('200 what is no customer is told by its key', async () => {
  const items = await changesOf(() =>
    send('POST', '/v1/entitlement-lists', { body: { slug: 'students', title: 'Students' } }),
  );
  assert.deepEqual(
    items.map(({ kind, key }) => [kind, key]),
    [['entitlement-list.created', 'students']],
  );
});

test('200 with kinds: of a subject, and of what happened in it; position tells of what was left out', async () => {
  const entitlementType = await holdings.type();
  const from = await newest();
  await holdings.grant(await holdings.account(), { entitlementType });
  await api.customer();
  const to = await newest();
  const one = await get(`/v1/changes?after=${from}&kind=entitlement.granted`);
  assert.deepEqual(
    one.items.map(({ kind, kinds }) => [kind, kinds]),
    [['account.updated', ['account.updated', 'entitlement.granted']]],
  );
  assert.equal(one.position, to);
  const none = await get(`/v1/changes?after=${from}&kind=customer.merged`);
  assert.deepEqual([none.items, none.position], [[], to]);
  const two = await get(`/v1/changes?after=${from}&kind=customer.created,account.created`);
  assert.deepEqual(
    two.items.map(({ kind }) => kind),
    ['customer.created', 'account.created', 'customer.created'],
  );
});

test('200 a filter looks at 10,000 changes at most, then says how far it came', async () => {
  const { organisation, key } = await server.organisationWithKey('Long past');
  await fillLog(organisation.id, 12_000);
  const { customerNumber } = await api.customer({}, key);
  const first = await get('/v1/changes?kind=customer.created&wait=30', key);
  assert.deepEqual([first.items, first.position], [[], 10_000]);
  const second = await get(first.next, key);
  assert.deepEqual(
    second.items.map((item) => item.customerNumber),
    [customerNumber],
  );
  assert.equal(second.position, 12_001);
  assert.equal((await get('/v1/changes?limit=1000', key)).items.length, 1000);
});

test('200 with include=account: the account as it is now, once, with the last of its changes on the page', async () => {
  const from = await newest();
  const { identifier, customerNumber } = await api.account({ customer: person({ givenName: 'Ida' }) });
  const gone = await api.account({ customerNumber });
  await api.patch(`/v1/accounts/${identifier}`, { alias: 'work' });
  await api.patch(`/v1/customers/${customerNumber}`, { givenName: 'Ada' });
  assert.equal((await send('DELETE', `/v1/accounts/${gone.identifier}`)).status, 204);
  const now = (await send('GET', `/v1/accounts/${identifier}`)).body;
  const { items } = await get(`/v1/changes?after=${from}&include=account`);
  const withAccount = items.filter(({ account }) => account);
  assert.deepEqual(
    withAccount.map(({ kind, cause }) => [kind, cause]),
    [['account.updated', 'customer']],
  );
  assert.deepEqual(withAccount[0].account, now);
  assert.equal(withAccount[0].account.customer.givenName, 'Ada');
  const first = await get(`/v1/changes?after=${from}&include=account&limit=2`);
  assert.deepEqual(first.items[1].account, now);
  assert.equal(new URL(first.next).searchParams.get('include'), 'account');
});

test('200 with include=account: an identifier that is another account now shows nothing under the former one', async () => {
  const from = await newest();
  const former = await api.account({ identifier: 'twice' });
  assert.equal((await send('DELETE', '/v1/accounts/twice')).status, 204);
  const latter = await api.account({ identifier: 'twice' });
  const { items } = await get(`/v1/changes?after=${from}&include=account&kind=account.created`);
  assert.deepEqual(
    items.map(({ accountNumber, identifier, account }) => [accountNumber, identifier, account?.number]),
    [
      [former.number, undefined, undefined],
      [latter.number, 'twice', latter.number],
    ],
  );
});

test('403 include=account needs the scope accounts:read too', async () => {
  const { key } = await server.keyWith(['changes:read']);
  assert.equal((await send('GET', '/v1/changes?after=now', { key })).status, 200);
  const response = await send('GET', '/v1/changes?include=account', { key });
  assertProblem(response, 403, 'insufficient-scope');
  assert.match(response.body.detail, /accounts:read/);
  const both = await server.keyWith(['changes:read', 'accounts:read']);
  assert.equal((await send('GET', '/v1/changes?include=account', { key: both.key })).status, 200);
});

test('200 format=entur: exactly four members; no account that changed only because its customer did', async () => {
  const { id: organisationId } = server.organisation;
  let number = 0;
  const items = await changesOf(async () => {
    const { customerNumber, identifier } = await api.account();
    number = customerNumber;
    await api.patch(`/v1/customers/${customerNumber}`, { jobTitle: 'Cook' });
    await api.patch(`/v1/accounts/${identifier}`, { alias: 'boat' });
    await send('POST', '/v1/pass-namespaces', { body: { name: 'entur-cards' } });
    await send('DELETE', `/v1/accounts/${identifier}`);
    await api.account({ customerNumber });
    await send('DELETE', `/v1/customers/${customerNumber}`);
  }, '&format=entur');
  const [{ number: first, payload }] = items;
  assert.deepEqual(Object.keys(payload).sort(), ['customerNumber', 'organisationId', 'timestamp', 'type']);
  assert.match(payload.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(items.every((item) => Object.keys(item).join() === 'number,kind,payload'));
  assert.deepEqual(
    items.map(({ number: own, kind, payload: { timestamp: _, ...rest } }) => [own - first, kind, rest]),
    [
      [0, 'customer.created', { customerNumber: number, organisationId, type: 'CREATE' }],
      [1, 'account.created', { customerNumber: number, organisationId, type: 'CREATE' }],
      [2, 'customer.updated', { customerNumber: number, organisationId, type: 'UPDATE' }],
      [4, 'account.updated', { customerNumber: number, organisationId, type: 'UPDATE' }],
      [6, 'account.deleted', { customerNumber: number, organisationId, type: 'DELETE' }],
      [7, 'account.created', { customerNumber: number, organisationId, type: 'CREATE' }],
      [8, 'customer.deleted', { customerNumber: number, organisationId, type: 'DELETE' }],
      [9, 'account.deleted', { customerNumber: number, organisationId, type: 'DELETE' }],
    ],
  );
  const accounts = await get(`/v1/changes?format=entur&kind=account.updated&after=${first - 1}`);
  assert.deepEqual(
    accounts.items.map((item) => item.number),
    [first + 4],
  );
  assert.equal(accounts.position, first + 9);
});

test('200 after an erasure the changes are still told, without anything about the person', async () => {
  const from = await newest();
  const { customerNumber, identifier } = await api.account({
    customer: person({ givenName: 'Perpetua' }),
    alias: 'boat',
  });
  assert.equal((await send('DELETE', `/v1/customers/${customerNumber}`)).status, 204);
  const response = await send('GET', `/v1/changes?after=${from}&include=account`);
  assert.deepEqual(
    response.body.items.map((item: Item) => [
      item.kind,
      item.cause,
      item.customerNumber,
      item.identifier,
      item.account,
    ]),
    [
      ['customer.created', 'own', customerNumber, undefined, undefined],
      ['account.created', 'own', customerNumber, identifier, undefined],
      ['customer.deleted', 'erasure', customerNumber, undefined, undefined],
      ['account.deleted', 'erasure', customerNumber, identifier, undefined],
    ],
  );
  for (const text of ['Perpetua', 'boat', '@example.com']) assert.ok(!response.text.includes(text), text);
});

test("another organisation's changes are not there, and its positions mean nothing", async () => {
  const other = await server.organisationWithKey('Neighbour');
  await Promise.all(Array.from({ length: 30 }, (_, index) => (index % 3 ? api.account() : api.account({}, other.key))));
  const theirs = await get('/v1/changes', other.key);
  assert.deepEqual(
    theirs.items.map(({ number }) => number),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  const numbers = new Set(theirs.items.map(({ customerNumber }) => customerNumber));
  const own = await get(`/v1/changes?limit=1000&after=${(await newest()) - 40}`);
  assert.ok(own.items.every(({ customerNumber }) => !numbers.has(customerNumber)));
  const ours = await newest();
  assertProblem(await send('GET', `/v1/changes?after=${ours}`, { key: other.key }), 400, 'invalid', ['?after']);
  assertProblem(await send('GET', '/o/demo/v1/changes', { key: other.key }), 404, 'unknown-route');
  assert.equal((await send('GET', '/o/neighbour/v1/changes', { key: other.key })).status, 200);
});

test('HEAD answers as GET does, without a body', async () => {
  const response = await send('HEAD', '/v1/changes?limit=1');
  assert.deepEqual([response.status, response.text], [200, '']);
});

/** Changes that say nothing, straight into the log. */
async function fillLog(organisationId: number, count: number): Promise<void> {
  await server.database.query(
    `insert into change (organisation_id, number, audit_number, subject, kind, cause, version, members, events, at)
      select $1, n, n, 'organisation', 'updated', 'own', n, '{}', '{}', now() from generate_series(1, $2::int) n`,
    [organisationId, count],
  );
  await server.database.query('update organisation_counter set change_number = $2 where organisation_id = $1', [
    organisationId,
    count,
  ]);
}
