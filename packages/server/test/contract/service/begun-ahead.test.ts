import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialects } from '#server';
import { startTestServer } from '../../support/server.ts';

// Routes that are begun while it is still asked who has the key: whoever turns out not to have it sees nothing and leaves nothing.

const { send, store, database, organisation, keyWith } = await startTestServer();
const customer = { givenName: 'Ida', familyName: 'Moss' };

const list = await send('POST', '/v1/entitlement-lists', { body: { slug: 'list', title: 'List' } });
assert.equal(list.status, 201, list.text);
const type = await send('POST', '/v1/entitlement-lists/list/types', { body: { id: 'type', label: 'Type' } });
const other = await send('POST', '/v1/entitlement-lists/list/types', { body: { id: 'other', label: 'Other' } });
const account = await send('POST', '/v1/accounts', {
  body: { identifier: 'mine', customer, accessPass: [{ text: 'PASS', namespace: 'card' }] },
});
assert.equal(account.status, 201, account.text);
const { customerNumber } = account.body;
const { id, key } = await keyWith(undefined);
const held = async (what: string, body: object) => (await send('POST', `/v1/accounts/mine/${what}`, { body })).body.id;
const [changed, completed] = [
  await held('outstanding-actions', { kind: 'debt', name: 'Pay' }),
  await held('outstanding-actions', { kind: 'debt', name: 'Pay more' }),
];
const granted = await held('entitlements', { entitlementType: type.body.uri, validUntil: '2098-01-01' });

type Request = { method: string; url: string; body?: object; headers?: Record<string, string> };
const patch = (url: string, body: object, headers = {}): Request => ({
  method: 'PATCH',
  url,
  body,
  headers: { 'content-type': 'application/merge-patch+json', ...headers },
});
const post = (url: string, body?: object, headers = {}): Request => ({
  method: 'POST',
  url,
  ...(body && { body }),
  headers: { 'idempotency-key': url, ...headers },
});
const put = (url: string, body: object, headers = {}): Request => ({ method: 'PUT', url, body, headers });
const get = (url: string, headers = {}): Request => ({ method: 'GET', url, headers });

const v1 = '/v1/accounts/mine';
const v2 = '/api/v2/customer-accounts';
const openactive = '/openactive/customer-accounts';
const profiles = '/customers/v2/profiles';
const profile = `${profiles}/${customerNumber}`;
const own = `${profile}/customer-accounts`;
const named = { 'et-client-name': 'test' };
const requirement = encodeURIComponent(type.body.uri);
const wrapped = { '@context': 'https://openactive.io/', '@type': 'CustomerAccount' };
const person = (email: string) => ({ '@type': 'Person', ...customer, email });
const action = { '@context': 'https://openactive.io/', '@type': 'CustomerUpdateAction', object: { gender: 'a' } };
const names = { firstName: 'Ida', surname: 'Moss' };
const created = { createdBy: 'web', createdByChannel: 'web' };
const altered = { changedBy: 'web', changedByChannel: 'web' };

/** One valid request of each, by dialect and operation. */
const requests: Record<string, Request> = {
  'native createAccount': post('/v1/accounts', { customer }),
  'native readAccount': get(v1),
  'native changeAccount': patch(v1, { alias: 'Mine' }),
  'native putAccount': put('/v1/accounts/put', { customer }),
  'native createAccountOfCustomer': post(`/v1/customers/${customerNumber}/accounts`, {}),
  'native createCustomer': post('/v1/customers', customer),
  'native changeCustomer': patch(`/v1/customers/${customerNumber}`, { jobTitle: 'Baker' }),
  'native grantEntitlement': post(`${v1}/entitlements`, { entitlementType: other.body.uri, validUntil: '2099-01-01' }),
  'native changeEntitlement': patch(`${v1}/entitlements/${granted}`, { validUntil: '2098-01-02' }),
  'native createOutstandingAction': post(`${v1}/outstanding-actions`, { kind: 'debt', name: 'Pay' }),
  'native changeOutstandingAction': patch(`${v1}/outstanding-actions/${changed}`, { name: 'Pay less' }),
  'native completeOutstandingAction': post(`${v1}/outstanding-actions/${completed}/complete`),
  'native askEligibility': get(`${v1}/eligibility?entitlementType=${requirement}`),
  'native scanAccessPass': get('/v1/access-passes/card/PASS'),
  'openactive getCustomerAccount': get(`${openactive}/mine`),
  'openactive putCustomerAccount': put(`${openactive}/NM:1`, { ...wrapped, customer: person('a@example.com') }),
  'openactive patchCustomerAccount': patch(`${openactive}/mine`, { customer: { gender: 'b' } }),
  'imin createCustomerAccount': post(v2, { ...wrapped, customer: person('b@example.com') }),
  'imin readCustomerAccount': get(`${v2}/mine`),
  'imin patchCustomerAccount': patch(`${v2}/mine`, { gender: 'c' }),
  'imin performAction': post(`${v2}/mine/actions`, action),
  'entur createCustomerAccount': post(own, {}, named),
  'entur findCustomerByCustomerAccountId': get(`${profiles}/customer-accounts/mine`, named),
  'entur getCustomerAccount': get(`${own}/mine`, named),
  'entur updateCustomerAccount': patch(`${own}/mine`, { alias: 'Another' }, named),
  'entur createCustomer': post(profiles, { ...names, ...created, organisationId: organisation.id }, named),
  'entur findCustomerByCustomerNumber': get(profile, named),
  'entur updateCustomer': put(profile, { ...names, ...altered, isPreserveExistingValues: true }, named),
};

test('each of them is asked here', () => {
  const ahead = dialects.flatMap(({ name, routes }) =>
    routes.filter((route) => route.ahead).map(({ operationId }) => `${name} ${operationId}`),
  );
  assert.deepEqual(Object.keys(requests).sort(), ahead.sort());
});

/** All that is stored, but for who may ask. */
async function stored(): Promise<unknown> {
  await store.readRecords.flush();
  const tables = await database.query(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
      and relname not in ('api_client', 'read_recorder') order by 1`,
  );
  assert.ok(tables.length > 20);
  const digest = ({ name }: { name?: unknown }) =>
    database.query(`select '${name}' as name, count(*), md5(string_agg(t::text, ' ' order by t::text)) from ${name} t`);
  return Promise.all(tables.map(digest));
}

let more = 1_000_000;
const alter = (column: string, value: unknown) =>
  database.query(`update api_client set ${column} = $2 where id = $1`, [id, value]);

for (const [name, { method, url, body, headers = {} }] of Object.entries(requests)) {
  const ask = () => send(method, url, { key, headers, ...(body && { body }) });
  // With two servers each has to know the key.
  const becomeKnown = async () => {
    for (let server = 0; server < 2; server += 1) assert.equal((await send('GET', v1, { key })).status, 200);
  };

  test(`401, 403 ${name}: of whom the key is not any more, nothing is left`, async () => {
    for (const [column, lost, had, status] of [
      ['revoked_at', new Date(), null, 401],
      ['scopes', [], null, 403],
    ] as const) {
      await becomeKnown();
      const before = await stored();
      await alter(column, lost);
      const refused = await ask();
      assert.equal(refused.status, status, refused.text);
      assert.deepEqual(await stored(), before);
      await alter(column, had);
    }
    await becomeKnown();
    more += 1; // something about who has the key: so it is done once more, as whoever has it
    await alter('rate_limits', { perSecond: more, enturPerMinute: more, enturUnidentifiedPerMinute: more });
    const answered = await ask();
    assert.ok(answered.status < 300, answered.text);
    assert.equal(answered.headers['idempotency-replayed'], undefined);
    if (method !== 'POST') return;
    const again = await ask();
    assert.deepEqual([again.status, again.text], [answered.status, answered.text]);
    assert.equal(again.headers['idempotency-replayed'], 'true');
  });
}

test('413 not before it is certain whose the key is', async () => {
  const ask = () => send('POST', '/v1/accounts', { key, body: ' '.repeat(1024 * 1024 + 1) });
  await send('GET', v1, { key });
  await send('GET', v1, { key });
  assert.equal((await ask()).status, 413);
  await alter('revoked_at', new Date());
  assert.equal((await ask()).status, 401);
});
