import assert from 'node:assert/strict';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { actorOf } from '../../support/fixtures.ts';
import type { TestResponse, TestServer } from '../../support/server.ts';
import { holdingsApi } from './holdings-support.ts';
import { nativeApi, unique } from './support.ts';

type Request = { url: string; body?: unknown };
type Sender = (operationId: string, different?: Partial<Request>) => Promise<TestResponse>;

/** For every route about what accounts hold a request that succeeds, made afresh each time. */
export function holdingsRequests(server: TestServer): Record<string, () => Promise<Request>> {
  const api = holdingsApi(server);
  const { account } = api;
  const reason = { reason: 'moved away' };
  return {
    listEntitlements: async () => ({ url: `${await account()}/entitlements` }),
    grantEntitlement: async () => ({
      url: `${await account()}/entitlements`,
      body: { entitlementType: await api.type() },
    }),
    readEntitlement: async () => ({ url: await api.grant(await account()) }),
    changeEntitlement: async () => ({ url: await api.grant(await account()), body: { validUntil: '2999-01-01' } }),
    revokeEntitlement: async () => ({ url: `${await api.grant(await account())}/revoke`, body: reason }),
    listAccessPasses: async () => ({ url: `${await account()}/access-passes` }),
    assignAccessPass: async () => ({ url: `${await account()}/access-passes`, body: { text: unique('TEXT-') } }),
    readAccessPass: async () => ({ url: await api.pass(await account()) }),
    changeAccessPass: async () => ({ url: await api.pass(await account()), body: { codeType: 'code128' } }),
    retireAccessPass: async () => ({ url: `${await api.pass(await account())}/retire`, body: { reason: 'lost' } }),
    replaceAccessPass: async () => ({ url: `${await api.pass(await account())}/replace`, body: { reason: 'lost' } }),
    scanAccessPass: async () => ({ url: await activePass(server) }),
    releaseAccessPass: async () => ({ url: `${await reservedPass(server)}/release` }),
    listReservedPasses: async () => ({ url: '/v1/pass-namespaces/card/reserved' }),
    reservePasses: async () => ({ url: '/v1/pass-namespaces/card/reserve', body: { texts: [unique('TEXT-')] } }),
    generatePasses: async () => ({ url: '/v1/pass-namespaces/card/generate', body: { count: 2 } }),
    listOutstandingActions: async () => ({ url: `${await account()}/outstanding-actions` }),
    createOutstandingAction: async () => ({
      url: `${await account()}/outstanding-actions`,
      body: { kind: 'terms', name: 'Accept the terms' },
    }),
    readOutstandingAction: async () => ({ url: await api.action(await account()) }),
    changeOutstandingAction: async () => ({ url: await api.action(await account()), body: { name: 'Pay' } }),
    completeOutstandingAction: async () => ({ url: `${await api.action(await account())}/complete` }),
    cancelOutstandingAction: async () => ({ url: `${await api.action(await account())}/cancel`, body: reason }),
    askEligibility: async () => ({ url: `${await account()}/eligibility` }),
    batchAskEligibility: async () => ({ url: '/v1/eligibility', body: { items: [{ identifier: 'nobody' }] } }),
  };
}

/** How these routes come to statuses of their own. */
export function holdingsStatuses(
  server: TestServer,
  as: Sender,
): Record<string, Record<number, () => Promise<TestResponse>>> {
  const good = holdingsRequests(server);
  const api = holdingsApi(server);
  const urlOf = async (operationId: string) => (await (good[operationId] as () => Promise<Request>)()).url;
  const known = (operationId: string) => async () =>
    server.send('GET', await urlOf(operationId), { headers: { 'if-none-match': '*' } });
  /** The request after its account went, or its customer was deactivated. */
  const after = (operationId: string, what: (account: string) => Promise<void>) => async () => {
    const url = await urlOf(operationId);
    await what(url.split('/').slice(0, 4).join('/'));
    return as(operationId, { url });
  };
  const deleted = async (account: string) => {
    assert.equal((await server.send('DELETE', account)).status, 204);
  };
  const passive = async (account: string) => {
    const { customerNumber } = (await api.get(account)).body;
    const at = new Date('2030-01-01T00:00:00Z');
    await deactivateCustomer(server.store, actorOf(server.organisation), customerNumber, at, 'test');
  };
  const reads = ['listEntitlements', 'readEntitlement', 'listAccessPasses', 'readAccessPass'];
  reads.push('listOutstandingActions', 'readOutstandingAction');
  const writes = ['grantEntitlement', 'changeEntitlement', 'revokeEntitlement', 'assignAccessPass', 'changeAccessPass'];
  writes.push('retireAccessPass', 'replaceAccessPass', 'createOutstandingAction', 'changeOutstandingAction');
  writes.push('completeOutstandingAction', 'cancelOutstandingAction');
  const keyed = ['grantEntitlement', 'revokeEntitlement', 'assignAccessPass', 'retireAccessPass', 'replaceAccessPass'];
  keyed.push('createOutstandingAction', 'cancelOutstandingAction', 'reservePasses', 'generatePasses');
  return Object.fromEntries([
    ...reads.map((route) => [route, { 304: known(route), 410: after(route, deleted) }]),
    ['askEligibility', { 410: after('askEligibility', deleted) }],
    ...writes.map((route) => [
      route,
      {
        409: after(route, passive),
        410: after(route, deleted),
        ...(keyed.includes(route) ? { 422: () => reused(server, good, route) } : {}),
      },
    ]),
    ['releaseAccessPass', { 409: async () => as('releaseAccessPass', { url: `${await activePass(server)}/release` }) }],
    [
      'reservePasses',
      {
        409: async () => {
          const taken = decodeURIComponent((await activePass(server)).split('/').at(-1) as string);
          return as('reservePasses', { body: { texts: [taken] } });
        },
        413: () => as('reservePasses', { body: ' '.repeat(2 * 1024 * 1024 + 1) }),
        422: () => reused(server, good, 'reservePasses'),
      },
    ],
    ['generatePasses', { 409: () => inUse(server), 422: () => reused(server, good, 'generatePasses') }],
  ]);
}

/** URL of a scan of a pass that is in use. */
async function activePass(server: TestServer): Promise<string> {
  const text = unique('GATE-');
  await nativeApi(server).account({ accessPass: [{ text }] });
  return `/v1/access-passes/card/${text}`;
}

async function reservedPass(server: TestServer): Promise<string> {
  const text = unique('PRINT-');
  await holdingsApi(server).post('/v1/pass-namespaces/card/reserve', { texts: [text] }, 201);
  return `/v1/access-passes/card/${text}`;
}

/** An Idempotency-Key for another body. */
async function reused(
  server: TestServer,
  good: ReturnType<typeof holdingsRequests>,
  route: string,
): Promise<TestResponse> {
  const { url, body } = await (good[route] as () => Promise<Request>)();
  const headers = { 'idempotency-key': unique('key-') };
  const first = await server.send('POST', url, { body, headers });
  assert.ok(first.status === 200 || first.status === 201, first.text);
  return server.send('POST', url, { body: { ...(body as object), more: 1 }, headers });
}

/** A request with an Idempotency-Key under which another process is just writing. */
async function inUse(server: TestServer): Promise<TestResponse> {
  const { reservedPasses } = server.store;
  reservedPasses.reserve = async () => ({ outcome: 'idempotency' });
  try {
    const headers = { 'idempotency-key': unique('key-') };
    return await server.send('POST', '/v1/pass-namespaces/card/generate', { body: { count: 1 }, headers });
  } finally {
    // The method of the class is there again.
    Reflect.deleteProperty(reservedPasses, 'reserve');
  }
}
