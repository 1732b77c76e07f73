import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { native } from '#dialects/native/dialect.ts';
import type { Route } from '#http/route.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { buildServer } from '#server';
import { openStore } from '#store/store.ts';
import { evidence } from '../../support/evidence.ts';
import { actorOf } from '../../support/fixtures.ts';
import { publicUrl, startTestServer, type TestResponse } from '../../support/server.ts';
import { catalogueRequests, catalogueStatuses } from './catalogue-requests.ts';
import { evidenceRequests, evidenceStatuses } from './evidence-statuses.ts';
import { holdingsRequests, holdingsStatuses } from './holdings-requests.ts';
import { nativeApi, person, unique } from './support.ts';
import { webhookRequests, webhookStatuses } from './webhook-statuses.ts';

/** Every route with every status that it documents. The other files ask what stands behind each; this one that none is forgotten. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

type Request = { url: string; body?: unknown; headers?: Record<string, string> };

/** A request that succeeds, made afresh each time. */
const good: Record<string, () => Promise<Request>> = {
  listCustomers: async () => ({ url: '/v1/customers' }),
  createCustomer: async () => ({ url: '/v1/customers', body: person() }),
  readCustomer: async () => ({ url: await customer() }),
  changeCustomer: async () => ({ url: await customer(), body: { jobTitle: 'Baker' } }),
  eraseCustomer: async () => ({ url: await customer() }),
  listAccountsOfCustomer: async () => ({ url: `${await customer()}/accounts` }),
  createAccountOfCustomer: async () => ({ url: `${await customer()}/accounts`, body: { alias: 'home' } }),
  listAccounts: async () => ({ url: '/v1/accounts?identifier=nobody' }),
  createAccount: async () => ({ url: '/v1/accounts', body: { customer: person() } }),
  batchGetAccounts: async () => ({ url: '/v1/accounts/batch-get', body: { identifiers: ['nobody'] } }),
  readAccount: async () => ({ url: await account() }),
  readAccountHistory: async () => ({ url: `${await account()}/history` }),
  readCustomerHistory: async () => ({ url: `${await customer()}/history` }),
  changeAccount: async () => ({ url: await account(), body: { alias: 'home' } }),
  deleteAccount: async () => ({ url: await account() }),
  makeDefault: async () => ({ url: `${await account()}/make-default` }),
  putAccount: async () => ({ url: `/v1/accounts/${unique('put-')}`, body: { customer: person() } }),
  followChanges: async () => ({ url: '/v1/changes?limit=1' }),
  listReads: async () => ({ url: `${await customer()}/reads` }),
  listReadGaps: async () => ({ url: '/v1/read-gaps' }),
  ...catalogueRequests(server),
  ...holdingsRequests(server),
  ...evidenceRequests(server),
  ...webhookRequests(server),
};

/** How each route comes to the statuses of its own; a status that is not here comes from {@link general}. */
const special: Record<string, Record<number, () => Promise<TestResponse>>> = {
  ...catalogueStatuses(server, as),
  ...holdingsStatuses(server, as),
  ...evidenceStatuses(server, as),
  ...webhookStatuses(server, as),
  followChanges: {
    410: async () => {
      const { organisation, key } = await server.organisationWithKey(unique('Forgetful '));
      await api.customer({}, key);
      const text = 'update organisation_counter set pruned_to = 1 where organisation_id = $1';
      await server.database.query(text, [organisation.id]);
      return as('followChanges', { key });
    },
  },
  createCustomer: {
    409: async () => as('createCustomer', { body: person({ email: (await api.customer()).email }) }),
    410: () => erasedSince('createCustomer'),
  },
  readCustomer: {
    304: async () => as('readCustomer', { headers: { 'if-none-match': '*' } }),
    410: async () => send('GET', await erasedCustomer()),
  },
  changeCustomer: {
    409: async () => as('changeCustomer', { url: await passiveCustomer() }),
    410: async () => as('changeCustomer', { url: await erasedCustomer() }),
  },
  eraseCustomer: { 410: async () => send('DELETE', await erasedCustomer()) },
  listAccountsOfCustomer: { 410: async () => send('GET', `${await erasedCustomer()}/accounts`) },
  createAccountOfCustomer: {
    409: async () => as('createAccountOfCustomer', { url: `${await passiveCustomer()}/accounts` }),
    410: async () => as('createAccountOfCustomer', { url: `${await erasedCustomer()}/accounts` }),
  },
  createAccount: {
    409: async () =>
      as('createAccount', { body: { customer: person(), identifier: (await api.account()).identifier } }),
    410: () => erasedSince('createAccount'),
  },
  readAccount: {
    304: async () => as('readAccount', { headers: { 'if-none-match': '*' } }),
    410: async () => send('GET', await deletedAccount()),
  },
  changeAccount: {
    409: async () => {
      const { customerNumber } = await api.account({ customer: person(), alias: 'home' });
      const other = await api.account({ customerNumber });
      return as('changeAccount', { url: `/v1/accounts/${other.identifier}` });
    },
    410: async () => as('changeAccount', { url: await deletedAccount() }),
  },
  deleteAccount: { 410: async () => send('DELETE', await deletedAccount()) },
  makeDefault: {
    409: async () => {
      const { identifier, customerNumber } = await api.account();
      await deactivate(customerNumber);
      return send('POST', `/v1/accounts/${identifier}/make-default`);
    },
    410: async () => send('POST', `${await deletedAccount()}/make-default`),
  },
  putAccount: {
    200: async () => {
      const { url, body } = await (good.putAccount as () => Promise<Request>)();
      assert.equal((await send('PUT', url, { body })).status, 201);
      return send('PUT', url, { body });
    },
    409: async () => as('putAccount', { url: await account() }),
    410: async () => {
      const { identifier, customerNumber } = await api.account();
      await send('DELETE', `/v1/customers/${customerNumber}`);
      return as('putAccount', { url: `/v1/accounts/${identifier}` });
    },
  },
};

/** Statuses that every route comes to in the same way. */
const general: Record<number, (route: Route) => Promise<TestResponse>> = {
  200: ({ operationId }) => as(operationId),
  201: ({ operationId }) => as(operationId),
  204: ({ operationId }) => as(operationId),
  400: ({ operationId }) => as(operationId, { query: 'surprise=1' }),
  401: ({ operationId }) => as(operationId, { key: null }),
  403: async ({ operationId }) =>
    as(operationId, { key: (await server.keyWith(['openactive-customeraccount-query'])).key }),
  404: ({ operationId }) => as(operationId, { prefix: '/o/nobody' }),
  412: ({ operationId }) => as(operationId, { headers: { 'if-match': '"v999"' } }),
  413: ({ operationId }) => as(operationId, { body: ' '.repeat(1024 * 1024 + 1) }),
  415: ({ operationId }) => as(operationId, { headers: { 'content-type': 'text/plain' } }),
  422: async ({ operationId }) => {
    const request = await (good[operationId] as () => Promise<Request>)();
    const headers = { 'idempotency-key': unique('key-') };
    assert.equal((await as(operationId, { ...request, headers })).status, 201);
    return as(operationId, { ...request, headers, body: { ...(request.body as object), accountNumber: 'A 2' } });
  },
  429: async ({ operationId }) => {
    const input = { organisationId: server.organisation.id, name: 'stopped client', rateLimits: { perSecond: 0 } };
    return as(operationId, { key: (await createKey(server.store, input)).key });
  },
  503: ({ operationId }) => as(operationId, { app: deadApp }),
};

for (const route of native.routes) {
  const statuses = Object.keys(route.responses).map(Number);
  for (const status of statuses.filter((documented) => documented !== 500)) {
    test(`${status} ${route.method} ${route.path}`, async () => {
      const own = special[route.operationId]?.[status];
      const response = await (own ? own() : general[status]?.(route));
      assert.ok(response, `nothing here leads to ${status}`);
      assert.equal(response.status, status, response.text);
      if (status >= 400) assert.equal(response.body.status, status);
      if (status === 401) assert.equal(response.headers['www-authenticate'], 'Bearer');
      if (status === 429 || status === 503) assert.match(String(response.headers['retry-after']), /^[1-9]\d*$/);
      for (const header of route.responses[status]?.headers ?? []) {
        assert.ok(response.headers[header.toLowerCase()], `${header} is documented`);
      }
    });
  }
}

test('what is asked for is documented', () => {
  const strays = Object.entries(special).flatMap(([operationId, statuses]) => {
    const route = native.routes.find((candidate) => candidate.operationId === operationId);
    return Object.keys(statuses).filter((status) => !route?.responses[Number(status)]);
  });
  assert.deepEqual(strays, []);
  assert.deepEqual(Object.keys(good).sort(), native.routes.map(({ operationId }) => operationId).sort());
});

/** Sends the good request of a route, with what is to be different. */
async function as(
  operationId: string,
  different: Partial<Request> & { query?: string; prefix?: string; key?: string | null; app?: typeof deadApp } = {},
): Promise<TestResponse> {
  const route = native.routes.find((candidate) => candidate.operationId === operationId) as Route;
  const { query, prefix = '', key = server.key, app, ...rest } = different;
  const { url, body, headers = {} } = { ...(await (good[operationId] as () => Promise<Request>)()), ...rest };
  const full = `${prefix}${url}${query ? `${url.includes('?') ? '&' : '?'}${query}` : ''}`;
  const own = { ...headers, ...(key === null || !app ? {} : { authorization: `Bearer ${key}` }) };
  if (!app) return send(route.method, full, { headers: own, key, ...(body === undefined ? {} : { body }) });
  const response = await app.inject({ method: route.method, url: full, headers: own });
  return {
    status: response.statusCode,
    headers: response.headers as TestResponse['headers'],
    body: response.json(),
    text: response.body,
  };
}

/** A server whose database is gone. */
const deadStore = openStore({ host: '/nonexistent', user: 'nobody', database: 'none' });
const deadApp = buildServer({
  store: deadStore,
  config: {
    publicUrl,
    trustedProxies: [],
    addressLimits: { identified: 1000, unidentified: 1000 },
    evidence,
    checkResponses: true,
  },
  log: pino({ level: 'silent' }),
});
after(async () => {
  await deadApp.close();
  await deadStore.close();
});

async function customer(): Promise<string> {
  return `/v1/customers/${(await api.customer()).customerNumber}`;
}

async function account(): Promise<string> {
  return `/v1/accounts/${(await api.account()).identifier}`;
}

async function erasedCustomer(): Promise<string> {
  const url = await customer();
  assert.equal((await send('DELETE', url)).status, 204);
  return url;
}

async function deletedAccount(): Promise<string> {
  const url = await account();
  assert.equal((await send('DELETE', url)).status, 204);
  return url;
}

async function passiveCustomer(): Promise<string> {
  const { customerNumber } = await api.customer();
  await deactivate(customerNumber);
  return `/v1/customers/${customerNumber}`;
}

async function deactivate(customerNumber: number): Promise<void> {
  await deactivateCustomer(
    server.store,
    actorOf(server.organisation),
    customerNumber,
    new Date('2030-01-01T00:00:00Z'),
    'test',
  );
}

/** Repeats a create under its Idempotency-Key after what it created was erased. */
async function erasedSince(operationId: string): Promise<TestResponse> {
  const request = await (good[operationId] as () => Promise<Request>)();
  const headers = { 'idempotency-key': unique('key-') };
  const { body } = await as(operationId, { ...request, headers });
  assert.equal((await send('DELETE', `/v1/customers/${body.customerNumber}`)).status, 204);
  return as(operationId, { ...request, headers });
}
