import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { done, evidenceApi } from './evidence-support.ts';
import { type Entry, historyOf } from './history-support.ts';
import { assertProblem, nativeApi } from './support.ts';

const server = await startTestServer();
const { send } = server;
const { patch, ...api } = nativeApi(server);
const evidence = evidenceApi(server);
const history = (url: string, query?: string) => historyOf(server, url, query);
const accountUrl = (identifier: string) => `/v1/accounts/${identifier}`;
const customerUrl = (customerNumber: number) => `/v1/customers/${customerNumber}`;

test('200 pages: newest first, each entry once, also while more happens', async () => {
  const { customerNumber, identifier } = await api.account();
  const url = accountUrl(identifier);
  for (let index = 0; index < 6; index += 1) await patch(url, { alias: `a ${index}` });
  const whole = await history(url);
  assert.equal(whole.length, 7);
  const pages: Entry[][] = [];
  let next: string | undefined = `${url}/history?limit=3`;
  while (next) {
    const { status, body, text } = await send('GET', next);
    assert.equal(status, 200, text);
    pages.push(body.items);
    assert.ok(
      body.next === undefined || body.next.startsWith(`${server.organisation.baseUrl}${url}/history?limit=3&cursor=`),
    );
    next = body.next?.slice(server.organisation.baseUrl.length);
    await patch(url, { alias: `b ${pages.length}` });
  }
  assert.deepEqual(
    pages.map(({ length }) => length),
    [3, 3, 1],
  );
  assert.deepEqual(pages.flat(), whole);
  assert.deepEqual(
    (await history(customerUrl(customerNumber), '?limit=1')).map(({ number }) => number),
    (await history(customerUrl(customerNumber))).map(({ number }) => number),
  );
});

test('200 by kind: what a filter finds is what is of the kinds', async () => {
  const asked = await evidence.asked('after');
  await evidence.pass(asked.account);
  await patch(asked.account, { alias: 'x' });
  done(await evidence.submit(asked.request));
  done(await evidence.step(asked.request, 'reject'));
  const { customerNumber } = await evidence.read(asked.account);
  await patch(customerUrl(customerNumber), { jobTitle: 'Baker' });
  for (const url of [asked.account, customerUrl(customerNumber)]) {
    const all = await history(url);
    const kinds = new Set(all.flatMap((entry) => entry.kinds));
    assert.ok(kinds.size >= (url === asked.account ? 8 : 10), [...kinds].join());
    for (const kind of [
      ...kinds,
      'outstanding-action.created',
      'account.updated,access-pass.assigned',
      'evidence.rejected, account.created',
    ]) {
      const wanted = kind.split(',').map((one: string) => one.trim());
      const expected = all.filter((entry) => entry.kinds.some((one: string) => wanted.includes(one)));
      assert.deepEqual(await history(url, `?kind=${encodeURIComponent(kind)}&limit=2`), expected, kind);
    }
  }
});

test('200 from and until an instant: the first counts, the last does not', async () => {
  const { key } = await server.organisationWithKey('Instants');
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
  try {
    server.clock.now = at(0);
    const { identifier } = await api.account({}, key);
    const url = accountUrl(identifier);
    const headers = { 'content-type': 'application/merge-patch+json' };
    for (let minute = 1; minute < 6; minute += 1) {
      server.clock.now = at(minute);
      assert.equal((await send('PATCH', url, { key, headers, body: { alias: `a ${minute}` } })).status, 200);
    }
    server.clock.now = new Date('2026-11-01T00:00:00Z');
    const minutes = async (query: string) => {
      const { status, text, body } = await send('GET', `${url}/history?${query}`, { key });
      assert.equal(status, 200, text);
      return body.items.map((entry: Entry) => new Date(entry.at).getUTCMinutes());
    };
    assert.deepEqual(await minutes(`from=${at(2).toISOString()}&until=${at(4).toISOString()}`), [3, 2]);
    assert.deepEqual(await minutes(`from=${encodeURIComponent('2026-03-01T14:04:00+02:00')}`), [5, 4]);
    assert.deepEqual(await minutes(`until=${at(1).toISOString()}`), [0]);
    assert.deepEqual(await minutes('from=2026-03-01&until=2026-03-02'), [5, 4, 3, 2, 1, 0]);
    assert.deepEqual(await minutes('from=2026-03-02'), []);
    assert.deepEqual(await minutes('until=2026-03-01'), []);
  } finally {
    server.clock.now = undefined;
  }
});

test('400 names every faulty parameter, and the kinds there are', async () => {
  const { identifier } = await api.account();
  const url = `${accountUrl(identifier)}/history`;
  for (const [query, places] of [
    ['limit=0&cursor=*&from=yesterday', ['?cursor', '?from', '?limit']],
    ['limit=201&surprise=1', ['?limit', '?surprise']],
    ['kind=account.updated,account.exploded', ['?kind']],
    ['kind=', ['?kind']],
    ['kind=account.updated,', ['?kind']],
    ['cursor=eHg&kind=x', ['?cursor', '?kind']],
    [`cursor=${Buffer.from('0').toString('base64url')}`, ['?cursor']],
    ['from=2026-03-02T00:00:00Z&until=2026-03-02T00:00:00Z', ['?until']],
    ['from=2026-02-30', ['?from']],
    ['limit=1&limit=2', ['?limit']],
  ] as const) {
    assertProblem(await send('GET', `${url}?${query}`), 400, 'invalid', [...places]);
  }
  const { body } = await send('GET', `${url}?kind=nothing`);
  assert.match(body.errors[0].detail, /customer\.created, .*entitlement\.granted, /);
  assert.doesNotMatch(body.errors[0].detail, /nothing/);
  assertProblem(await send('GET', '/v1/customers/x/history'), 400, 'invalid', ['?customerNumber']);
});

test("404 for what never was, and for another organisation's", async () => {
  const { key } = await server.organisationWithKey('Neighbour');
  const { customerNumber, identifier } = await api.account();
  const { customerNumber: gone, identifier: erased } = await api.account();
  await send('DELETE', customerUrl(gone));
  for (const url of ['/v1/accounts/nobody', '/v1/customers/4199999'])
    assertProblem(await send('GET', `${url}/history`), 404, 'not-found');
  for (const url of [accountUrl(identifier), customerUrl(customerNumber), accountUrl(erased), customerUrl(gone)])
    assertProblem(await send('GET', `${url}/history`, { key }), 404, 'not-found');
});
