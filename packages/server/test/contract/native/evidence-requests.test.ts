import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { evidenceLink } from '#operations/evidence/link.ts';
import { actorOf } from '../../support/fixtures.ts';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { done, evidenceApi, pdf } from './evidence-support.ts';
import { assertProblem, unique } from './support.ts';

const server = await startTestServer();
const { send, organisation } = server;
const api = evidenceApi(server);
const base = organisation.baseUrl;
server.clock.now = new Date('2026-11-21T09:00:00Z');

/** URL of an entitlement that needs no proof. */
const held = async (members: object = {}) =>
  api.grant(await api.account(), { entitlementType: await api.type({ label: 'Student' }), ...members });
const ask = (entitlement: string, body?: object, headers: Record<string, string> = {}) =>
  send('POST', `${entitlement}/evidence-requests`, { headers, ...(body === undefined ? {} : { body }) });

test('201 an operator asks: the whole representation', async () => {
  const account = await api.account();
  const entitlementType = await api.type({ label: 'Student' });
  const entitlement = await api.grant(account, { entitlementType, validUntil: '2027-11-21' });
  const wish = { name: ' Send your card ', description: 'Both sides.', deadlineDays: 3 };
  const response = await ask(entitlement, wish);
  const body = done(response, 201);
  const { id, customerNumber, entitlement: of, target } = body;
  assert.deepEqual(body, {
    id,
    state: 'requested',
    account: account.split('/').at(-1),
    customerNumber,
    entitlement: {
      id: entitlement.split('/').at(-1),
      entitlementType: of.entitlementType,
      state: 'active',
      validFrom: '2026-11-21',
      validUntil: '2027-11-21',
    },
    name: 'Send your card',
    description: 'Both sides.',
    requestedAt: '2026-11-21T09:00:00.000Z',
    requestedBy: 'test client',
    due: '2026-11-24',
    deadline: '2026-11-24T00:00:00.000Z',
    files: [],
    target: evidenceLink(organisation, id),
  });
  assert.equal(of.entitlementType.id, entitlementType);
  assert.equal(of.entitlementType.label, 'Student');
  assert.match(target, /^https:\/\/accounts\.example\.com\/evidence\/u\/[A-Za-z0-9_-]{54}$/);
  assert.equal(response.headers.location, `${base}/v1/evidence-requests/${id}`);
  const read = await send('GET', `/v1/evidence-requests/${id}`);
  assert.deepEqual([read.body, read.headers.etag], [body, response.headers.etag]);
  assert.equal(read.headers.etag, (await send('GET', account)).headers.etag);
});

test("201 without a body: as the type's settings say", async () => {
  const type = await api.type({
    label: 'Student',
    evidenceName: 'Proof of study',
    evidenceDescription: 'Your card.',
    evidenceDeadlineDays: 10,
    evidenceUrl: 'https://www.example.org/proof',
  });
  const entitlement = await api.grant(await api.account(), { entitlementType: type });
  const { name, description, due, target } = done(await ask(entitlement), 201);
  assert.deepEqual(
    { name, description, due, target },
    { name: 'Proof of study', description: 'Your card.', due: '2026-12-01', target: 'https://www.example.org/proof' },
  );
  assert.equal(done(await ask(await held(), {}), 201).name, 'Send proof for Student');
});

test('the deadline is local midnight, also when the clocks change', async () => {
  const { organisation: london, key } = await server.organisationWithKey('London');
  const before = server.clock.now;
  server.clock.now = new Date('2027-03-20T12:00:00Z');
  const customer = { familyName: 'Moss' };
  const list = { slug: 'residents', title: 'Residents' };
  done(await send('POST', '/v1/entitlement-lists', { key, body: list }), 201);
  const { uri } = done(await send('POST', '/v1/entitlement-lists/residents/types', { key, body: { label: 'A' } }), 201);
  const account = done(await send('POST', '/v1/accounts', { key, body: { customer } }), 201).identifier;
  const grant = { entitlementType: uri };
  const { id } = done(await send('POST', `/v1/accounts/${account}/entitlements`, { key, body: grant }), 201);
  const url = `/v1/accounts/${account}/entitlements/${id}/evidence-requests`;
  // The clocks go forward on 28 March at 01:00.
  const asked = done(await send('POST', url, { key, body: { deadlineDays: 9 } }), 201);
  assert.deepEqual([asked.due, asked.deadline], ['2027-03-29', '2027-03-28T23:00:00.000Z']);
  assert.ok(asked.target.startsWith(`${london.baseUrl}/evidence/u/`));
  server.clock.now = before;
});

test('201 again under the same Idempotency-Key is the same request', async () => {
  const entitlement = await held();
  const headers = { 'idempotency-key': unique('key-') };
  const first = await ask(entitlement, { deadlineDays: 5 }, headers);
  const again = await ask(entitlement, { deadlineDays: 5 }, headers);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assert.deepEqual(again.body, done(first, 201));
  assertProblem(await ask(entitlement, { deadlineDays: 6 }, headers), 422, 'idempotency-key-reused');
});

test('400 names every faulty member', async () => {
  const entitlement = await held();
  const body = { name: '  ', description: 'x'.repeat(1001), deadlineDays: 3651, colour: 'red' };
  assertProblem(await ask(entitlement, body), 400, 'invalid', ['/name', '/description', '/deadlineDays', '/colour']);
  for (const deadlineDays of [0, -1, 1.5, '3'])
    assertProblem(await ask(entitlement, { deadlineDays }), 400, 'invalid', ['/deadlineDays']);
  assertProblem(await ask(entitlement, { name: 'x'.repeat(101) }), 400, 'invalid', ['/name']);
});

test('404 for an entitlement that is not there or of another account; 410 when the account is gone', async () => {
  const entitlement = await held();
  const id = entitlement.split('/').at(-1);
  assertProblem(await ask(`${await api.account()}/entitlements/${id}`), 404, 'not-found');
  assertProblem(await ask(`${await api.account()}/entitlements/nobody`), 404, 'not-found');
  assertProblem(await ask(`/v1/accounts/nobody/entitlements/${id}`), 404, 'not-found');
  const account = entitlement.split('/entitlements')[0] as string;
  assert.equal((await send('DELETE', account)).status, 204);
  assertProblem(await ask(entitlement), 410, 'erased');
});

test('409 for an entitlement that is over, which a day may have ended that no job has seen', async () => {
  const entitlement = await held({ validUntil: '2026-11-22' });
  server.clock.now = new Date('2026-11-22T00:00:00Z');
  assertProblem(await ask(entitlement), 409, 'ended');
  server.clock.now = new Date('2026-11-21T09:00:00Z');
  assert.equal((await ask(entitlement)).status, 201);
});

test("412 unless If-Match names the account's present tag, for asking and for every step", async () => {
  const old = { 'if-match': '"v1.0"' };
  const tag = async (account: string) => ({ 'if-match': String((await send('GET', account)).headers.etag) });
  const entitlement = await held();
  const account = entitlement.split('/entitlements')[0] as string;
  assertProblem(await ask(entitlement, {}, old), 412, 'precondition-failed');
  const { id } = done(await ask(entitlement, {}, await tag(account)), 201);
  const request = `/v1/evidence-requests/${id}`;
  assertProblem(await api.submit(request, [pdf], {}, { headers: old }), 412, 'precondition-failed');
  done(await api.submit(request, [pdf], {}, { headers: await tag(account) }));
  for (const step of ['approve', 'reject', 'withdraw'] as const)
    assertProblem(await api.step(request, step, old), 412, 'precondition-failed');
  done(await api.step(request, 'approve', await tag(account)));
  assertProblem(await api.step(request, 'approve', { 'if-match': 'v1' }), 400, 'invalid', ['If-Match:']);
});

test('304 for what the caller has', async () => {
  const { request } = await api.asked('after');
  const { etag } = (await send('GET', request)).headers;
  assert.equal((await send('GET', request, { headers: { 'if-none-match': String(etag) } })).status, 304);
  await api.submit(request);
  assert.equal((await send('GET', request, { headers: { 'if-none-match': String(etag) } })).status, 200);
});

test('404 for ids that are none, unknown or of another organisation, on every route', async () => {
  const { request } = await api.asked('after');
  done(await api.submit(request));
  const { files } = await api.read(request);
  const other = await server.organisationWithKey('Other');
  const urls = ['nobody', '01a1fe86-05e9-7186-b300-11a86ecbab0f', request.split('/').at(-1) as string];
  for (const id of urls) {
    const url = `/v1/evidence-requests/${id}`;
    const { key } = other;
    const answers: TestResponse[] = [
      await send('GET', url, { key }),
      await send('GET', `${url}/files/${files[0].id}`, { key }),
      await api.submit(url, [pdf], {}, { key }),
      await send('POST', `${url}/approve`, { key }),
      await send('POST', `${url}/reject`, { key, body: { reason: 'no' } }),
      await send('POST', `${url}/withdraw`, { key }),
    ];
    for (const answer of answers) assertProblem(answer, 404, 'not-found');
  }
  for (const state of ['requested', 'submitted'])
    assert.deepEqual((await send('GET', `/v1/evidence-requests?state=${state}`, { key: other.key })).body, {
      items: [],
    });
  assert.equal((await api.read(request)).state, 'submitted');
});

test('the list of an account: all there ever were, newest first, page by page', async () => {
  const { account, entitlement, request } = await api.asked('after');
  const ids = [request.split('/').at(-1)];
  for (let hour = 10; hour < 14; hour += 1) {
    server.clock.now = new Date(`2026-11-21T${hour}:00:00Z`);
    done(await api.step(`/v1/evidence-requests/${ids.at(-1)}`, 'withdraw'));
    ids.push(done(await ask(entitlement), 201).id);
  }
  await api.asked('after'); // somebody else's
  const { items, next } = await api.read(`${account}/evidence-requests`);
  assert.deepEqual(
    items.map(({ id }: { id: string }) => id),
    ids.toReversed(),
  );
  assert.equal(next, undefined);
  assert.deepEqual(items[0], await api.read(`/v1/evidence-requests/${ids.at(-1)}`));
  assert.deepEqual(await pages(`${account}/evidence-requests?limit=2`), [2, 2, 1]);
  assertProblem(await send('GET', '/v1/accounts/nobody/evidence-requests'), 404, 'not-found');
  server.clock.now = new Date('2026-11-21T09:00:00Z');
});

test('the queue: what was submitted, oldest request first, page by page; other states by name', async () => {
  const { key } = await server.organisationWithKey('Queue');
  const own = await startQueue(key);
  const queue = (query = '') => send('GET', `/v1/evidence-requests${query}`, { key });
  const idsOf = (response: TestResponse) => done(response).items.map(({ id }: { id: string }) => id);
  assert.deepEqual(done(await queue()), { items: [] });
  const asked = [
    await own('2026-11-20T08:00:00Z'),
    await own('2026-11-20T08:00:00Z'),
    await own('2026-11-20T09:00:00Z'),
  ];
  assert.deepEqual(idsOf(await queue('?state=requested')), asked);
  for (const id of asked.toReversed()) done(await api.submit(`/v1/evidence-requests/${id}`, [pdf], {}, { key }));
  assert.deepEqual(idsOf(await queue()), asked);
  assert.deepEqual(done(await queue('?state=requested')), { items: [] });
  const first = done(await queue('?limit=1'));
  assert.equal(first.items[0].id, asked[0]);
  const following = new URL(first.next);
  assert.equal(following.pathname, '/o/queue/v1/evidence-requests');
  assert.deepEqual(idsOf(await send('GET', following.pathname + following.search, { key })), [asked[1]]);
  done(await send('POST', `/v1/evidence-requests/${asked[1]}/approve`, { key }));
  assert.deepEqual(idsOf(await queue()), [asked[0], asked[2]]);
  assert.deepEqual(idsOf(await queue('?state=approved')), [asked[1]]);
});

test('400 for a cursor that is not of ours, and a state that is none', async () => {
  const listed = (query: string) => send('GET', `/v1/evidence-requests?${query}`);
  const cursors = ['2026-11-21 x', '2026-11-21T09:00:00.000Z', 'x 01a1fe86-05e9-7186-b300-11a86ecbab0f'];
  for (const cursor of cursors) {
    const encoded = Buffer.from(cursor).toString('base64url');
    assertProblem(await listed(`cursor=${encoded}`), 400, 'invalid', ['?cursor']);
  }
  assertProblem(await listed('state=open'), 400, 'invalid', ['?state']);
  assertProblem(await listed('limit=0'), 400, 'invalid', ['?limit']);
});

test('what is asked of a hidden type is here, and in no other dialect', async () => {
  const { account, request } = await api.asked('after', { type: { hidden: true } });
  assert.equal((await api.read(request)).entitlement.entitlementType.hidden, true);
  const imin = await send('GET', `/api/v2/customer-accounts/${account.split('/').at(-1)}/evidence-requests`);
  assert.equal(done(imin)['imin:totalItems'], 0);
});

test('409 for every step when the customer is deactivated; it can still be read', async () => {
  const { account, request, entitlement } = await api.asked('after');
  const { customerNumber } = await api.read(account);
  const at = new Date('2030-01-01T00:00:00Z');
  await deactivateCustomer(server.store, actorOf(organisation), customerNumber, at, 'test');
  assertProblem(await api.submit(request), 409, 'passive-customer');
  assertProblem(await api.step(request, 'withdraw'), 409, 'passive-customer');
  assertProblem(await ask(entitlement), 409, 'passive-customer');
  assert.equal((await api.read(request)).state, 'requested');
});

/** How many items each page has. */
async function pages(url: string): Promise<number[]> {
  const counts: number[] = [];
  for (let here: string | undefined = url; here; ) {
    const { items, next }: { items: object[]; next?: string } = await api.read(here);
    counts.push(items.length);
    here = next && new URL(next).pathname + new URL(next).search;
  }
  return counts;
}

/** Makes requests for proof in an organisation of its own; returns their ids. */
async function startQueue(key: string): Promise<(at: string) => Promise<string>> {
  const post = async (url: string, body: object) => done(await send('POST', url, { key, body }), 201);
  await post('/v1/entitlement-lists', { slug: 'queue', title: 'Queue' });
  const { uri } = await post('/v1/entitlement-lists/queue/types', { label: 'A', evidence: 'after' });
  return async (at) => {
    const before = server.clock.now;
    server.clock.now = new Date(at);
    const { identifier } = await post('/v1/accounts', { customer: { familyName: unique('Moss ') } });
    const held = await post(`/v1/accounts/${identifier}/entitlements`, { entitlementType: uri });
    server.clock.now = before;
    return held.evidenceRequest.id;
  };
}
