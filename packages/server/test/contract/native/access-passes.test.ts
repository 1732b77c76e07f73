import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { changesOf, holdingsApi } from './holdings-support.ts';
import { assertProblem, nativeApi, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);
const { patch } = nativeApi(server);

const assign = (account: string, body: object, headers: Record<string, string> = {}) =>
  send('POST', `${account}/access-passes`, { body, headers });
const texts = ({ body }: TestResponse): string[] => body.items.map(({ text }: { text: string }) => text);

test('201: a pass in the default namespace, with a picture, the account’s tag and a location that can be read', async () => {
  const account = await api.account();
  const { status, body, headers, text } = await assign(account, { text: '0061200' });
  assert.equal(status, 201, text);
  assert.equal(headers.location, `https://accounts.example.com${account}/access-passes/${body.id}`);
  assert.equal(headers.etag, '"v2.0"');
  assert.deepEqual([body.namespace, body.text, body.state], ['card', '0061200', 'active']);
  assert.match(body.url, /\/passes\/[A-Za-z0-9_-]{54}\.png$/);
  assert.deepEqual((await api.get(`${account}/access-passes/${body.id}`)).body, body);
  assert.deepEqual((await api.get(account)).body.accessPass, [body]);
  assert.deepEqual((await changesOf(server, account))[0], {
    version: 2,
    members: ['accessPass'],
    events: ['access-pass.assigned'],
    operation: 'access-passes.assign',
  });
});

test('201 without a text: the next number of the namespace, by its rules', async () => {
  const url = await api.namespace({ prefix: 'NM', checkDigit: 'mod97', minLength: 10, maxLength: 12 });
  const { body } = await assign(await api.account(), { namespace: url.split('/').at(-1) });
  assert.match(body.text, /^NM\d{8}$/);
});

test('201 with a symbology by whichever name, and a picture kept elsewhere', async () => {
  const account = await api.account();
  const members = { codeType: 'EAN-13', url: 'https://cards.example.com/5.png' };
  const { body } = await assign(account, { text: '4006381333931', ...members });
  assert.deepEqual([body.codeType, body.url], ['ean13', members.url]);
  assert.equal((await assign(account, { text: unique('T-'), codeType: 'MaxiCode' })).body.codeType, 'MaxiCode');
});

for (const [what, body, places] of [
  ['a namespace that is not there', { namespace: 'nowhere', text: 'A' }, ['/namespace']],
  ['a text that is no text of a pass', { text: 'a<b' }, ['/text']],
  ['a symbology that cannot hold the text', { text: 'ABC', codeType: 'ean13' }, ['/codeType']],
  ['members that are none', { text: 5, url: 'cards/5.png', owner: 'me' }, ['/text', '/url', '/owner']],
] as const) {
  test(`400 for ${what}`, async () => {
    assertProblem(await assign(await api.account(), body), 400, 'invalid', [...places]);
  });
}

test('400 says which rule of the namespace a text breaks', async () => {
  const name = (await api.namespace({ prefix: 'R', minLength: 4, maxLength: 6, pattern: 'R[0-9]+' })).split('/').at(-1);
  const account = await api.account();
  for (const [text, code] of [
    ['R1', 'length'],
    ['X123', 'prefix'],
    ['RABC', 'pattern'],
  ]) {
    const response = await assign(account, { namespace: name, text });
    assertProblem(response, 400, 'invalid', ['/text']);
    assert.equal(response.body.errors[0].code, code);
  }
});

test('409 for a text that another account carries or had, or that this one carries', async () => {
  const [first, second] = [await api.account(), await api.account()];
  const pass = await api.pass(first, { text: 'MINE-1' });
  assertProblem(await assign(second, { text: 'MINE-1' }), 409, 'already-in-use', ['/text']);
  assertProblem(await assign(first, { text: 'MINE-1' }), 409, 'pass-state');
  await api.post(`${pass}/retire`, { reason: 'lost' }, 200);
  assertProblem(await assign(second, { text: 'MINE-1' }), 409, 'already-in-use', ['/text']);
});

test('201 for a text that was retired from the same account: another pass with another picture', async () => {
  const account = await api.account();
  const pass = await api.pass(account, { text: 'BACK-1' });
  const { body: before } = await api.get(pass);
  await api.post(`${pass}/retire`, { reason: 'lost' }, 200);
  const { status, body } = await assign(account, { text: 'BACK-1' });
  assert.equal(status, 201);
  assert.notEqual(body.id, before.id);
  assert.notEqual(body.url, before.url);
  const { items } = (await api.get(`${account}/access-passes?history=true`)).body;
  assert.deepEqual(
    items.map(({ state, reason }: { state: string; reason?: string }) => [state, reason]),
    [
      ['active', undefined],
      ['retired', 'lost'],
    ],
  );
  assert.equal((await api.get(pass)).body.reason, 'lost');
});

test('409 when the account carries as many of the namespace as it may; other namespaces have limits of their own', async () => {
  const name = (await api.namespace({ maxActivePerAccount: 1 })).split('/').at(-1);
  const account = await api.account();
  await api.pass(account, { namespace: name });
  assertProblem(await assign(account, { namespace: name, text: 'SECOND' }), 409, 'too-many');
  await api.pass(account);
});

test('200 lists the active ones, newest first; with history the retired ones too, in pages', async () => {
  const account = await api.account();
  const list = `${account}/access-passes`;
  const urls: string[] = [];
  for (const text of ['L1', 'L2', 'L3', 'L4']) {
    server.clock.now = new Date(Date.UTC(2026, 10, 21, 12, urls.length));
    urls.push(await api.pass(account, { text }));
  }
  server.clock.now = undefined;
  await api.post(`${urls[1]}/retire`, { reason: 'lost' }, 200);
  assert.deepEqual(texts(await api.get(list)), ['L4', 'L3', 'L1']);
  const first = await api.get(`${list}?history=true&limit=3`);
  assert.deepEqual(texts(first), ['L4', 'L3', 'L2']);
  const next = new URL(first.body.next);
  assert.deepEqual(texts(await api.get(next.pathname + next.search)), ['L1']);
  assertProblem(await send('GET', `${list}?history=1`), 400, 'invalid', ['?history']);
});

test('200 PATCH changes how it is shown; 400 for its text; null brings the namespace’s symbology back', async () => {
  const account = await api.account();
  const url = await api.pass(account, { text: '5901234123457', codeType: 'ean13' });
  const changed = await patch(url, { codeType: 'PDF417', url: 'https://cards.example.com/9.png' });
  assert.deepEqual(
    [changed.status, changed.body.codeType, changed.body.url],
    [200, 'pdf417', 'https://cards.example.com/9.png'],
  );
  const same = await patch(url, { codeType: 'pdf417' });
  assert.equal(same.headers.etag, changed.headers.etag);
  const cleared = await patch(url, { codeType: null, url: null });
  assert.ok(!('codeType' in cleared.body));
  assert.match(cleared.body.url, /\/passes\//);
  assertProblem(await patch(url, { text: 'OTHER' }), 400, 'invalid', ['/text']);
  const letters = await api.pass(account, { text: unique('ABC-') });
  assertProblem(await patch(letters, { codeType: 'ean13' }), 400, 'invalid', ['/codeType']);
  assert.deepEqual((await changesOf(server, account))[1]?.events, ['access-pass.updated']);
});

test('200 retire, again too; then 409 PATCH and replace', async () => {
  const account = await api.account();
  const url = await api.pass(account);
  const { body, headers } = await api.post(`${url}/retire`, { reason: 'lost at the pool' }, 200);
  assert.deepEqual([body.state, body.reason, body.retiredBy], ['retired', 'lost at the pool', 'test client']);
  assert.ok(!('url' in body), 'the picture is void');
  assert.deepEqual((await api.get(url)).body, body);
  const again = await api.post(`${url}/retire`, { reason: 'another' }, 200);
  assert.deepEqual([again.body, again.headers.etag], [body, headers.etag]);
  assertProblem(await patch(url, { codeType: 'code128' }), 409, 'pass-state');
  assertProblem(await send('POST', `${url}/replace`, { body: { reason: 'lost' } }), 409, 'pass-state');
  assertProblem(await send('POST', `${url}/retire`, { body: {} }), 400, 'invalid', ['/reason']);
});

test('201 replace: the one retired and the other assigned by one change', async () => {
  const account = await api.account();
  const old = await api.pass(account, { codeType: 'code128' });
  const { body, headers } = await api.post(`${old}/replace`, { reason: 'lost', text: 'NEW-1' }, 201);
  assert.deepEqual([body.text, body.state, body.codeType, body.namespace], ['NEW-1', 'active', 'code128', 'card']);
  assert.equal(headers.location, `https://accounts.example.com${account}/access-passes/${body.id}`);
  assert.deepEqual([(await api.get(old)).body.state, (await api.get(old)).body.reason], ['retired', 'lost']);
  const [change] = await changesOf(server, account);
  assert.deepEqual(change?.events, ['access-pass.retired', 'access-pass.assigned']);
  assert.equal(change?.version, 3);
});

test('201 replace without a text, also where the account may carry one only', async () => {
  const name = (await api.namespace({ maxActivePerAccount: 1, minLength: 8 })).split('/').at(-1);
  const account = await api.account();
  const old = await api.pass(account, { namespace: name, text: '12345678', codeType: 'code39' });
  const { body } = await api.post(`${old}/replace`, { reason: 'worn out' }, 201);
  assert.match(body.text, /^[1-9]\d{7}$/);
  assert.deepEqual(texts(await api.get(`${account}/access-passes`)), [body.text]);
});

test('400 and 409 replace leave the old one as it is', async () => {
  const [account, other] = [await api.account(), await api.account()];
  const old = await api.pass(account, { text: 'STAYS-1' });
  await api.pass(other, { text: 'THEIRS-1' });
  const replace = (body: object) => send('POST', `${old}/replace`, { body });
  assertProblem(await replace({ reason: 'lost', text: 'STAYS-1' }), 400, 'invalid', ['/text']);
  assertProblem(await replace({ reason: 'lost', text: '' }), 400, 'invalid', ['/text']);
  assertProblem(await replace({ text: 'X' }), 400, 'invalid', ['/reason']);
  assertProblem(await replace({ reason: 'lost', text: 'THEIRS-1' }), 409, 'already-in-use', ['/text']);
  assert.equal((await api.get(old)).body.state, 'active');
});

test('404 for a pass of another account, 412 with a tag that is not the account’s', async () => {
  const [mine, other] = [await api.account(), await api.account()];
  const id = (await api.pass(other)).split('/').at(-1);
  const url = `${mine}/access-passes/${id}`;
  assertProblem(await send('GET', url), 404, 'not-found');
  assertProblem(await patch(url, {}), 404, 'not-found');
  for (const action of ['retire', 'replace'])
    assertProblem(await send('POST', `${url}/${action}`, { body: { reason: 'lost' } }), 404, 'not-found');
  const headers = { 'if-match': '"v1.0"' };
  const own = await api.pass(mine);
  assertProblem(await patch(own, { codeType: 'qrcode' }, headers), 412, 'precondition-failed');
  for (const action of ['retire', 'replace'])
    assertProblem(
      await send('POST', `${own}/${action}`, { body: { reason: 'x' }, headers }),
      412,
      'precondition-failed',
    );
  assertProblem(await assign(mine, { text: 'X' }, headers), 412, 'precondition-failed');
});

test('a repeat under one Idempotency-Key draws one number', async () => {
  const account = await api.account();
  const headers = { 'idempotency-key': unique('key-') };
  const first = await assign(account, {}, headers);
  const second = await assign(account, {}, headers);
  assert.deepEqual([second.status, second.text], [201, first.text]);
  assert.equal((await api.get(`${account}/access-passes`)).body.items.length, 1);
});
