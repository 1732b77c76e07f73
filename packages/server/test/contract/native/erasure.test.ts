import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, person } from './support.ts';

/** DELETE of a customer is the right to be forgotten: nothing personal is left anywhere; what remains is the fact. */
const server = await startTestServer();
const { send, database } = server;
const api = nativeApi(server);

/** Every writable personal member of a person, of an organisation and of an account, each with the marker in it. */
const wholePerson = (marker: string) => ({
  givenName: `${marker} given`,
  familyName: `${marker} family`,
  name: `${marker} name`,
  email: `${marker}@example.com`,
  telephone: `+44 ${marker} 1`,
  landline: `${marker} 2`.slice(0, 20),
  jobTitle: `${marker} job`,
  birthDate: '1971-03-05',
  gender: `${marker} gender`,
  is13OrOver: true,
  nationality: 'NRU',
  language: 'ZUL',
  vippsId: `${marker} vipps`,
  customerRef: `${marker} ref`,
  address: {
    streetAddress: `${marker} street`,
    addressLocality: `${marker} locality`,
    addressRegion: `${marker} region`,
    postalCode: `${marker} code`,
    addressCountry: 'TV',
  },
  otherAddress: [{ streetAddress: `${marker} other street` }, { postalCode: `${marker} other code` }],
  emergencyContact: { name: `${marker} contact`, telephone: `${marker} 3` },
});

const wholeOrganization = (marker: string) => ({
  type: 'Organization',
  name: `${marker} name`,
  legalName: `${marker} legal`,
  email: `office@${marker}.example.com`,
  telephone: `${marker} 1`,
  landline: `${marker} 2`.slice(0, 20),
  url: `https://${marker}.example.com/`,
  sameAs: [`https://social.example.com/${marker}`],
  vatID: `${marker} vat`,
  vippsId: `${marker} vipps`,
  customerRef: `${marker} ref`,
  address: { streetAddress: `${marker} street` },
});

const accountMembers = (marker: string) => ({ alias: `${marker} alias`, accountNumber: `${marker} number` });

/** Tables with a row that holds the text anywhere, in any column of any schema; answers and the like are searched decoded too. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await database.query(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
  );
  assert.ok(tables.length >= 8, 'the search must see the tables');
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(
      `select from ${name} t where position(lower($1) in lower(t::text)) > 0 or position(encode(convert_to($1, 'UTF8'), 'hex') in t::text) > 0`,
      [text],
    );
    if (rows.length > 0) found.push(String(name));
  }
  return found;
}

const customers = [
  ['a person', wholePerson, { jobTitle: 'x', address: { streetAddress: null }, emergencyContact: { name: null } }],
  ['an organisation', wholeOrganization, { legalName: 'x', address: { streetAddress: null }, vatID: null }],
] as const;

for (const [index, [name, whole, changes]] of customers.entries()) {
  test(`204 ${name}: the marker is in no column of any table afterwards`, async () => {
    const marker = `marker${index}zq`;
    const key = (use: string) => ({ 'idempotency-key': `erasure ${index} ${use}` });
    const create = { customer: whole(marker), ...accountMembers(marker), isDefault: true };
    const first = await send('POST', '/v1/accounts', { body: create, headers: key('create') });
    assert.equal(first.status, 201, first.text);
    const { customerNumber, identifier } = first.body;
    const url = `/v1/customers/${customerNumber}`;
    const second = { isDefault: true, alias: `${marker} second`, accountNumber: `${marker} no 2` };
    await send('POST', `${url}/accounts`, { body: second, headers: key('second') });
    await send('POST', `/v1/accounts/${identifier}/make-default`, { headers: key('default') });
    await send('POST', `/v1/accounts/${identifier}/make-default`, { headers: key('no change') });
    await send('PUT', `/v1/accounts/put-${index}`, { body: { customerNumber, alias: `${marker} put` } });
    await send('POST', `${url}/accounts`, { body: { ...second, identifier: 'x' }, headers: key('refused') });
    await send('POST', '/v1/customers', { body: { ...whole(marker), hobby: 'chess' }, headers: key('invalid') });
    assert.equal((await api.patch(url, changes)).status, 200);
    assert.equal((await api.patch(`/v1/accounts/${identifier}`, { alias: null, accountNumber: null })).status, 200);
    await api.patch(url, { customerRef: `${marker} ref 2`, vippsId: null });
    const holding = await tablesWith(marker);
    for (const table of ['customer', 'account', 'change_detail', 'idempotency'])
      assert.ok(holding.includes(`public.${table}`), `${table} holds the marker before, or the search is blind`);

    assert.equal((await send('DELETE', url)).status, 204);
    assert.deepEqual(await tablesWith(marker), []);
    for (const rest of ['1971-03-05', 'NRU', 'ZUL']) assert.deepEqual(await tablesWith(rest), []);
    await assertFactsRemain(customerNumber, 3);
    assertProblem(await send('POST', '/v1/accounts', { body: create, headers: key('create') }), 410, 'erased');
  });
}

/** Tombstones, changes and audit records, without any of the data. */
async function assertFactsRemain(customerNumber: number, accounts: number): Promise<void> {
  const [customer] = await database.query('select * from customer where number = $1', [customerNumber]);
  assert.equal(customer?.state, 'erased');
  assert.deepEqual([customer?.document, customer?.email_key, customer?.birth_date], [null, null, null]);
  const tombstones = await database.query('select * from account where customer_number = $1', [customerNumber]);
  assert.equal(tombstones.length, accounts);
  for (const { state, document } of tombstones) assert.deepEqual([state, document], ['erased', null]);

  const last = await database.query(
    `select c.subject, c.kind, c.cause, c.members, a.operation, a.client_name, a.dialect from change c
     join audit a on a.organisation_id = c.organisation_id and a.number = c.audit_number
     where c.customer_number = $1 order by c.number desc limit $2`,
    [customerNumber, accounts + 1],
  );
  for (const change of last) {
    const audit = { operation: 'customers.erase', client_name: 'test client', dialect: 'native' };
    assert.deepEqual(
      { ...change, subject: '' },
      { subject: '', kind: 'deleted', cause: 'erasure', members: [], ...audit },
    );
  }
  assert.deepEqual(last.map(({ subject }) => subject).sort(), [...Array(accounts).fill('account'), 'customer']);
  const [rest] = await database.query(
    `select (select count(*)::int from change where customer_number = $1) as changes,
       (select count(*)::int from audit where customer_number = $1) as audits,
       (select count(*)::int from change_detail where customer_number = $1) as details,
       (select count(*)::int from idempotency where customer_number = $1 and answer is not null) as answers`,
    [customerNumber],
  );
  assert.ok(Number(rest?.changes) > accounts + 1 && Number(rest?.audits) > 2, 'the past stays, as facts');
  assert.deepEqual([rest?.details, rest?.answers], [0, 0]);
}

test('204 DELETE of an account: what it held of its own is in no table; the customer is', async () => {
  const marker = 'markeraccount';
  const headers = { 'idempotency-key': 'account create' };
  const account = await api.account({ isDefault: true });
  const url = `/v1/customers/${account.customerNumber}/accounts`;
  const { body } = await send('POST', url, { body: { ...accountMembers(marker), isDefault: true }, headers });
  const one = `/v1/accounts/${body.identifier}`;
  await api.patch(`/v1/accounts/${account.identifier}`, { isDefault: true });
  await send('POST', `${one}/make-default`, { headers });
  await send('POST', `${one}/make-default`, { headers: { 'idempotency-key': 'no change' } });
  assert.ok((await tablesWith(marker)).length >= 3);
  assert.equal((await send('DELETE', one)).status, 204);
  assert.deepEqual(await tablesWith(marker), []);
  assert.ok((await tablesWith(account.customer.email)).includes('public.customer'));
});

test('the other customers and the other organisations keep everything', async () => {
  const { key } = await server.organisationWithKey('Bystander');
  const [stays, goes] = [await api.customer({ jobTitle: 'stayingmarker' }), await api.customer()];
  const elsewhere = await api.customer({ jobTitle: 'elsewheremarker' }, key);
  const before = [await tablesWith('stayingmarker'), await tablesWith('elsewheremarker')];
  await send('DELETE', `/v1/customers/${goes.customerNumber}`);
  assert.deepEqual([await tablesWith('stayingmarker'), await tablesWith('elsewheremarker')], before);
  assert.deepEqual((await send('GET', `/v1/customers/${stays.customerNumber}`)).body, stays);
  assert.deepEqual((await send('GET', `/v1/customers/${elsewhere.customerNumber}`, { key })).body, elsewhere);
});

test('410 for everything about an erased customer and the accounts', async () => {
  const { customerNumber, identifier } = await api.account({ accountNumber: 'E 1' });
  const [customer, account] = [`/v1/customers/${customerNumber}`, `/v1/accounts/${identifier}`];
  await send('DELETE', customer);
  for (const answer of [
    await send('GET', customer),
    await send('GET', customer, { headers: { 'if-none-match': '*' } }),
    await api.patch(customer, { jobTitle: 'x' }),
    await send('DELETE', customer),
    await send('GET', `${customer}/accounts`),
    await send('POST', `${customer}/accounts`, { body: {} }),
    await send('POST', '/v1/accounts', { body: { customerNumber } }),
    await send('POST', '/v1/accounts', { body: { customer: person(), identifier } }),
    await send('GET', account),
    await api.patch(account, { alias: 'x' }),
    await send('DELETE', account),
    await send('POST', `${account}/make-default`),
    await send('PUT', account, { body: { customer: person() } }),
  ]) {
    assertProblem(answer, 410, 'erased');
  }
  const batch = await send('POST', '/v1/accounts/batch-get', { body: { identifiers: [identifier] } });
  assert.deepEqual(batch.body, { items: [], missing: [identifier] });
  assert.deepEqual((await send('GET', '/v1/accounts?accountNumber=E+1')).body, { items: [] });
  assert.deepEqual((await send('GET', `/v1/customers?customerRef=${customerNumber}`)).body, { items: [] });
});

test('of ten erasures at once, one answers 204 and the others 410', async () => {
  const { customerNumber } = await api.account();
  const url = `/v1/customers/${customerNumber}`;
  const answers = await Promise.all(Array.from({ length: 10 }, () => send('DELETE', url)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array(9).fill(410)]);
});

test('an erasure wins over changes at the same time: nothing of them is left', async () => {
  const marker = 'markerrace';
  const { customerNumber, identifier } = await api.account();
  const url = `/v1/customers/${customerNumber}`;
  const work = Array.from({ length: 10 }, (_, index) => [
    api.patch(url, { jobTitle: `${marker} ${index}` }),
    send('POST', `${url}/accounts`, {
      body: { alias: `${marker} ${index}`, isDefault: true },
      headers: { 'idempotency-key': `race ${index}` },
    }),
    ...(index === 5 ? [send('DELETE', url)] : []),
    api.patch(`/v1/accounts/${identifier}`, { alias: `${marker} first ${index}` }),
  ]);
  const answers = await Promise.all(work.flat());
  for (const { status, text } of answers) assert.ok([200, 201, 204, 410].includes(status), text);
  assert.deepEqual(await tablesWith(marker), []);
});
