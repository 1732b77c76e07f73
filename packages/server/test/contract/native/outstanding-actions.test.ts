import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { changesOf, holdingsApi } from './holdings-support.ts';
import { assertProblem, nativeApi, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
const { patch } = nativeApi(server);

const create = (account: string, body: object, headers: Record<string, string> = {}) =>
  send('POST', `${account}/outstanding-actions`, { body, headers });
const names = ({ body }: TestResponse): string[] => body.items.map(({ name }: { name: string }) => name);

test('201 with everything: shown in the account, with its tag and a location that can be read', async () => {
  const account = await api.account();
  const members = {
    kind: 'debt',
    name: 'Pay the fee',
    description: 'The fee for October is open.',
    deadline: '2026-12-01T00:00:00+01:00',
    target: 'https://pay.example.com/october',
    blocksBooking: true,
  };
  const { status, body, headers, text } = await create(account, members);
  assert.equal(status, 201, text);
  assert.equal(headers.location, `https://accounts.example.com${account}/outstanding-actions/${body.id}`);
  assert.equal(headers.etag, '"v2.0"');
  const { id, createdAt, ...rest } = body;
  assert.deepEqual(rest, { ...members, deadline: '2026-11-30T23:00:00.000Z', state: 'open', createdBy: 'test client' });
  assert.deepEqual((await api.get(`${account}/outstanding-actions/${id}`)).body, body);
  assert.deepEqual((await api.get(account)).body.outstandingAction, [body]);
  assert.deepEqual((await changesOf(server, account))[0], {
    version: 2,
    members: ['outstandingAction'],
    events: ['outstanding-action.created'],
    operation: 'outstanding-actions.create',
  });
});

test('201 with the least; it does not block booking', async () => {
  const { body } = await create(await api.account(), { kind: 'other', name: ' Say hello ' });
  assert.deepEqual([body.name, body.blocksBooking, 'deadline' in body], ['Say hello', false, false]);
});

for (const [what, members, places] of [
  ['a kind that is none', { kind: 'fine', name: 'x' }, ['/kind']],
  ['no kind, no name', { name: ' ' }, ['/kind', '/name']],
  ['long texts', { kind: 'debt', name: 'x'.repeat(101), description: 'x'.repeat(1001) }, ['/name', '/description']],
  ['a deadline that is no instant', { kind: 'debt', name: 'x', deadline: 'tomorrow' }, ['/deadline']],
  ['a page that is not https', { kind: 'debt', name: 'x', target: 'http://pay.example.com' }, ['/target']],
  ['a page with &', { kind: 'debt', name: 'x', target: 'https://pay.example.com/?a=1&b=2' }, ['/target']],
  ['a page that is none', { kind: 'debt', name: 'x', target: 'javascript:alert(1)' }, ['/target']],
] as const) {
  test(`400 for ${what}`, async () => {
    assertProblem(await create(await api.account(), members), 400, 'invalid', [...places]);
  });
}

test('200 PATCH changes, null removes; what is so already changes nothing', async () => {
  const account = await api.account();
  const url = await api.action(account, {
    description: 'x',
    deadline: '2026-12-01',
    target: 'https://pay.example.com/',
  });
  const changed = await patch(url, {
    kind: 'renewal',
    name: 'Renew',
    deadline: null,
    description: null,
    blocksBooking: true,
  });
  assert.equal(changed.status, 200, changed.text);
  const { body } = changed;
  assert.deepEqual(
    [body.kind, body.name, body.blocksBooking, body.target, 'deadline' in body, 'description' in body],
    ['renewal', 'Renew', true, 'https://pay.example.com/', false, false],
  );
  const same = await patch(url, { name: 'Renew', deadline: null });
  assert.equal(same.headers.etag, changed.headers.etag);
  assert.deepEqual((await changesOf(server, account))[0]?.events, ['outstanding-action.updated']);
  assertProblem(await patch(url, { name: null, target: 'ftp://x' }), 400, 'invalid', ['/name']);
  assertProblem(await patch(url, { target: 'ftp://x.example.com' }), 400, 'invalid', ['/target']);
});

test('200 complete and cancel, again too; 409 in the other way, and PATCH', async () => {
  const account = await api.account();
  const [paid, waived] = [await api.action(account), await api.action(account)];
  const completed = await api.post(`${paid}/complete`, undefined, 200);
  assert.deepEqual(
    [completed.body.state, completed.body.endedBy, 'reason' in completed.body],
    ['completed', 'test client', false],
  );
  assert.deepEqual((await api.get(paid)).body, completed.body);
  const again = await api.post(`${paid}/complete`, undefined, 200);
  assert.deepEqual([again.text, again.headers.etag], [completed.text, completed.headers.etag]);
  assertProblem(await send('POST', `${paid}/cancel`), 409, 'ended');
  const cancelled = await api.post(`${waived}/cancel`, { reason: 'waived' }, 200);
  assert.deepEqual([cancelled.body.state, cancelled.body.reason], ['cancelled', 'waived']);
  assert.equal((await api.post(`${waived}/cancel`, {}, 200)).body.reason, 'waived');
  assertProblem(await send('POST', `${waived}/complete`), 409, 'ended');
  assertProblem(await patch(waived, { name: 'x' }), 409, 'ended');
  assert.ok(!('outstandingAction' in (await api.get(account)).body));
  const events = (await changesOf(server, account)).map((change) => change.events);
  assert.deepEqual(events.slice(0, 2), [['outstanding-action.cancelled'], ['outstanding-action.completed']]);
});

test('200 cancel without a body, without a content type', async () => {
  const url = await api.action(await api.account());
  assert.equal((await send('POST', `${url}/cancel`)).body.state, 'cancelled');
});

test('200 lists open ones, oldest first; with history all, in pages', async () => {
  const account = await api.account();
  const list = `${account}/outstanding-actions`;
  for (const name of ['one', 'two', 'three']) await api.action(account, { name });
  const { body } = await api.get(list);
  await api.post(`${list}/${body.items[1].id}/complete`, undefined, 200);
  assert.deepEqual(names(await api.get(list)), ['one', 'three']);
  const first = await api.get(`${list}?history=true&limit=2`);
  assert.deepEqual(names(first), ['one', 'two']);
  const next = new URL(first.body.next);
  assert.deepEqual(names(await api.get(next.pathname + next.search)), ['three']);
});

test('404 for an action of another account, 412 with a tag that is not the account’s', async () => {
  const [mine, other] = [await api.account(), await api.account()];
  const url = `${mine}/outstanding-actions/${(await api.action(other)).split('/').at(-1)}`;
  assertProblem(await send('GET', url), 404, 'not-found');
  assertProblem(await patch(url, { name: 'x' }), 404, 'not-found');
  assertProblem(await send('POST', `${url}/complete`), 404, 'not-found');
  const own = await api.action(mine);
  const headers = { 'if-match': '"v1.0"' };
  assertProblem(await patch(own, { name: 'x' }, headers), 412, 'precondition-failed');
  assertProblem(await send('POST', `${own}/complete`, { headers }), 412, 'precondition-failed');
  assertProblem(await send('POST', `${own}/cancel`, { headers }), 412, 'precondition-failed');
  assertProblem(await create(mine, { kind: 'debt', name: 'x' }, headers), 412, 'precondition-failed');
});

test('409 for the 201st open action', async () => {
  const account = await api.account();
  for (let count = 0; count < 200; count += 1) await api.action(account, { name: `Action ${count}` });
  assertProblem(await create(account, { kind: 'debt', name: 'One more' }), 409, 'too-many');
});

test('a repeat under one Idempotency-Key makes one', async () => {
  const account = await api.account();
  const headers = { 'idempotency-key': unique('key-') };
  const first = await create(account, { kind: 'debt', name: 'Pay' }, headers);
  const second = await create(account, { kind: 'debt', name: 'Pay' }, headers);
  assert.deepEqual([second.status, second.text], [201, first.text]);
  assert.equal(names(await api.get(`${account}/outstanding-actions`)).length, 1);
});
