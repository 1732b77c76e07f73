import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '#http/route.ts';
import { sweepAccounts } from '#operations/accounts/sweep.ts';
import { expireCustomers } from '#operations/customers/expire.ts';
import { propagateTypes } from '#operations/entitlement-types/propagate.ts';
import { purgeFiles } from '#operations/evidence/purge-files.ts';
import { dialects } from '#server';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { done, evidenceApi } from '../native/evidence-support.ts';
import { person } from '../native/support.ts';

/**
 * Whatever can change what is shown, nobody who has an older answer is told 304: every route that answers 304 is asked with the tag it
 * had, after each of the steps below. A new route with If-None-Match stands here, or the first test fails.
 */
const server = await startTestServer();
const { send, store } = server;
const api = evidenceApi(server);
const at = (instant: string) => {
  server.clock.now = new Date(instant);
};
at('2026-11-21T09:00:00Z');

const lists = '/v1/entitlement-lists';
await api.post(lists, { slug: 'residents', title: 'Residents' }, 201);
const typeOf = async (id: string, members: object = {}) =>
  (await api.post(`${lists}/residents/types`, { id, label: id, ...members }, 201)).body.uri;
const [adult, student, pending, staff] = [
  await typeOf('adult'),
  await typeOf('student', { evidence: 'after' }),
  await typeOf('pending', { evidence: 'before' }),
  await typeOf('staff', { hidden: true }),
];
const account = await api.account({ customer: person(), identifier: 'stale', alias: 'home' });
const { customerNumber } = await api.read(account);
const granted = [
  await api.grant(account, { entitlementType: adult, validFrom: '2026-11-23', validUntil: '2026-12-01' }),
  await api.grant(account, { entitlementType: student, validUntil: '2027-11-21' }),
  await api.grant(account, { entitlementType: pending }),
  await api.grant(account, { entitlementType: staff, validUntil: '2026-11-25' }),
];
const requests = await Promise.all(
  [1, 2].map(async (index) => `/v1/evidence-requests/${(await api.read(granted[index] as string)).evidenceRequest.id}`),
);
const pass = await api.pass(account, { text: 'STALE-1' });
const action = await api.action(account);

/** By dialect and operation. */
const asked: Record<string, string[]> = {
  'native readCustomer': [`/v1/customers/${customerNumber}`],
  'native readAccount': [account],
  'native listEntitlements': ['', '?at=2026-11-21', '?at=2026-11-24', '?at=2027-01-01', '?history=true'].map(
    (query) => `${account}/entitlements${query}`,
  ),
  'native readEntitlement': granted,
  'native listAccessPasses': ['', '?history=true'].map((query) => `${account}/access-passes${query}`),
  'native readAccessPass': [pass],
  'native listOutstandingActions': ['', '?history=true'].map((query) => `${account}/outstanding-actions${query}`),
  'native readOutstandingAction': [action],
  'native readEvidenceRequest': requests,
  'native readEntitlementList': [`${lists}/residents`],
  'native readEntitlementType': [`${lists}/residents/types/adult`],
  'native readPassNamespace': ['/v1/pass-namespaces/card'],
  'native readOrganisation': ['/v1/organisation'],
  'openactive getCustomerAccount': ['', '?profile=extended'].map(
    (query) => `/openactive/customer-accounts/stale${query}`,
  ),
  'openactive getEntitlementList': ['/openactive/entitlement-lists/residents'],
  'openactive getConcept': ['/openactive/entitlement-lists/residents/concepts/adult'],
  'imin readCustomerAccount': ['/api/v2/customer-accounts/stale'],
  'imin readCustomer': ['/api/v2/customers/stale'],
};

const patch = (url: string, body: object) => async () => {
  done(await send('PATCH', url, { body, headers: { 'content-type': 'application/merge-patch+json' } }));
};
const now = () => server.clock.now as Date;

/** What may change something of what is shown, in this order; and whether it does. */
const steps: [string, () => unknown][] = [
  ['the customer changes', patch(`/v1/customers/${customerNumber}`, { jobTitle: 'Baker' })],
  ['the account changes', patch(account, { alias: 'away' })],
  ['a broker list is set', patch('/v1/organisation', { brokerList: 'residents' })],
  ['days for evidence are set', patch('/v1/organisation', { evidenceRetentionDays: 3 })],
  ['the list changes', patch(`${lists}/residents`, { title: 'Citizens' })],
  ['a type changes', patch(`${lists}/residents/types/adult`, { label: 'Grown-up' })],
  ['its label comes to the accounts', () => propagateTypes(store, now())],
  ['the namespace changes', patch('/v1/pass-namespaces/card', { codeType: 'code39' })],
  ['a pass changes', patch(pass, { codeType: 'code128' })],
  ['an action changes', patch(action, { name: 'Pay at once' })],
  ['proof is sent', () => api.submit(requests[0] as string).then(done)],
  ['an entitlement begins', () => at('2026-11-23T00:00:00Z')],
  ['a hidden one ends', () => at('2026-11-25T00:00:00Z')],
  ['that is written down', () => sweepAccounts(store, now())],
  ['proof is approved', () => api.step(requests[0] as string, 'approve').then(done)],
  ['its files are due', () => at('2026-11-28T00:00:00Z')],
  ['its files are deleted', () => purgeFiles(store, now())],
  [
    'the broker list is another one',
    async () => {
      await api.post(lists, { slug: 'other', title: 'Other' }, 201);
      await patch('/v1/organisation', { brokerList: 'other' })();
    },
  ],
  ['there is no broker list', patch('/v1/organisation', { brokerList: null })],
  ['an entitlement ends, another one’s proof is overdue', () => at('2026-12-06T00:00:00Z')],
  ['that is written down too', () => sweepAccounts(store, now())],
  ['a type of what is over changes', patch(`${lists}/residents/types/pending`, { label: 'Waiting' })],
  ['a type becomes hidden', patch(`${lists}/residents/types/student`, { hidden: true })],
  ['that comes to the accounts', () => propagateTypes(store, now())],
  ['an entitlement is revoked', () => api.post(`${granted[1]}/revoke`, { reason: 'moved' }, 200)],
  ['a pass is retired', () => api.post(`${pass}/retire`, { reason: 'lost' }, 200)],
  ['its text is released', () => api.post('/v1/access-passes/card/STALE-1/release', undefined, 204)],
  ['it is somebody else’s', async () => void (await api.pass(await api.account(), { text: 'STALE-1' }))],
  ['an action is over', () => api.post(`${action}/complete`, undefined, 200)],
  ['the customer has another account', () => api.post('/v1/accounts', { customerNumber, isDefault: true }, 201)],
  [
    'the profile is deactivated',
    async () => {
      const headers = { 'ET-Client-Name': 'stale-test' };
      assert.equal((await send('DELETE', `/customers/v2/profiles/${customerNumber}`, { headers })).status, 200);
    },
  ],
  ['a year passes', () => at('2027-12-01T00:00:00Z')],
];

const urls = Object.values(asked).flat();
const read = (url: string, tag?: string) =>
  send('GET', url, tag === undefined ? {} : { headers: { 'if-none-match': tag } });
const tagOf = ({ headers }: TestResponse) => String(headers.etag);

/** The newest tag of each URL, and all that was shown under any. */
const known = new Map<string, string>();
const shown = new Map<string, unknown>();
for (const url of urls) learn(url, await api.get(url));

/** One tag stands for one answer, for ever. */
function learn(url: string, answer: TestResponse): void {
  const key = `${url} ${tagOf(answer)}`;
  if (shown.has(key)) assert.deepEqual(answer.body, shown.get(key), key);
  shown.set(key, answer.body);
  known.set(url, tagOf(answer));
}

const conditional = ({ method, headers }: Route) => method === 'GET' && headers?.['If-None-Match'] !== undefined;

test('every route that answers 304 is asked here', () => {
  const routes = dialects.flatMap(({ name, routes: all }) =>
    all.filter(conditional).map(({ operationId }) => `${name} ${operationId}`),
  );
  assert.deepEqual(Object.keys(asked).sort(), routes.sort());
});

for (const [name, step] of steps) {
  test(`after ${name} nobody is told 304 who has something else`, async () => {
    await step();
    for (const url of urls) {
      const before = known.get(url);
      const [again, present] = [await read(url, before), await read(url)];
      const same = present.status === 200 && tagOf(present) === before;
      assert.equal(again.status, same ? 304 : present.status, `${url} ${before}`);
      if (present.status === 200) learn(url, present);
    }
  });
}

test('what is erased at last is not told 304 either', async () => {
  await expireCustomers(store, now());
  for (const url of urls.filter((one) => one.includes('stale') || one.includes('customers'))) {
    const { status } = await read(url, known.get(url));
    assert.equal(status, 410, url);
  }
});
