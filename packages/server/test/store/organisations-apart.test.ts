import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Database } from '#store/database.ts';
import { startTestServer, type TestResponse } from '../support/server.ts';

// Three organisations whose customers have the same names for everything: identifiers, e-mail addresses, passes, numbers, lists. What
// tells them apart is a word in every text that only they write. Whatever is asked at the same time, nobody ever sees another's word.
const server = await startTestServer();
const { send, database } = server;
const words = ['Qalpha', 'Qbravo', 'Qcharlie'] as const;
type Word = (typeof words)[number];
type Tenant = { word: Word; id: number; key: string; customerNumber: number };

const merge = { 'content-type': 'application/merge-patch+json' };
const shared = 'shared';
const names = [0, 1].map((n) => `${shared}${n}`);
const tenants = await Promise.all(words.map(open));
const context = { '@context': 'https://openactive.io/' };

async function open(word: Word): Promise<Tenant> {
  const { organisation, key } = await server.organisationWithKey(word);
  const done = async (url: string, body: object) => {
    const response = await send('POST', url, { key, body });
    assert.equal(response.status, 201, response.text);
    return response.body;
  };
  await done('/v1/entitlement-lists', { slug: 'list', title: word });
  const { uri } = await done('/v1/entitlement-lists/list/types', { id: 'type', label: word });
  let customerNumber = 0;
  for (const name of names) {
    const customer = { familyName: word, givenName: word, email: `${name}@example.com`, customerRef: `R${name}` };
    const holdings = { accessPass: [{ text: `P${name}` }], entitlement: [{ entitlementType: uri }] };
    const account = { identifier: name, alias: word, accountNumber: `N${name}`, customer, ...holdings };
    ({ customerNumber } = await done('/v1/accounts', account));
  }
  return { word, id: organisation.id, key, customerNumber };
}

/** What somebody asks; `foreign` is another organisation. */
type Ask = (
  name: string,
  me: Tenant,
  foreign: Tenant,
) => [method: string, url: string, body?: object, headers?: Record<string, string>];
const asks: Record<string, Ask> = {
  native: (name) => ['GET', `/v1/accounts/${name}`],
  openactive: (name) => ['GET', `/openactive/customer-accounts/${name}`],
  imin: (name) => ['GET', `/api/v2/customer-accounts/${name}`],
  entur: (name) => ['GET', `/customers/v2/profiles/customer-accounts/${name}`],
  'the account number': (name) => ['GET', `/v1/accounts?accountNumber=N${name}`],
  'many at once': () => ['POST', '/v1/accounts/batch-get', { identifiers: names }],
  'a page of accounts': () => ['GET', '/v1/accounts?limit=50'],
  'a page of customers': (name) => ['GET', `/v1/customers?email=${name}@example.com`],
  'the feed': () => ['GET', '/openactive/feeds/customer-accounts'],
  'a pass at the gate': (name) => ['GET', `/v1/access-passes/card/P${name}`],
  'a pass in OpenActive': (name) => ['GET', `/openactive/customer-accounts?accessPass.text=P${name}`],
  "Entur's search": (name) => ['GET', `/customers/v2/profiles?email=${name}@example.com`],
  'the own list': () => ['GET', '/v1/entitlement-lists/list/types/type'],
  history: (name) => ['GET', `/v1/accounts/${name}/history`],
  entitlements: (name) => ['GET', `/v1/accounts/${name}/entitlements`],
  'change the account': (name, { word }) => [
    'PATCH',
    `/v1/accounts/${name}`,
    { alias: `${word} ${Math.random()}` },
    merge,
  ],
  'change the customer': (_, { word, customerNumber }) => [
    'PATCH',
    `/v1/customers/${customerNumber}`,
    { jobTitle: `${word} ${Math.random()}` },
    merge,
  ],
  'change in OpenActive': (name, { word }) => [
    'PATCH',
    `/openactive/customer-accounts/${name}`,
    { ...context, '@type': 'CustomerAccount', customer: { '@type': 'Person', givenName: `${word} ${Math.random()}` } },
    merge,
  ],
  'change in imin': (name, { word }) => [
    'POST',
    `/api/v2/customer-accounts/${name}/actions`,
    {
      ...context,
      '@type': 'CustomerUpdateAction',
      object: { '@type': 'Person', givenName: `${word} ${Math.random()}` },
    },
  ],
  'a new account': (_, { word }) => ['POST', '/v1/accounts', { alias: word, customer: { familyName: word } }],
  'what is taken': (name, { word }) => [
    'POST',
    '/v1/accounts',
    { customer: { familyName: word, email: `${name}@example.com` } },
  ],
  'a customer of somebody else': (_name, _me, foreign) => ['GET', `/v1/customers/${foreign.customerNumber}`],
  'a change of somebody else': (_name, { word }, foreign) => [
    'PATCH',
    `/v1/customers/${foreign.customerNumber}`,
    { familyName: word },
    merge,
  ],
};
const refused: Record<string, number> = {
  'what is taken': 409,
  'a customer of somebody else': 404,
  'a change of somebody else': 404,
};

function assertOwn(response: TestResponse, what: string, { word }: Tenant): void {
  const expected = refused[what] ?? (what === 'a new account' ? 201 : 200);
  assert.equal(response.status, expected, `${what}: ${response.text}`);
  const seen = words.filter((one) => response.text.includes(one));
  assert.deepEqual(seen, expected < 400 ? [word] : [], `${word} asked for ${what} and got ${response.text}`);
}

test('whatever organisations ask at the same time, in whichever dialect: each answer is about the own', async () => {
  const ask = fc.record({
    what: fc.constantFrom(...Object.keys(asks)),
    name: fc.constantFrom(...names),
    who: fc.nat(2),
    other: fc.integer({ min: 1, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 20, maxLength: 60 }), async (all) => {
      await Promise.all(
        all.map(async ({ what, name, who, other }) => {
          const me = tenants[who] as Tenant;
          const foreign = tenants[(who + other) % 3] as Tenant;
          const [method, url, body, headers = {}] = (asks[what] as Ask)(name, me, foreign);
          const response = await send(method, url, { key: me.key, headers, ...(body && { body }) });
          assertOwn(response, what, me);
        }),
      );
    }),
    { numRuns: 12, endOnFailure: true },
  );
  // What was written went to the own rows: no row of one organisation has another's word.
  for (const { word, id } of tenants) {
    const others = words.filter((one) => one !== word);
    for (const [table, column] of [
      ['customer', 'document'],
      ['account', 'document'],
      ['change_detail', 'document'],
      ['idempotency', 'answer'],
    ]) {
      const strays = await database.query(`select from ${table} where organisation_id = $1 and ${column}::text ~ $2`, [
        id,
        others.join('|'),
      ]);
      assert.equal(strays.length, 0, `${table} of ${word}`);
    }
  }
});

// The organisation of a session outlives its statement: it must never be that of the next one, whatever happened in between.
const one = new Database({ ...database.connection, application_name: 'apart' }, { maxConnections: 1 });
after(() => one.close());
const all = { name: 'all', text: 'select distinct organisation_id as id from account where $1::bigint is not null' };
const broken = { name: 'broken', text: 'select 1 / ($1::bigint - $1::bigint) from account' };
const written = {
  name: 'written',
  text: 'update account set alias = alias where $1::bigint is not null returning organisation_id as id',
};
type Step = (id: number) => Promise<unknown>;
const steps: Record<string, Step> = {
  read: async (id) => assert.deepEqual(await one.read(id, all, [id]), [{ id }]),
  'failing read': (id) => assert.rejects(one.read(id, broken, [id]), /division by zero/),
  write: async (id) => {
    const [rows] = await one.write(id, [{ ...written, values: [id] }]);
    assert.deepEqual(new Set(rows?.map((row) => row.id)), new Set([id]));
  },
  'failing write': (id) =>
    assert.rejects(
      one.write(id, [
        { ...written, values: [id] },
        { ...broken, values: [id] },
      ]),
      /division by zero/,
    ),
  'what is refused': (id) => {
    const text = `insert into api_client (organisation_id, id, name, key_hash) values ($1, 1, 'x', '')`;
    return assert.rejects(one.read(id, { name: 'foreign', text }, [id + 1]), /row-level security/);
  },
  'no statement': (id) =>
    assert.rejects(one.read(id, { name: 'nonsense', text: 'select $1 nonsense from' }, [id]), /syntax error/),
  'of nobody': () => one.global('select 1'),
  'of nobody, failing': () => assert.rejects(one.global('select 1 / 0'), /division by zero/),
};

/** Ends the one connection, as a restart would. Whoever comes next may meet its end. */
async function cut(): Promise<void> {
  await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'apart'`);
  await one.global('select 1').catch((error) => assert.equal(error.name, 'Unavailable'));
}

test('a connection never carries one organisation into the next statement, also when statements fail', async () => {
  const step = fc.record({
    what: fc.constantFrom(...Object.keys(steps)),
    who: fc.nat(2),
    next: fc.constantFrom('at once', 'then', 'then', 'cut'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (script) => {
      let under: Promise<unknown>[] = [];
      for (const { what, who, next } of script) {
        under.push((steps[what] as Step)((tenants[who] as Tenant).id));
        if (next === 'at once') continue;
        await Promise.all(under);
        under = [];
        if (next === 'cut') await cut();
      }
      await Promise.all(under);
    }),
    { numRuns: 40 },
  );
});
