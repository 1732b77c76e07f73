import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);

const kinds = {
  customer: {
    make: async () => `/v1/customers/${(await api.customer()).customerNumber}`,
    change: () => ({ jobTitle: unique('Baker ') }),
    form: /^"v\d+"$/,
  },
  account: {
    make: async () => `/v1/accounts/${(await api.account()).identifier}`,
    change: () => ({ alias: unique('alias ') }),
    form: /^"v\d+\.\d+"$/,
  },
};

for (const [kind, { make, change, form }] of Object.entries(kinds)) {
  test(`a ${kind}'s tag is strong, and the same on create, read and patch`, async () => {
    const url = await make();
    const read = await send('GET', url);
    assert.match(String(read.headers.etag), form);
    const patched = await api.patch(url, change());
    assert.match(String(patched.headers.etag), form);
    assert.notEqual(patched.headers.etag, read.headers.etag);
    assert.equal(await api.tag(url), patched.headers.etag);
  });

  test(`304 for a ${kind} that is known: the tag, a list with it, a weak one, *`, async () => {
    const url = await make();
    const tag = await api.tag(url);
    for (const known of [tag, `"v99", ${tag}`, `${tag},"v99"`, `W/${tag}`, '*', ` ${tag} `]) {
      const response = await send('GET', url, { headers: { 'if-none-match': known } });
      assert.equal(response.status, 304, known);
      assert.equal(response.text, '');
      assert.equal(response.headers.etag, tag);
      assert.equal(response.headers['cache-control'], 'private, no-cache');
    }
  });

  test(`200 for a ${kind} when no tag is the present one`, async () => {
    const url = await make();
    for (const known of ['"v99"', 'W/"v99", "v98"', '"*"', '""']) {
      const response = await send('GET', url, { headers: { 'if-none-match': known } });
      assert.equal(response.status, 200, known);
    }
  });

  test(`200 for a ${kind} when If-Match names the tag, has it in a list, or is *`, async () => {
    const url = await make();
    for (const form of [(tag: string) => tag, (tag: string) => `"v98" , ${tag}`, () => '*']) {
      const response = await api.patch(url, change(), { 'if-match': form(await api.tag(url)) });
      assert.equal(response.status, 200, response.text);
    }
  });

  test(`412 for a ${kind} when If-Match names another tag or a weak one, and nothing happens`, async () => {
    const url = await make();
    const tag = await api.tag(url);
    const counts = await rowCounts(server);
    for (const given of ['"v99"', `W/${tag}`, '"*"', '"v1.0.0", "v0"']) {
      assertProblem(await api.patch(url, change(), { 'if-match': given }), 412, 'precondition-failed');
      const deletion = await send('DELETE', url, { headers: { 'if-match': given } });
      assertProblem(deletion, 412, 'precondition-failed');
    }
    assert.equal(await api.tag(url), tag);
    assert.deepEqual(await rowCounts(server), counts);
  });

  test(`412 also for a ${kind}'s change that would change nothing`, async () => {
    const url = await make();
    assertProblem(await api.patch(url, {}, { 'if-match': '"v99"' }), 412, 'precondition-failed');
  });

  for (const malformed of ['v1', '"v1', 'v1"', '"a" "b"', ',', '', "'v1'", 'w/"v1"', '*, "v1"']) {
    test(`400 for a ${kind} with the tags ${JSON.stringify(malformed)}`, async () => {
      const url = await make();
      const read = await send('GET', url, { headers: { 'if-none-match': malformed } });
      assertProblem(read, 400, 'invalid', ['If-None-Match:']);
      const patched = await api.patch(url, change(), { 'if-match': malformed });
      assertProblem(patched, 400, 'invalid', ['If-Match:']);
      const deleted = await send('DELETE', url, { headers: { 'if-match': malformed } });
      assertProblem(deleted, 400, 'invalid', ['If-Match:']);
    });
  }

  test(`a patch of a ${kind} that changes nothing keeps the tag and writes nothing`, async () => {
    const url = await make();
    const { body, headers } = await api.patch(url, change());
    const own = kind === 'customer' ? { jobTitle: body.jobTitle, email: ` ${body.email} ` } : { alias: body.alias };
    const counts = await rowCounts(server);
    for (const patch of [{}, own, kind === 'customer' ? { vatID: null, address: {} } : { isDefault: false }]) {
      const response = await api.patch(url, patch);
      assert.equal(response.status, 200, response.text);
      assert.equal(response.headers.etag, headers.etag);
      assert.deepEqual(response.body, body);
    }
    assert.deepEqual(await rowCounts(server), counts);
  });

  test(`of 20 changes of one ${kind} at once with one tag, one wins`, async () => {
    const url = await make();
    const tag = await api.tag(url);
    const changes = Array.from({ length: 20 }, () => api.patch(url, change(), { 'if-match': tag }));
    const statuses = (await Promise.all(changes)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 1);
    assert.equal(statuses.filter((status) => status === 412).length, 19);
  });

  test(`204 when If-Match names the tag of a ${kind} to delete`, async () => {
    const url = await make();
    const response = await send('DELETE', url, { headers: { 'if-match': await api.tag(url) } });
    assert.equal(response.status, 204);
  });
}

test('the tag of every account changes with the customer, through whatever the change came', async () => {
  const { customerNumber, identifier } = await api.account();
  const other = await api.account({ customerNumber });
  const urls = [`/v1/accounts/${identifier}`, `/v1/accounts/${other.identifier}`];
  const before = await Promise.all(urls.map(api.tag));
  await api.patch(`/v1/customers/${customerNumber}`, { familyName: 'Thorn' });
  for (const [index, url] of urls.entries()) {
    const now = await send('GET', url);
    assert.notEqual(now.headers.etag, before[index]);
    assert.equal(now.body.customer.familyName, 'Thorn');
    assert.equal(now.body.changedAt, undefined, "an account's own stamps move only with its own members");
  }
});

test("the customer's tag changes with every account; an account's does not with another account", async () => {
  const { customerNumber, identifier } = await api.account();
  const customer = `/v1/customers/${customerNumber}`;
  const account = `/v1/accounts/${identifier}`;
  const [customerTag, accountTag] = [await api.tag(customer), await api.tag(account)];
  await api.account({ customerNumber, alias: 'second' });
  assert.notEqual(await api.tag(customer), customerTag);
  assert.equal(await api.tag(account), accountTag);
});

test('412 guards make-default with the tag of the account', async () => {
  const { identifier } = await api.account();
  const url = `/v1/accounts/${identifier}`;
  const tag = await api.tag(url);
  await api.patch(url, { alias: 'moved' });
  const stale = await send('POST', `${url}/make-default`, { headers: { 'if-match': tag } });
  assertProblem(stale, 412, 'precondition-failed');
  const fresh = await send('POST', `${url}/make-default`, { headers: { 'if-match': await api.tag(url) } });
  assert.equal(fresh.status, 200);
});

test('400 for what is wrong with path and query before If-None-Match, and for that before 404', async () => {
  const get = (url: string) => send('GET', url, { headers: { 'if-none-match': 'x' } });
  assertProblem(await get('/v1/customers/x'), 400, 'invalid', ['?customerNumber']);
  assertProblem(await get('/v1/customers/1?colour=red'), 400, 'invalid', ['?colour']);
  assertProblem(await get('/v1/customers/1'), 400, 'invalid', ['If-None-Match:']);
});

test('404 and 410 come before 412', async () => {
  const headers = { 'if-match': '"v99"' };
  assertProblem(await api.patch('/v1/customers/1', {}, headers), 404, 'not-found');
  assertProblem(await send('DELETE', '/v1/accounts/nobody', { headers }), 404, 'not-found');
  const { customerNumber, identifier } = await api.account();
  await send('DELETE', `/v1/customers/${customerNumber}`);
  assertProblem(await api.patch(`/v1/accounts/${identifier}`, {}, headers), 410, 'erased');
  assertProblem(await send('DELETE', `/v1/customers/${customerNumber}`, { headers }), 410, 'erased');
});

test('412 comes before 409', async () => {
  const { email } = await api.customer();
  const { customerNumber } = await api.customer();
  const url = `/v1/customers/${customerNumber}`;
  assertProblem(await api.patch(url, { email }, { 'if-match': '"v99"' }), 412, 'precondition-failed');
  assertProblem(await api.patch(url, { email }), 409, 'already-in-use', ['/email']);
});

test('PUT with If-None-Match: * creates only; with a list of tags it fails on the present one', async () => {
  const body = { customer: person() };
  const put = (headers: Record<string, string>) => send('PUT', '/v1/accounts/guarded', { body, headers });
  const created = await put({ 'if-none-match': '*' });
  assert.equal(created.status, 201, created.text);
  const tag = String(created.headers.etag);
  assertProblem(await put({ 'if-none-match': '*' }), 412, 'precondition-failed');
  assertProblem(await put({ 'if-none-match': `"x", ${tag}` }), 412, 'precondition-failed');
  assert.equal((await put({ 'if-none-match': '"x"' })).status, 200);
  assertProblem(await put({ 'if-none-match': 'x' }), 400, 'invalid', ['If-None-Match:']);
});

test('PUT with If-Match repeats only: 200 with the present tag, 412 with another or without an account', async () => {
  const body = { customer: person() };
  const put = (headers: Record<string, string>) => send('PUT', '/v1/accounts/present', { body, headers });
  assertProblem(await put({ 'if-match': '*' }), 412, 'precondition-failed');
  const counts = await rowCounts(server);
  assert.equal((await put({})).status, 201);
  assert.equal((await put({ 'if-match': '*' })).status, 200);
  assert.equal((await put({ 'if-match': await api.tag('/v1/accounts/present') })).status, 200);
  assertProblem(await put({ 'if-match': '"v9.0"' }), 412, 'precondition-failed');
  assertProblem(await put({ 'if-match': 'v1' }), 400, 'invalid', ['If-Match:']);
  assert.equal((await rowCounts(server)).account, Number(counts.account) + 1);
});
