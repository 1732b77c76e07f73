import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../support/server.ts';
import { inTwo } from '../support/two-servers.ts';

// Requests that come together share transactions. Each has its own answer, and what one of them does wrong is nobody else's concern.
const server = await startTestServer();
const { send, database, organisation } = server;

/** A request, and how it must be answered. */
type Mate = {
  send: () => Promise<TestResponse>;
  status: number;
  /** The member that the answer names. */
  place?: string;
  /** The e-mail address by which the customer that it creates is found. */
  leaves?: string;
};

const patch = (url: string, body: object, headers: Record<string, string>) =>
  send('PATCH', url, { body, headers: { 'content-type': 'application/merge-patch+json', ...headers } });

async function rows(): Promise<Record<string, unknown>> {
  const [row] = await database.query(
    `select (select count(*)::int from customer where state = 'active') as customers, (select count(*)::int from account where state = 'active') as accounts,
      (select count(*)::int from access_pass) as passes, (select max(number)::int from change) as newest, (select count(*)::int from change) as changes,
      (select change_number::int from organisation_counter) as counted, (select count(distinct audit_number)::int from change) as audits`,
  );
  return row as Record<string, unknown>;
}

/** Pointers of the members that an error names, in whichever dialect. */
function placesOf({ body }: TestResponse): string[] {
  const named = body.errors ?? body['tessera:invalid'];
  if (named) return named.map(({ pointer }: { pointer: string }) => pointer);
  return [...(/^\/[^:]*/.exec(body.description ?? '') ?? [])];
}

/**
 * Sends all at once, those of a kind far from each other.
 *
 * @param before what there was
 */
async function sendTogether(mates: readonly Mate[], before: Record<string, unknown>): Promise<void> {
  const [{ now }] = (await database.query('select txid_current()::text as now')) as [{ now: string }];
  const answers = await Promise.all(mates.map((mate) => mate.send()));
  for (const [index, answer] of answers.entries()) {
    const { status, place } = mates[index] as Mate;
    assert.equal(answer.status, status, `${index}: ${answer.text}`);
    if (place !== undefined) assert.deepEqual(placesOf(answer), [place], answer.text);
  }
  const left = mates.flatMap(({ leaves }) => leaves ?? []);
  const created = await database.query(
    `select c.email_key as email, c.xmin::text as transaction, count(*)::int as accounts from customer c join account a on a.customer_number = c.number
      where c.xmin::text::bigint > $1::bigint and c.version = 1 group by 1, 2 order by 1`,
    [now],
  );
  assert.deepEqual(
    created.map(({ email, accounts }) => [email, accounts]),
    left.sort().map((email) => [email, 1]),
  );
  const transactions = new Set(created.map(({ transaction }) => transaction)).size;
  // Two servers that take turns have batches of their own, and they wait for each other.
  if (!inTwo) assert.ok(transactions * 4 <= left.length, `${left.length} creates shared ${transactions} transactions`);
  const after = await rows();
  assert.equal(after.customers, (before.customers as number) + left.length);
  assert.deepEqual([after.newest, after.counted], [after.changes, after.changes], 'the log is dense');
}

/** One of each, again and again, so that every batch has some of each. */
const mixed = (count: number, kinds: readonly ((n: number) => Mate)[]) =>
  Array.from({ length: count }, (_, index) => (kinds[index % kinds.length] as (n: number) => Mate)(index));

test('native: 64 creates at once, most of them faulty: each its own answer, and exactly the others are there', async () => {
  const create = (account: object, customer: object, headers = {}) =>
    send('POST', '/v1/accounts', { body: { ...account, customer: { familyName: 'Moss', ...customer } }, headers });
  const stored = await create(
    { identifier: 'stored', accountNumber: 'N1', alias: 'Mine', accessPass: [{ text: 'CARD1' }] },
    { email: 'stored@example.com', customerRef: 'REF' },
  );
  assert.equal(stored.status, 201, stored.text);
  const erased = await create({ identifier: 'erased' }, {});
  await send('DELETE', `/v1/customers/${erased.body.customerNumber}`);
  await create({}, { email: 'keyed@example.com' }, { 'idempotency-key': 'used' });
  const mine = `/v1/customers/${stored.body.customerNumber}`;
  const gone = `/v1/customers/${erased.body.customerNumber}`;
  const before = await rows();

  const email = (n: number) => `n${n}@example.com`;
  const refused = (account: object, customer: object, place: string, status = 409) => ({
    send: () => create(account, customer),
    status,
    place,
  });
  const kinds: ((n: number) => Mate)[] = [
    (n) => ({ send: () => create({}, { email: email(n) }), status: 201, leaves: email(n) }),
    (n) => refused({ identifier: `i${n}` }, { email: ' STORED@example.com' }, '/customer/email'),
    (n) => refused({ identifier: 'stored' }, { email: email(n) }, '/identifier'),
    (n) => ({
      send: () =>
        create({ identifier: `f${n}`, accountNumber: `F${n}`, accessPass: [{ text: `F${n}` }] }, { email: email(n) }),
      status: 201,
      leaves: email(n),
    }),
    (n) => refused({ accountNumber: 'N1' }, { email: email(n) }, '/accountNumber'),
    (n) =>
      refused({ accessPass: [{ text: `free${n}` }, { text: 'CARD1' }] }, { email: email(n) }, '/accessPass/1/text'),
    (n) => refused({}, { email: email(n), customerRef: 'REF' }, '/customer/customerRef'),
    (n) => ({ send: () => create({ identifier: 'erased' }, { email: email(n) }), status: 410 }),
    (n) => ({ send: () => create({ alias: 'Mine' }, { email: email(n) }), status: 201, leaves: email(n) }),
    () => ({ send: () => send('POST', `${mine}/accounts`, { body: { alias: 'Mine' } }), status: 409, place: '/alias' }),
    () => ({ send: () => send('POST', `${gone}/accounts`, { body: {} }), status: 410 }),
    (n) => ({ send: () => create({}, { email: email(n) }, { 'idempotency-key': 'used' }), status: 422 }),
    (n) => refused({ accountNumber: 'x'.repeat(41) }, { email: email(n) }, '/accountNumber', 400),
    () => ({ send: () => patch(mine, { givenName: 'Ida' }, { 'if-match': '"v7.7"' }), status: 412 }),
    (n) => ({
      send: () => create({}, { email: email(n) }, { 'idempotency-key': `k${n}` }),
      status: 201,
      leaves: email(n),
    }),
    (n) =>
      refused(
        { entitlement: [{ entitlementType: 'https://example.com/#x' }] },
        { email: email(n) },
        '/entitlement/0/entitlementType',
        400,
      ),
  ];
  await sendTogether(mixed(64, kinds), before);
  assert.equal((await rows()).passes, 5, 'no pass of a refused create is left behind');
});

test('imin: 64 creates and updates at once, most of them faulty', async () => {
  const context = { '@context': 'https://openactive.io/' };
  const create = (account: object, customer: object, headers = {}) =>
    send('POST', '/api/v2/customer-accounts', {
      body: {
        ...context,
        '@type': 'CustomerAccount',
        ...account,
        customer: { '@type': 'Person', givenName: 'Ida', familyName: 'Moss', ...customer },
      },
      headers,
    });
  const act = (object: object, headers = {}) =>
    send('POST', '/api/v2/customer-accounts/updated/actions', { body: { ...context, ...object }, headers });
  for (const identifier of ['updated', 'holder', 'gone']) {
    const { status, text } = await create({ identifier }, { email: `${identifier}@example.com` });
    assert.equal(status, 201, text);
  }
  const pass = (text: string) => ({ '@type': 'imin:AccessPassUpdateAction', object: { '@type': 'Barcode', text } });
  const held = { body: { ...context, ...pass('HELD') } };
  assert.equal((await send('POST', '/api/v2/customer-accounts/holder/actions', held)).status, 200);
  await send('DELETE', '/api/v2/customer-accounts/gone');
  await create({}, { email: 'used@example.com' }, { 'idempotency-key': 'imin' });
  const before = await rows();

  const email = (n: number) => `m${n}@example.com`;
  const kinds: ((n: number) => Mate)[] = [
    (n) => ({ send: () => create({}, { email: email(n) }), status: 201, leaves: email(n) }),
    (n) => ({
      send: () => create({ identifier: `m${n}` }, { email: 'Holder@example.com' }),
      status: 409,
      place: '/customer/email',
    }),
    (n) => ({ send: () => create({ identifier: 'holder' }, { email: email(n) }), status: 409, place: '/identifier' }),
    (n) => ({ send: () => create({ identifier: `m${n}` }, { email: email(n) }), status: 201, leaves: email(n) }),
    (n) => ({ send: () => create({ identifier: 'gone' }, { email: email(n) }), status: 410 }),
    (n) => ({ send: () => create({}, { email: email(n) }, { 'idempotency-key': 'imin' }), status: 422 }),
    (n) => ({
      send: () => create({}, { email: email(n), givenName: 'x'.repeat(101) }),
      status: 400,
      place: '/customer/givenName',
    }),
    () => ({ send: () => act(pass('HELD')), status: 400, place: '/object/text' }),
    () => ({
      send: () =>
        act(
          { '@type': 'CustomerUpdateAction', object: { '@type': 'Person', givenName: 'Eva' } },
          { 'if-match': '"7.7"' },
        ),
      status: 412,
    }),
    () => ({
      send: () => act({ '@type': 'CustomerUpdateAction', object: { '@type': 'Person', email: 'holder@example.com' } }),
      status: 400,
      place: '/object/email',
    }),
  ];
  await sendTogether(mixed(64, kinds), before);
});

test('of creates at once that want the same thing, one gets it; a repeat with the same Idempotency-Key gets the same answer', async () => {
  const create = (n: number, account: object, customer: object = {}, key = `twin ${n}`) =>
    send('POST', '/v1/accounts', {
      body: { ...account, customer: { familyName: 'Moss', ...customer } },
      headers: { 'idempotency-key': key },
    });
  const wanted: [place: string, account: object, customer?: object][] = [
    ['/customer/email', {}, { email: 'twin@example.com' }],
    ['/identifier', { identifier: 'twin' }],
    ['/accountNumber', { accountNumber: 'TWIN' }],
    ['/accessPass/0/text', { accessPass: [{ text: 'TWIN' }] }],
    ['/customer/customerRef', {}, { customerRef: 'TWIN' }],
  ];
  const rivals = wanted.flatMap(([place, account, customer]) =>
    [1, 2, 3, 4, 5, 6].map((n) => ({ place, n, account, customer })),
  );
  const answers = await Promise.all(
    rivals.map(async ({ place, n, account, customer }) => ({
      place,
      answer: await create(n, account, customer, `${place} ${n}`),
    })),
  );
  for (const [place] of wanted) {
    const own = answers.filter((one) => one.place === place).map(({ answer }) => answer);
    assert.equal(own.filter(({ status }) => status === 201).length, 1, place);
    for (const answer of own.filter(({ status }) => status !== 201)) {
      assert.equal(answer.status, 409, answer.text);
      assert.deepEqual(placesOf(answer), [place]);
    }
  }

  const repeats = await Promise.all(Array.from({ length: 12 }, () => create(0, { identifier: 'repeated' })));
  assert.deepEqual(new Set(repeats.map(({ status, text }) => `${status} ${text}`)).size, 1, repeats[0]?.text);
  assert.equal(repeats[0]?.status, 201);
  assert.equal(repeats.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 11);
  const [row] = await database.query(
    `select count(*)::int as changes from change where organisation_id = $1 and account_number = $2`,
    [organisation.id, repeats[0]?.body.number],
  );
  assert.equal(row?.changes, 1);
});
