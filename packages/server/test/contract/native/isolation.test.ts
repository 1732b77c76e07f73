import assert from 'node:assert/strict';
import { test } from 'node:test';
import { native } from '#dialects/native/dialect.ts';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { nativeApi, person } from './support.ts';

/** Another organisation's data is indistinguishable from data that does not exist. "Ours" is the asking one, "theirs" the other. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const ours = await server.organisationWithKey('Our Broker');
const theirCustomer = { email: 'theirs@example.com', customerRef: 'THEIR-REF', telephone: '+44 20 7946 0001' };
const theirs = await api.account({
  customer: person(theirCustomer),
  identifier: 'their-account',
  accountNumber: 'T 1',
  alias: 'home',
});
const unknownNumber = theirs.customerNumber + 1_000_000;

/** All of an answer but what differs between any two requests. */
function shape({ status, text, headers, body }: TestResponse): object {
  const { 'x-request-id': _, 'x-correlation-id': __, ratelimit: ___, date: ____, ...rest } = headers;
  const ids = [body?.requestId, body?.correlationId].filter((id) => id !== undefined);
  return { status, text: ids.reduce((left, id) => left.replaceAll(id, '-'), text), headers: rest };
}

const requests: Record<string, (customerNumber: number, identifier: string) => [url: string, body?: unknown]> = {
  'GET /customers/:customerNumber': (number) => [`/customers/${number}`],
  'PATCH /customers/:customerNumber': (number) => [`/customers/${number}`, { givenName: 'Eve' }],
  'DELETE /customers/:customerNumber': (number) => [`/customers/${number}`],
  'GET /customers/:customerNumber/accounts': (number) => [`/customers/${number}/accounts`],
  'POST /customers/:customerNumber/accounts': (number) => [`/customers/${number}/accounts`, { alias: 'mine' }],
  'POST /accounts': (number) => ['/accounts', { customerNumber: number }],
  'GET /accounts/:identifier': (_, identifier) => [`/accounts/${identifier}`],
  'GET /accounts/:identifier?at': (_, identifier) => [`/accounts/${identifier}?at=2026-05-01T12:00:00Z`],
  'GET /customers/:customerNumber?at': (number) => [`/customers/${number}?at=2026-05-01T12:00:00Z`],
  'GET /accounts/:identifier/history': (_, identifier) => [`/accounts/${identifier}/history`],
  'GET /customers/:customerNumber/history': (number) => [`/customers/${number}/history`],
  'PATCH /accounts/:identifier': (_, identifier) => [`/accounts/${identifier}`, { alias: 'mine' }],
  'DELETE /accounts/:identifier': (_, identifier) => [`/accounts/${identifier}`],
  'POST /accounts/:identifier/make-default': (_, identifier) => [`/accounts/${identifier}/make-default`],
  'GET /accounts/:identifier/entitlements': (_, identifier) => [`/accounts/${identifier}/entitlements?history=true`],
  'POST /accounts/:identifier/entitlements': (_, identifier) => [
    `/accounts/${identifier}/entitlements`,
    { entitlementType: 'https://elsewhere.example.com/#a' },
  ],
  'GET /accounts/:identifier/entitlements/:id': (_, identifier) => [`/accounts/${identifier}/entitlements/1`],
  'POST /accounts/:identifier/entitlements/:id/revoke': (_, identifier) => [
    `/accounts/${identifier}/entitlements/1/revoke`,
    { reason: 'x' },
  ],
  'GET /accounts/:identifier/access-passes': (_, identifier) => [`/accounts/${identifier}/access-passes`],
  'POST /accounts/:identifier/access-passes': (_, identifier) => [
    `/accounts/${identifier}/access-passes`,
    { text: 'MINE' },
  ],
  'GET /accounts/:identifier/outstanding-actions': (_, identifier) => [`/accounts/${identifier}/outstanding-actions`],
  'POST /accounts/:identifier/outstanding-actions': (_, identifier) => [
    `/accounts/${identifier}/outstanding-actions`,
    { kind: 'debt', name: 'Pay' },
  ],
  'GET /accounts/:identifier/eligibility': (_, identifier) => [`/accounts/${identifier}/eligibility`],
  'PUT /accounts/:identifier': (number) => ['/accounts/put-for-them', { customerNumber: number }],
};

for (const [route, request] of Object.entries(requests)) {
  for (const prefix of ['/v1', '/o/our-broker/v1']) {
    test(`404 ${route} under ${prefix}: theirs answers as an unknown one, byte for byte`, async () => {
      const ask = (customerNumber: number, identifier: string, headers: Record<string, string> = {}) => {
        const [url, body] = request(customerNumber, identifier);
        const method = route.split(' ')[0] as string;
        return send(method, prefix + url, { key: ours.key, headers, ...(body === undefined ? {} : { body }) });
      };
      for (const headers of [{}, { 'if-match': '"v1"' }, { 'if-none-match': '*' }]) {
        if (route.startsWith('PUT') && 'if-match' in headers) continue; // 412 before the body is looked at
        const foreign = await ask(theirs.customerNumber, 'their-account', headers);
        const unknown = await ask(unknownNumber, 'nobodys-account', headers);
        assert.equal(foreign.status, 404, foreign.text);
        assert.deepEqual(shape(foreign), shape(unknown));
      }
    });
  }
}

test('after all of that theirs is as it was', async () => {
  const { body, headers } = await send('GET', '/v1/accounts/their-account');
  assert.deepEqual(body, theirs);
  assert.equal(headers.etag, '"v1.0"');
});

test('200 lists and look-ups find nothing of theirs', async () => {
  const empty = '{"items":[]}';
  for (const url of [
    '/v1/customers',
    '/v1/customers?email=theirs@example.com',
    '/v1/customers?customerRef=THEIR-REF',
    `/v1/customers?customerRef=${theirs.customerNumber}`,
    '/v1/customers?telephone=%2B442079460001',
    '/v1/customers?name=Moss',
    '/v1/customers?status=active',
    '/v1/customers?changedSince=2020-01-01T00:00:00Z',
    '/v1/accounts?identifier=their-account',
    '/v1/accounts?accountNumber=T+1',
  ]) {
    assert.equal((await send('GET', url, { key: ours.key })).text, empty, url);
    assert.equal((await send('GET', `/o/our-broker${url}`, { key: ours.key })).text, empty, url);
  }
  const body = { identifiers: ['their-account', 'nobodys-account'] };
  const batch = await send('POST', '/v1/accounts/batch-get', { body, key: ours.key });
  assert.deepEqual(batch.body, { items: [], missing: body.identifiers });
  const items = body.identifiers.map((identifier) => ({ identifier }));
  const asked = await send('POST', '/v1/eligibility', { body: { items }, key: ours.key });
  const error = { code: 'not-found', detail: 'No such account is available to you.' };
  assert.deepEqual(asked.body, { items: [{ error }, { error }] });
});

test('200 lists hold none of theirs beside ours, on any page', async () => {
  for (let count = 0; count < 5; count += 1) await api.customer({ familyName: 'Theirs' });
  for (let count = 0; count < 5; count += 1) await api.customer({ familyName: 'Ours' }, ours.key);
  let url: string | undefined = '/v1/customers?limit=2';
  const names: string[] = [];
  while (url) {
    const { body }: TestResponse = await send('GET', url, { key: ours.key });
    names.push(...body.items.map((item: { familyName: string }) => item.familyName));
    url = body.next && new URL(body.next).pathname + new URL(body.next).search;
  }
  assert.deepEqual(names, Array(5).fill('Ours'));
});

test('201 with an identifier, account number, e-mail and reference that they have', async () => {
  const body = {
    customer: person(theirCustomer),
    accountNumber: 'T 1',
    alias: 'home',
  };
  const created = await send('PUT', '/v1/accounts/their-account', { body, key: ours.key });
  assert.equal(created.status, 201, created.text);
  assert.notEqual(created.body.customerNumber, theirs.customerNumber);
  const read = await send('GET', '/v1/accounts/their-account', { key: ours.key });
  assert.equal(read.body.customerNumber, created.body.customerNumber);
  assert.equal((await send('GET', '/v1/accounts/their-account')).body.customerNumber, theirs.customerNumber);
});

test('an erased identifier of theirs is free for us', async () => {
  const { customerNumber } = await api.account({ identifier: 'erased-theirs' });
  await send('DELETE', `/v1/customers/${customerNumber}`);
  const options = { body: { customer: person() }, key: ours.key };
  assert.equal((await send('PUT', '/v1/accounts/erased-theirs', options)).status, 201);
});

test('an Idempotency-Key of theirs is not ours', async () => {
  const headers = { 'idempotency-key': 'the same' };
  const body = person();
  const first = await send('POST', '/v1/customers', { body, headers });
  const second = await send('POST', '/v1/customers', { body, headers, key: ours.key });
  assert.equal(second.status, 201);
  assert.equal(second.headers['idempotency-replayed'], undefined);
  assert.notEqual(second.body.customerNumber, first.body.customerNumber);
});

for (const { method, path, operationId } of native.routes) {
  test(`404 ${method} ${path}: under another slug, whether it exists or not`, async () => {
    const url = `/v1${path.replace(':customerNumber', String(theirs.customerNumber)).replace(':identifier', 'their-account')}`;
    const body = operationId === 'batchGetAccounts' ? { identifiers: ['their-account'] } : {};
    const options = { key: ours.key, ...(method === 'GET' ? {} : { body }) };
    const foreign = await send(method, `/o/${server.organisation.slug}${url}`, options);
    const unknown = await send(method, `/o/nobody${url}`, options);
    assert.equal(foreign.status, 404);
    assert.deepEqual(shape(foreign), shape(unknown));
  });
}

test('links carry the base URL of the organisation', async () => {
  const { organisation } = ours;
  assert.equal(organisation.baseUrl, 'https://accounts.example.com/o/our-broker');
  const created = await send('POST', '/v1/accounts', { body: { customer: person() }, key: ours.key });
  assert.equal(created.headers.location, `${organisation.baseUrl}/v1/accounts/${created.body.identifier}`);
  const customer = await send('POST', '/v1/customers', { body: person(), key: ours.key });
  assert.equal(customer.headers.location, `${organisation.baseUrl}/v1/customers/${customer.body.customerNumber}`);
  const { body } = await send('GET', '/v1/customers?limit=1', { key: ours.key });
  assert.ok(body.next.startsWith(`${organisation.baseUrl}/v1/customers?`), body.next);
});

test('a link can be followed as it is', async () => {
  const created = await send('POST', '/v1/accounts', { body: { customer: person() }, key: ours.key });
  const { pathname } = new URL(created.headers.location as string);
  assert.deepEqual((await send('GET', pathname, { key: ours.key })).body, created.body);
});
