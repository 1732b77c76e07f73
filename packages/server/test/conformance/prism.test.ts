import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openApiDocument } from '#http/openapi.ts';
import { dialects } from '#server';
import { actorOf } from '../support/fixtures.ts';
import { typeOf } from '../support/holdings.ts';
import { type Checked, type Prism, startPrism } from '../support/prism.ts';
import { publicUrl, startTestServer } from '../support/server.ts';

const server = await startTestServer();
const upstream = await server.app.listen({ port: 0, host: '127.0.0.1' });

// biome-ignore lint/suspicious/noExplicitAny: tests look into documents freely
function documentOf(name: string): any {
  const dialect = dialects.find((candidate) => candidate.name === name);
  assert.ok(dialect);
  return openApiDocument(dialect, publicUrl);
}

/** Sends one request through Prism and expects a status. */
type Step = (
  status: number,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Checked>;

async function prismFor(t: TestContext, document: object): Promise<Prism> {
  const prism = await startPrism(document, upstream, {
    authorization: `Bearer ${server.key}`,
    'et-client-name': 'example-app',
  });
  t.after(prism.stop);
  return prism;
}

/** A tour of the main requests of a dialect, each of them and each response held against the dialect's document. */
function tour(name: string, run: (step: Step) => Promise<void>): void {
  test(`${name}: Prism finds no request and no response that breaks the document`, async (t) => {
    const prism = await prismFor(t, documentOf(name));
    await run(async (status, method, path, body, headers = {}) => {
      const response = await prism.send(method, path, { body, headers });
      assert.equal(response.status, status, `${method} ${path}: ${JSON.stringify(response.body)}`);
      return response;
    });
  });
}

tour('native', async (step) => {
  const customer = {
    givenName: 'Ada',
    familyName: 'Example',
    email: 'ada@example.com',
    birthDate: '1990-02-28',
    address: { addressCountry: 'GB' },
  };
  const key = { 'idempotency-key': 'order-4711' };
  const created = await step(201, 'POST', '/v1/accounts', { identifier: 'native-1', alias: 'first', customer }, key);
  const { customerNumber } = created.body;
  assert.equal(
    (await step(201, 'POST', '/v1/accounts', { identifier: 'native-1', alias: 'first', customer }, key)).headers.get(
      'idempotency-replayed',
    ),
    'true',
  );
  await step(422, 'POST', '/v1/accounts', { identifier: 'native-2', customerNumber }, key);
  const { etag } = Object.fromEntries((await step(200, 'GET', '/v1/accounts/native-1')).headers);
  await step(304, 'GET', '/v1/accounts/native-1', undefined, { 'if-none-match': String(etag) });
  await step(
    200,
    'PATCH',
    '/v1/accounts/native-1',
    { alias: null },
    { 'if-match': String(etag), 'content-type': 'application/merge-patch+json' },
  );
  await step(412, 'PATCH', '/v1/accounts/native-1', { alias: 'late' }, { 'if-match': String(etag) });
  await step(201, 'PUT', '/v1/accounts/native-2', { customerNumber });
  await step(200, 'PUT', '/v1/accounts/native-2', { customerNumber });
  await step(409, 'PUT', '/v1/accounts/native-2', { customerNumber, alias: 'other' });
  await step(201, 'POST', `/v1/customers/${customerNumber}/accounts`, { accountNumber: 'MEMBER 1' });
  await step(200, 'GET', '/v1/accounts?accountNumber=MEMBER%201');
  await step(200, 'GET', '/v1/accounts?limit=2');
  await step(400, 'GET', '/v1/accounts?identifier=native-1&accountNumber=A1');
  assert.equal((await step(200, 'GET', `/v1/customers/${customerNumber}/accounts?limit=2`)).body.items.length, 2);
  await step(200, 'POST', '/v1/accounts/native-2/make-default');
  await step(200, 'POST', '/v1/accounts/batch-get', { identifiers: ['native-1', 'nowhere'] });
  await step(200, 'GET', '/v1/customers?email=ada%40example.com&limit=1');
  await step(200, 'GET', `/v1/customers/${customerNumber}`);
  await step(200, 'PATCH', `/v1/customers/${customerNumber}`, {
    telephone: '+44 20 7946 0018',
    emergencyContact: { name: 'Bob Example' },
  });
  await step(409, 'POST', '/v1/customers', { familyName: 'Sample', email: 'ADA@example.com' });
  await step(404, 'GET', '/v1/customers/4999999');
  await step(204, 'DELETE', '/v1/accounts/native-2');
  await step(410, 'GET', '/v1/accounts/native-2');
  await step(204, 'DELETE', `/v1/customers/${customerNumber}`);
  await step(410, 'GET', '/v1/accounts/native-1');
});

tour('openactive', async (step) => {
  const path = '/openactive/customer-accounts/openactive-1';
  await typeOf(server.store, actorOf(server.organisation), { id: 'student', label: 'Student', evidence: 'after' });
  const concept = `${publicUrl}/openactive/entitlement-lists/residents#student`;
  const customer = { '@type': 'Person', givenName: 'Bea', familyName: 'Example', email: 'bea@example.com' };
  const account = {
    '@context': 'https://openactive.io/',
    '@type': 'CustomerAccount',
    accountNumber: 'MEMBER 2',
    customer,
    accessPass: [{ '@type': 'Barcode', text: '0042170', 'beta:codeType': 'code128', 'tessera:passNamespace': 'card' }],
    entitlement: [{ '@type': 'Entitlement', validUntil: '2099-01-01', entitlementType: { '@id': concept } }],
  };
  await step(201, 'PUT', path, account);
  await step(200, 'PUT', path, account);
  await step(409, 'PUT', path, { ...account, accountNumber: 'MEMBER 3' });
  const etag = String((await step(200, 'GET', path)).headers.get('etag'));
  await step(200, 'GET', path, undefined, { accept: 'application/json' });
  await step(304, 'GET', path, undefined, { 'if-none-match': etag });
  const patch = { customer: { telephone: '+44 20 7946 0018', address: { streetAddress: '1 Example Street' } } };
  await step(200, 'PATCH', path, patch, { 'content-type': 'application/merge-patch+json', 'if-match': etag });
  await step(412, 'PATCH', path, patch, { 'if-match': etag });
  const found = await step(200, 'GET', '/openactive/customer-accounts?accountNumber=MEMBER%202');
  assert.equal(found.body.numberOfItems, 1);
  await step(200, 'GET', '/openactive/customer-accounts?customer.email=nobody%40example.com');
  const extended = await step(200, 'GET', `${path}?profile=extended`);
  assert.equal(extended.body.entitlement[0]['tessera:grantState'], 'provisional');
  const held = { accessPass: [{ text: '0042170', url: null }, { text: '0042171' }], entitlement: null };
  await step(200, 'PATCH', path, held, { 'content-type': 'application/merge-patch+json' });
  const byPass = 'accessPass.text=0042171&accessPass.namespace=card';
  assert.equal((await step(200, 'GET', `/openactive/customer-accounts?${byPass}`)).body.numberOfItems, 1);
  await step(400, 'GET', '/openactive/customer-accounts');
  await step(404, 'GET', '/openactive/customer-accounts/nowhere');
  await step(200, 'GET', '/openactive/ns');
  const feed = await step(200, 'GET', '/openactive/feeds/customer-accounts?limit=1');
  assert.equal(feed.body.items.length, 1);
  await step(200, 'GET', feed.body.next.slice(publicUrl.length), undefined, { accept: 'application/json' });
  await step(202, 'DELETE', path);
  await step(410, 'GET', path);
});

tour('imin', async (step) => {
  const person = {
    '@type': 'Person',
    givenName: 'Cleo',
    familyName: 'Example',
    email: 'cleo@example.com',
    'imin:is13OrOver': true,
  };
  const account = { '@context': 'https://openactive.io/', '@type': 'CustomerAccount', customer: person };
  const key = { 'idempotency-key': 'registration-1' };
  const { identifier } = (await step(201, 'POST', '/api/v2/customer-accounts', account, key)).body;
  const replayed = await step(201, 'POST', '/api/v2/customer-accounts', account, key);
  assert.equal(replayed.headers.get('idempotency-replayed'), 'true');
  await step(409, 'POST', '/api/v2/customer-accounts', { ...account, identifier });
  const path = `/api/v2/customer-accounts/${identifier}`;
  const etag = String((await step(200, 'GET', path)).headers.get('etag'));
  await step(304, 'GET', path, undefined, { 'if-none-match': etag });
  const action = { '@type': 'CustomerUpdateAction', object: { '@type': 'Person', telephone: '020 811 8055' } };
  await step(200, 'POST', `${path}/actions`, action);
  await step(412, 'POST', `${path}/actions`, action, { 'if-match': etag });
  await step(400, 'POST', `${path}/actions`, { ...action, object: {} });
  await step(200, 'PATCH', path, { birthDate: '1990-02-28' });
  await step(200, 'GET', `${path}/linked-accounts`);
  await step(404, 'GET', `${path}/linked-accounts/nobody`);
  const flat = {
    email: 'dora@example.com',
    givenName: 'Dora',
    familyName: 'Example',
    address: { addressCountry: 'GB' },
  };
  const legacy = `/api/v2/customers/${(await step(201, 'POST', '/api/v2/customers', flat)).body.identifier}`;
  await step(200, 'PATCH', legacy, { telephone: null, familyName: 'Sample' });
  await step(200, 'GET', legacy);
  await step(202, 'DELETE', legacy);
  await step(410, 'GET', legacy);
  await step(404, 'GET', '/api/v2/customer-accounts/nowhere');
});

tour('entur', async (step) => {
  const stamps = { createdBy: 'app', createdByChannel: 'web' };
  const names = { firstName: 'Eva', surname: 'Eksempel' };
  const profile = {
    ...stamps,
    ...names,
    organisationId: server.organisation.id,
    email: 'eva@example.com',
    countryCode: '+47',
    telephoneNumberNoCountryCode: '40000001',
  };
  const { customerNumber } = (await step(200, 'POST', '/customers/v2/profiles', profile)).body;
  await step(400, 'POST', '/customers/v2/profiles', profile);
  const path = `/customers/v2/profiles/${customerNumber}`;
  await step(200, 'GET', path);
  await step(200, 'GET', '/customers/v2/profiles?email=eva%40example.com');
  await step(200, 'GET', '/customers/v2/profiles-search?surname=Eksempel&maxResultSet=5');
  await step(200, 'PUT', path, { changedBy: 'app', changedByChannel: 'web', ...names, dateOfBirth: '1990-02-28' });
  await step(200, 'POST', `${path}/customer-accounts`, { accountId: 'entur-1', alias: 'first' });
  await step(400, 'POST', `${path}/customer-accounts`, { accountId: 'entur-1' });
  const etag = String((await step(200, 'GET', `${path}/customer-accounts/entur-1`)).headers.get('etag'));
  await step(200, 'GET', `${path}/customer-accounts`);
  await step(200, 'GET', '/customers/v2/profiles/customer-accounts/entur-1');
  await step(200, 'PATCH', `${path}/customer-accounts/entur-1`, { isDefault: true, alias: null }, { 'if-match': etag });
  await step(412, 'PATCH', `${path}/customer-accounts/entur-1`, { alias: 'late' }, { 'if-match': etag });
  await step(404, 'GET', `${path}/customer-accounts/nowhere`);
  await step(200, 'DELETE', `${path}/customer-accounts/entur-1`);
  await step(200, 'DELETE', `${path}?expirationDate=2099-01-01T00:00:00Z`);
  await step(404, 'GET', '/customers/v2/profiles/4999999');
});

test('Prism itself works: it objects to a response that its document does not permit', async (t) => {
  const document = documentOf('native');
  const { Customer } = document.components.schemas;
  delete Customer.properties.familyName;
  const prism = await prismFor(t, document);
  await assert.rejects(
    prism.send('POST', '/v1/customers', { body: { familyName: 'Example' } }),
    /must NOT have additional properties; found 'familyName'/,
  );
});

test('Prism itself works: it objects to a request that its document does not permit', async (t) => {
  const prism = await prismFor(t, documentOf('native'));
  await assert.rejects(
    prism.send('POST', '/v1/customers', { body: { surname: 'Example' } }),
    /UNPROCESSABLE_ENTITY.*surname/,
  );
});
