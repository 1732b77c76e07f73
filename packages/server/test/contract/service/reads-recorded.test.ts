import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '#http/dialect.ts';
import { dialects } from '#server';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { uploadOf } from '../../support/upload.ts';
import { done, evidenceApi, pdf } from '../native/evidence-support.ts';
import { person } from '../native/support.ts';

/**
 * Every route that answers with a customer's data leaves a record of the read. A new route stands in one of the two tables, or the
 * first test fails.
 */
const server = await startTestServer();
const { send, store, database } = server;
const api = evidenceApi(server);

const email = 'ida.read@example.com';
const customer = { ...person({ email }), telephone: '+44 20 7946 0999' };
const account = { customer, identifier: 'read-me', accountNumber: 'R 1', accessPass: [{ text: 'READ-ME' }] };
const asked = await api.asked('before', { account, type: { evidenceName: 'Proof' } });
const action = await api.action(asked.account);
const [file] = done(await api.submit(asked.request)).files;
const { customerNumber, number, accessPass } = await api.read(asked.account);
const picture = accessPass[0].url;
const pass = `${asked.account}/access-passes/${accessPass[0].id}`;
const evidenceId = asked.request.split('/').at(-1);
const then = new Date().toISOString();
const profile = `/customers/v2/profiles/${customerNumber}`;

/** What is asked, as it is read: the path, or the body too. */
type Question = string | { url: string; body: unknown };

/** By dialect and operation, the questions that lead to data of the one customer. */
const questions: Record<string, Question[]> = {
  'native listCustomers': ['/v1/customers', `/v1/customers?email=${email}`],
  'native readCustomer': ['', `?at=${then}`].map((query) => `/v1/customers/${customerNumber}${query}`),
  'native listAccounts': ['/v1/accounts?identifier=read-me', '/v1/accounts?accountNumber=R%201', '/v1/accounts'],
  'native batchGetAccounts': [{ url: '/v1/accounts/batch-get', body: { identifiers: ['nobody', 'read-me'] } }],
  'native listAccountsOfCustomer': [`/v1/customers/${customerNumber}/accounts`],
  'native readAccount': ['', `?at=${then}`].map((query) => `${asked.account}${query}`),
  'native listEntitlements': ['', '?at=2026-01-01', '?at=2100-01-01', '?history=true'].map(
    (query) => `${asked.account}/entitlements${query}`,
  ),
  'native readEntitlement': [asked.entitlement],
  'native listAccessPasses': ['', '?history=true'].map((query) => `${asked.account}/access-passes${query}`),
  'native readAccessPass': [pass],
  'native scanAccessPass': ['/v1/access-passes/card/READ-ME'],
  'native listOutstandingActions': ['', '?history=true'].map((query) => `${asked.account}/outstanding-actions${query}`),
  'native readOutstandingAction': [action],
  'native askEligibility': [`${asked.account}/eligibility`],
  'native batchAskEligibility': [
    { url: '/v1/eligibility', body: { items: [{ identifier: 'read-me' }, { identifier: 'nobody' }] } },
    { url: '/v1/eligibility', body: { items: [{ identifier: 'read-me' }, { accessPass: { text: 'READ-ME' } }] } },
  ],
  'native listEvidenceRequests': ['/v1/evidence-requests'],
  'native readEvidenceRequest': [asked.request],
  'native listEvidenceRequestsOfAccount': [`${asked.account}/evidence-requests`],
  'native downloadEvidenceFile': [new URL(file.href).pathname],
  'native readAccountHistory': [`${asked.account}/history`],
  'native readCustomerHistory': [`/v1/customers/${customerNumber}/history`],
  'native followChanges': ['/v1/changes?include=account'],
  'openactive getCustomerAccount': ['/openactive/customer-accounts/read-me'],
  'openactive findCustomerAccounts': ['accountNumber=R%201', 'accessPass.text=READ-ME', `customer.email=${email}`].map(
    (query) => `/openactive/customer-accounts?${query}`,
  ),
  'imin readCustomerAccount': ['/api/v2/customer-accounts/read-me'],
  'imin readCustomer': ['/api/v2/customers/read-me'],
  'imin listEvidenceRequests': ['/api/v2/customer-accounts/read-me/evidence-requests'],
  'imin readEvidenceRequest': [`/api/v2/customer-accounts/read-me/evidence-requests/${evidenceId}`],
  'imin listLinkedAccounts': ['/api/v2/customer-accounts/read-me/linked-accounts'],
  'entur getCustomerAccountsCustomerNumber': [`${profile}/customer-accounts`],
  'entur findCustomerByCustomerAccountId': ['/customers/v2/profiles/customer-accounts/read-me'],
  'entur getCustomerAccount': [`${profile}/customer-accounts/read-me`],
  'entur findCustomers': [`/customers/v2/profiles?email=${email}`],
  'entur searchCustomers': [`/customers/v2/profiles-search?email=${email}`],
  'entur findCustomerByCustomerNumber': [profile],
  'entur getEntitlementsByCustomerNumber': ['', '?travelDate=2026-01-01'].map(
    (query) => `/customers/v2/benefits/entitlements/${customerNumber}/by-customer-number${query}`,
  ),
};

const catalogue = 'the catalogue: of nobody';
const webhooks = 'what is sent where: ids and kinds, and what receivers answered';
const trace = 'the trace itself: ids, and reading it is not traced';

/** What leaves no record, and why. */
const exceptions: Record<string, string> = {
  'native listEntitlementLists': catalogue,
  'native readEntitlementList': catalogue,
  'native listEntitlementTypes': catalogue,
  'native readEntitlementType': catalogue,
  'native listPassNamespaces': catalogue,
  'native readPassNamespace': catalogue,
  'native readOrganisation': catalogue,
  'native listReservedPasses': 'texts that are nobody’s yet',
  'native listChangeKinds': catalogue,
  'native listWebhookSubscriptions': webhooks,
  'native readWebhookSubscription': webhooks,
  'native listWebhookDeliveries': webhooks,
  'native readWebhookDelivery': webhooks,
  'native listReads': trace,
  'native listReadGaps': trace,
  'openactive getCustomerAccountFeed':
    'all accounts, by identifier and without the person: who wants to know more reads the account',
  'openactive getTesseraContext': catalogue,
  'openactive getEntitlementList': catalogue,
  'openactive getConcept': catalogue,
  'imin listEntitlements': catalogue,
  'imin readLinkedAccount': 'there is none: always 404',
};

const reading = (dialect: Dialect) => dialect.routes.filter(({ method, readOnly }) => method === 'GET' || readOnly);

test('every route that reads is asked here, or is an exception with its reason', () => {
  const routes = dialects.flatMap((one) => reading(one).map(({ operationId }) => `${one.name} ${operationId}`));
  assert.deepEqual([...Object.keys(questions), ...Object.keys(exceptions)].sort(), routes.sort());
});

for (const [route, asking] of Object.entries(questions)) {
  const [dialect] = route.split(' ');
  for (const [index, question] of asking.entries()) {
    test(`${route} ${index + 1} leaves one record`, async () => {
      const response = await ask(question);
      assert.equal(response.status, 200, response.text);
      const [record, ...more] = await recordsOf(response);
      assert.deepEqual(more, []);
      assert.ok(record, 'there is none');
      const { organisation_id, customer_number, account_number, client_name, actor } = record;
      assert.deepEqual([organisation_id, customer_number], [server.organisation.id, customerNumber]);
      assert.ok(account_number === null || account_number === number, String(account_number));
      assert.equal(record.dialect, dialect);
      assert.deepEqual([client_name, actor], ['test client', dialect === 'entur' ? 'reads-test' : 'test client']);
    });

    test(`${route} ${index + 1} leaves none where the organisation wants none`, async () => {
      await setting({ recordReads: false });
      assert.deepEqual(await recordsOf(await ask(question)), []);
      await setting({ recordReads: null });
    });
  }
}

test('304 is a read', async () => {
  for (const url of [asked.account, '/openactive/customer-accounts/read-me', '/api/v2/customer-accounts/read-me']) {
    const { headers } = await send('GET', url);
    const response = await send('GET', url, { headers: { 'if-none-match': String(headers.etag) } });
    assert.equal(response.status, 304);
    assert.equal((await recordsOf(response)).length, 1, url);
  }
});

test('what was refused was not read', async () => {
  const other = await api.account();
  const { customerNumber: another } = await api.read(other);
  const refused: [number, Promise<TestResponse>][] = [
    [404, send('GET', '/v1/accounts/nobody')],
    [403, send('GET', asked.account, { key: (await server.keyWith(['catalogue:read'])).key })],
    [404, ask(`/customers/v2/profiles/${another}/customer-accounts/read-me`)],
    [404, send('GET', `${asked.account}/entitlements/nothing`)],
    [404, send('GET', `${asked.request}/files/nothing`)],
    [404, send('GET', '/api/v2/customer-accounts/read-me/linked-accounts/nobody')],
    [409, send('PUT', '/v1/accounts/read-me', { body: { customer: person() } })],
    [412, send('PATCH', asked.account, { body: { alias: 'x' }, headers: { 'if-match': '"other"' } })],
  ];
  for (const [status, answer] of refused) {
    const response = await answer;
    assert.equal(response.status, status, response.text);
    assert.deepEqual(await recordsOf(response), [], response.text);
  }
});

const conditional = dialects.flatMap((one) =>
  reading(one)
    .filter(({ headers }) => headers && 'If-None-Match' in headers)
    .map((route) => ({ dialect: one.name, route })),
);

for (const { dialect, route } of conditional) {
  const name = `${dialect} ${route.operationId}`;
  for (const [index, question] of (questions[name] ?? []).entries()) {
    test(`${name} ${index + 1} leaves no record when If-None-Match is no list of entity tags`, async () => {
      const response = await send('GET', question as string, { headers: { 'if-none-match': 'x' } });
      assert.equal(response.status, 400, response.text);
      assert.deepEqual(await recordsOf(response), []);
    });
  }
}

test('a page of a collection that is not there was not read', async () => {
  const collections = [
    'linked-accounts?page=99',
    'evidence-requests?page=99',
    'evidence-requests?state=expired&page=2',
  ];
  for (const collection of collections) {
    const response = await send('GET', `/api/v2/customer-accounts/read-me/${collection}`);
    assert.deepEqual([response.status, response.body.description], [404, 'The collection has no such page.']);
    assert.deepEqual(await recordsOf(response), [], collection);
  }
});

test('what is shown of a write is said by its audit; of one that changed nothing, by a record', async () => {
  const url = await api.account();
  const written = await send('PATCH', url, { body: { alias: 'home' } });
  assert.equal(written.status, 200, written.text);
  assert.deepEqual(await recordsOf(written), []);
  const same = await send('PATCH', url, { body: { alias: 'home' } });
  assert.deepEqual(await operationsOf(same), ['accounts.change']);
  const empty = await send('PATCH', `/v1/customers/${customerNumber}`, { body: {} });
  assert.equal(empty.status, 200, empty.text);
  assert.deepEqual(await operationsOf(empty), ['customers.change']);
});

test('an account that is only shown again was read: by its PUT, or under its Idempotency-Key', async () => {
  const body = { customer: person() };
  const first = await send('PUT', '/v1/accounts/put-twice', { body });
  assert.deepEqual([first.status, await operationsOf(first)], [201, []]);
  const again = await send('PUT', '/v1/accounts/put-twice', { body });
  assert.deepEqual([again.status, await operationsOf(again)], [200, ['accounts.read']]);

  const headers = { 'idempotency-key': 'reads-recorded' };
  const create = { body: { customer: person() }, headers };
  const created = await send('POST', '/v1/accounts', create);
  assert.deepEqual([created.status, await operationsOf(created)], [201, []]);
  const replayed = await send('POST', '/v1/accounts', create);
  const [record] = await recordsOf(replayed);
  assert.equal(replayed.headers['idempotency-replayed'], 'true');
  assert.equal(record?.operation, 'answers.replay');
  assert.deepEqual(
    [record?.customer_number, record?.account_number],
    [created.body.customerNumber, created.body.number],
  );
});

test('proof that is sent, and pages that need no key, leave no record', async () => {
  const { account: url, request, page } = await api.asked('before');
  const imin = `/api/v2/customer-accounts/${url.split('/').at(-1)}/evidence-requests/${request.split('/').at(-1)}`;
  const upload = await uploadOf([pdf]);
  const sent = [await api.submit(request), await api.submit(imin), await send('POST', page, { ...upload, key: null })];
  assert.deepEqual(
    sent.map(({ status }) => status),
    [200, 200, 303],
  );
  const pages = [await send('GET', page, { key: null }), await send('GET', new URL(picture).pathname, { key: null })];
  assert.deepEqual(
    pages.map(({ status }) => status),
    [200, 200],
  );
  for (const response of [...sent, ...pages]) assert.deepEqual(await recordsOf(response), []);
});

test('of several accounts of one customer none is named, and of many customers each is', async () => {
  const { customerNumber: one } = await api.read(await api.account({ identifier: 'several-1' }));
  await send('POST', '/v1/accounts', { body: { customerNumber: one, identifier: 'several-2' } });
  await api.account({ identifier: 'several-3' });
  const identifiers = ['several-1', 'several-2', 'several-3'];
  const records = await recordsOf(await send('POST', '/v1/accounts/batch-get', { body: { identifiers } }));
  assert.equal(records.length, 2);
  assert.deepEqual(records.map((record) => record.account_number !== null).sort(), [false, true]);
  const items = identifiers.map((identifier) => ({ identifier }));
  assert.equal((await recordsOf(await send('POST', '/v1/eligibility', { body: { items } }))).length, 2);
});

function ask(question: Question): Promise<TestResponse> {
  const headers = { 'ET-Client-Name': 'reads-test' };
  if (typeof question === 'string') return send('GET', question, { headers });
  return send('POST', question.url, { body: question.body, headers });
}

async function recordsOf({ headers }: TestResponse): Promise<Record<string, unknown>[]> {
  await store.readRecords.flush();
  return database.query(
    `select organisation_id::int, customer_number::int, account_number::int, client_name, actor, dialect, operation
      from read_record where request_id = $1`,
    [headers['x-request-id']],
  );
}

async function operationsOf(response: TestResponse): Promise<unknown[]> {
  return (await recordsOf(response)).map(({ operation }) => operation);
}

async function setting(body: object): Promise<void> {
  assert.equal((await send('PATCH', '/v1/organisation', { body })).status, 200);
}
