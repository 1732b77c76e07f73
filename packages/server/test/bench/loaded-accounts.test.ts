import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import type { Account } from '#domain/account.ts';
import { withAction } from '#domain/action-changes.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { createEntitlementList } from '#operations/entitlement-lists/create.ts';
import { createEntitlementType } from '#operations/entitlement-types/create.ts';
import { withInitial } from '#operations/holdings/initial.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import { secondaryIndexes } from '../../../../bench/growth/indexes.ts';
import { loadAccounts } from '../../../../bench/growth/load-accounts.ts';
import { loadedTables } from '../../../../bench/growth/load-statement.ts';
import { assertIndexed, planRequests } from '../../../../bench/growth/plans.ts';
import { plannedRequests } from '../../../../bench/growth/requests.ts';
import { assertRoom, roomFor, scalesOf } from '../../../../bench/growth/scales.ts';
import { catalogue } from '../../../../bench/growth/template.ts';
import { startTestServer } from '../support/server.ts';

// What the benchmark loads in bulk is what the server itself would have stored, and what it measures at scale are look-ups in indexes.
const { app, database, store, organisation, key, send, organisationWithKey } = await startTestServer();
const connected = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(database.connection);
  await client.connect();
  return work(client).finally(() => client.end());
};
const load = (from: number, accounts: number) =>
  connected((client) => loadAccounts(client, { organisationId: organisation.id, from, accounts }));
const indexes = async () =>
  (await connected((client) => secondaryIndexes(client, loadedTables))).map(({ definition }) => definition).sort();
const indexesBefore = await indexes();
await load(1, 200);

const ok = async (method: string, url: string, options: Parameters<typeof send>[2] = {}) => {
  const answer = await send(method, url, options);
  assert.equal(answer.status, 200, `${method} ${url}: ${answer.text}`);
  return answer.body;
};
/** From so many on, PostgreSQL plans as it does for millions. */
const most = 20_000;
const type = `${organisation.baseUrl}/openactive/entitlement-lists/${catalogue.list}#${catalogue.type}`;
const action = '00000000-0000-7000-8003-000000000007';

test('a loaded account answers in all four dialects', async () => {
  const { customer, accessPass, entitlement, outstandingAction, ...account } = await ok('GET', '/v1/accounts/bench-7');
  assert.equal(account.identifier, 'bench-7');
  assert.equal(customer.email, 'customer-7@example.org');
  assert.deepEqual([accessPass.length, accessPass[0].namespace, accessPass[0].text], [1, 'card', '0000000007']);
  assert.deepEqual([entitlement.length, entitlement[0].entitlementType.id, entitlement[0].state], [1, type, 'active']);
  assert.deepEqual(
    [outstandingAction.length, outstandingAction[0].id, outstandingAction[0].state],
    [1, action, 'open'],
  );
  const openactive = await ok('GET', '/openactive/customer-accounts/bench-7');
  const imin = await ok('GET', '/api/v2/customer-accounts/bench-7');
  for (const body of [openactive, imin]) assert.equal(body.customer.email, 'customer-7@example.org');
  const profile = await ok('GET', '/customers/v2/profiles/customer-accounts/bench-7');
  assert.equal(profile.customerNumber, customer.customerNumber);
  await ok('GET', `/customers/v2/profiles/${customer.customerNumber}/customer-accounts/bench-7`);
});

test('it is found by its pass, by its e-mail address, by its street, and may use an offer', async () => {
  const scanned = await ok('GET', '/v1/access-passes/card/0000000199');
  assert.deepEqual([scanned.state, scanned.account.identifier], ['active', 'bench-199']);
  const { customer } = await ok('GET', '/v1/accounts/bench-199');
  const byEmail = await ok('GET', '/v1/customers?email=Customer-199@example.org');
  assert.deepEqual(byEmail.items.map(numberOf), [customer.customerNumber]);
  const street = encodeURIComponent(customer.address.streetAddress);
  const byStreet = await ok('GET', `/customers/v2/profiles?postalAddress=${street}`);
  assert.ok(byStreet.some((profile: { customerNumber: number }) => profile.customerNumber === customer.customerNumber));
  const answer = await ok('GET', `/v1/accounts/bench-199/eligibility?entitlementType=${encodeURIComponent(type)}`);
  assert.deepEqual([answer.eligible, answer.mayBook], [true, true]);
});

function numberOf({ customerNumber }: { customerNumber: number }): number {
  return customerNumber;
}

test('the list has all of them, in order, and the one they were made from', async () => {
  const found: string[] = [];
  for (let url = '/v1/accounts?limit=150'; url !== undefined; ) {
    const page = await ok('GET', url);
    found.push(...page.items.map(({ identifier }: { identifier: string }) => identifier));
    url = page.next?.slice(organisation.baseUrl.length);
  }
  const expected = Array.from({ length: 200 }, (_, index) => `bench-${index + 1}`);
  assert.deepEqual(found, ['bench-template', ...expected]);
});

test('it can be changed, with change and audit, and the log begins behind what was loaded', async () => {
  const [counter] = await database.query(
    'select change_number::int as newest, pruned_to::int from organisation_counter where organisation_id = $1',
    [organisation.id],
  );
  assert.equal(counter?.newest, counter?.pruned_to);
  const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
  await ok('PATCH', '/v1/accounts/bench-8', { ...patch, body: { alias: 'Mine' } });
  await ok('PATCH', `/v1/accounts/bench-7/outstanding-actions/${action}`, { ...patch, body: { name: 'Say hello' } });
  const { items } = await ok('GET', `/v1/changes?after=${counter?.newest}`);
  assert.deepEqual(
    items.map(({ identifier, members }: { identifier: string; members: string[] }) => [identifier, members]),
    [
      ['bench-8', ['alias']],
      ['bench-7', ['outstandingAction']],
    ],
  );
  const audit = await database.query('select operation from audit where organisation_id = $1 order by number', [
    organisation.id,
  ]);
  assert.deepEqual(
    audit.map(({ operation }) => operation),
    ['accounts.change', 'outstanding-actions.change'],
  );
});

test('its rows are what the server makes of such an account, but for numbers, ids and times', async () => {
  const other = (await organisationWithKey('Other')).organisation;
  const actor = tesseraActor(other, 'command-line', new Date());
  await createEntitlementList(store, actor, { slug: catalogue.list, title: 'Resident schemes' });
  const label = { id: catalogue.type, label: 'Adult Resident', defaultDuration: 'P1Y' };
  await createEntitlementType(store, actor, catalogue.list, label);
  const [stored] = await database.query(
    `select document::text as document from account where organisation_id = $1 and identifier = 'bench-9'`,
    [organisation.id],
  );
  const loaded: { account: Account; customer: { details: { addresses: { id: number }[] } } } = JSON.parse(
    stored?.document as string,
  );
  const { addresses, ...details } = loaded.customer.details;
  const input = {
    accessPass: [{ namespace: catalogue.namespace, text: loaded.account.accessPass[0]?.text as string }],
    entitlement: [{ entitlementType: type.replace(organisation.baseUrl, other.baseUrl) }],
  };
  const { kind, name, description } = loaded.account.outstandingAction[0] ?? assert.fail();
  const held = async (account: Account) =>
    withAction(
      await withInitial(store, actor, account, input),
      { kind, name, ...(description ? { description } : {}) },
      actor,
    );
  const person = { ...details, addresses: addresses.map(({ id: _, ...address }) => address) };
  await createAccount(store, actor, { customer: { kind: 'person', details: person } }, { identifier: 'bench-9', held });

  const [one, same] = [await rowsOf(organisation.id), await rowsOf(other.id)];
  for (const table of loadedTables) assert.equal(one[table], same[table], table);
});

/** All rows of account bench-9, with a sign in place of all that no two accounts share. */
async function rowsOf(organisationId: number): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for (const table of loadedTables) {
    const number = table === 'customer' ? 'number' : 'customer_number';
    const found = await database.query(
      `select t::text as row from ${table} t where organisation_id = $1 and ${number} =
        (select customer_number from account where organisation_id = $1 and identifier = 'bench-9')`,
      [organisationId],
    );
    assert.equal(found.length, 1, table);
    rows[table] = String(found[0]?.row)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00)/g, '<time>')
      .replace(/(uuid"":"")\w{32}/g, '$1<uuid>')
      .replace(/((?:number|customerNumber|id)"":)\d+/g, '$1<number>')
      .replace(/(^\(|,)\d+(?=[,)])/g, '$1<number>');
  }
  return rows;
}

test('more are loaded at scale, and every statement of the hot requests looks things up in indexes', async () => {
  await load(201, most - 200);
  assert.deepEqual(await indexes(), indexesBefore);
  const [numbers] = await database.query(
    `select a.number::int - 1 as account, a.customer_number::int - 1 as "customerBefore", o.pruned_to::int as begin from account a
      join organisation_counter o using (organisation_id) where a.organisation_id = $1 and a.identifier = 'bench-1'`,
    [organisation.id],
  );
  const { account, customerBefore, begin } = numbers as { account: number; customerBefore: number; begin: number };
  const tenant = {
    id: organisation.id,
    key,
    slowKey: key,
    clientId: 0,
    accounts: most,
    customerBefore,
    accountBefore: account,
  };
  const customer = { givenName: 'Ida', familyName: 'Moss', email: 'heavy@example.org' };
  const heavy = await send('POST', '/v1/accounts', { body: { identifier: 'bench-heavy', customer } });
  assert.equal(heavy.status, 201, heavy.text);
  const inside = { app, store, connection: database.connection };
  const planned = await planRequests(inside, plannedRequests(tenant, begin), tenant.accounts);
  assertIndexed(planned);
  const requests = new Set(planned.map(({ request }) => request));
  for (const request of [
    'get openactive',
    'get imin',
    'get entur',
    'get entur profile',
    'get heavy',
    'list page',
    'eligibility',
  ])
    assert.ok(requests.has(request), request);
  const seen = new Set(planned.map(({ statement }) => statement));
  for (const statement of [
    'clients-by-id',
    'accounts-by-identifier',
    'passes-by-key',
    'commit-batch-adds-keeps',
    'accounts-list',
  ])
    assert.ok(seen.has(statement), statement);
});

test('what the disk has no room for is refused before anything is done', async () => {
  assert.deepEqual(scalesOf('10m'), [10_000, 1_000_000, 10_000_000]);
  assert.ok(roomFor(scalesOf('10m')) >= 60e9);
  assert.throws(() => scalesOf('2m'), /There is no scale 2m/);
  await assertRoom(import.meta.dirname, [1]);
  await assert.rejects(
    assertRoom(import.meta.dirname, [10 ** 12]),
    /accounts need \d+ GB of disk, and .* has \d+ GB free/,
  );
});
