import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inParallel } from '../../support/fixtures.ts';
import { startTestServer } from '../../support/server.ts';
import { holdingsApi } from './holdings-support.ts';
import { assertProblem, rowCounts, unique } from './support.ts';

const server = await startTestServer();
const { send } = server;
const api = holdingsApi(server);

const post = (url: string, body: object, headers: Record<string, string> = {}) => send('POST', url, { body, headers });
const nameOf = (url: string) => url.split('/').at(-1) as string;

test('201 reserve: nobody’s, listed in their order, in pages', async () => {
  const url = await api.namespace();
  const texts = ['B 2', 'A/1', 'a', 'C'];
  const { status, body, headers, text } = await post(`${url}/reserve`, { texts });
  assert.equal(status, 201, text);
  assert.deepEqual(body, { namespace: nameOf(url), texts });
  assert.equal(headers.location, `https://accounts.example.com${url}/reserved`);
  const first = await api.get(`${url}/reserved?limit=3`);
  assert.deepEqual(
    first.body.items.map((item: { text: string }) => item.text),
    ['A/1', 'B 2', 'C'],
  );
  assert.equal(first.body.items[0].reservedBy, 'test client');
  const next = new URL(first.body.next);
  const second = await api.get(next.pathname + next.search);
  assert.deepEqual([second.body.items[0].text, second.body.next], ['a', undefined]);
});

test('400 names every text that breaks a rule, or stands there twice', async () => {
  const url = await api.namespace({ prefix: 'R', minLength: 3 });
  const response = await post(`${url}/reserve`, { texts: ['R01', 'X01', 'R1', 'R01', 'R<1'] });
  assertProblem(response, 400, 'invalid', ['/texts/1', '/texts/2', '/texts/3', '/texts/4']);
  assertProblem(await post(`${url}/reserve`, { texts: [] }), 400, 'invalid', ['/texts']);
  assert.deepEqual((await api.get(`${url}/reserved`)).body, { items: [] });
});

test('409 names every text that is there already, active, retired or reserved; none is reserved', async () => {
  const url = await api.namespace();
  const account = await api.account();
  const namespace = nameOf(url);
  await api.pass(account, { namespace, text: 'ACTIVE' });
  await api.post(`${await api.pass(account, { namespace, text: 'RETIRED' })}/retire`, { reason: 'lost' }, 200);
  await api.post(`${url}/reserve`, { texts: ['RESERVED'] }, 201);
  const counts = await rowCounts(server);
  const response = await post(`${url}/reserve`, { texts: ['FREE', 'ACTIVE', 'RETIRED', 'OTHER', 'RESERVED'] });
  assertProblem(response, 409, 'already-in-use', ['/texts/1', '/texts/2', '/texts/4']);
  assert.deepEqual(await rowCounts(server), counts);
  assert.equal((await api.get(`${url}/reserved`)).body.items.length, 1);
});

test('404 for a namespace that is not there, or not ours', async () => {
  const url = await api.namespace();
  const { key } = await server.organisationWithKey('Other');
  for (const [path, own] of [
    ['/v1/pass-namespaces/nowhere', server.key],
    [url, key],
  ]) {
    assertProblem(await send('GET', `${path}/reserved`, { key: own as string }), 404, 'not-found');
    const body = { texts: ['A'] };
    assertProblem(await send('POST', `${path}/reserve`, { body, key: own as string }), 404, 'not-found');
    assertProblem(await send('POST', `${path}/generate`, { body: { count: 1 }, key: own as string }), 404, 'not-found');
  }
});

test('a reserved text comes into use when it is assigned, and is reserved no more', async () => {
  const url = await api.namespace();
  await api.post(`${url}/reserve`, { texts: ['P1', 'P2'] }, 201);
  const pass = await api.pass(await api.account(), { namespace: nameOf(url), text: 'P1' });
  assert.equal((await api.get(pass)).body.state, 'active');
  const { body } = await api.get(`${url}/reserved`);
  assert.deepEqual(
    body.items.map((item: { text: string }) => item.text),
    ['P2'],
  );
});

test('201 reserves 10,000 texts at once; 400 for more', async () => {
  const url = await api.namespace({ maxActivePerAccount: 1 });
  const texts = Array.from({ length: 10_000 }, (_, index) => `${'long-text-of-a-printed-card/'.repeat(4)}${index}`);
  const { status, text } = await post(`${url}/reserve`, { texts });
  assert.equal(status, 201, text.slice(0, 500));
  assertProblem(await post(`${url}/reserve`, { texts: [...texts, 'X'] }), 400, 'invalid', ['/texts']);
});

test('201 generate: different texts by the rules, all reserved; one change, one audit record', async () => {
  const url = await api.namespace({
    prefix: '20',
    checkDigit: 'ean13',
    codeType: 'ean13',
    minLength: 13,
    maxLength: 13,
  });
  const counts = await rowCounts(server);
  const { body } = await api.post(`${url}/generate`, { count: 10_000 }, 201);
  assert.equal(new Set(body.texts).size, 10_000);
  for (const text of body.texts) {
    assert.match(text, /^20\d{11}$/);
    const sum = [...text].reduce((total, digit, index) => total + Number(digit) * (index % 2 ? 3 : 1), 0);
    assert.equal(sum % 10, 0);
  }
  const after = await rowCounts(server);
  assert.deepEqual([Number(after.change) - Number(counts.change), Number(after.audit) - Number(counts.audit)], [1, 1]);
  const [row] = await server.database.query(
    `select count(*)::int as count from access_pass where state = 'reserved' and namespace = $1`,
    [nameOf(url)],
  );
  assert.equal(row?.count, 10_000);
});

test('201 generate with a length of its own; 400 where the rules do not permit it', async () => {
  const url = await api.namespace({ minLength: 6, maxLength: 20 });
  const { body } = await api.post(`${url}/generate`, { count: 2, length: 20 }, 201);
  for (const text of body.texts) assert.match(text, /^[1-9]\d{19}$/);
  assertProblem(await post(`${url}/generate`, { count: 2, length: 21 }), 400, 'invalid', ['/length']);
  assertProblem(await post(`${url}/generate`, { count: 10_001 }), 400, 'invalid', ['/count']);
  assertProblem(await post(`${url}/generate`, { count: 0, length: 129 }), 400, 'invalid', ['/count', '/length']);
  const narrow = await api.namespace({ maxLength: 4 });
  assertProblem(await post(`${narrow}/generate`, { count: 10 }), 400, 'invalid', ['/count']);
});

test('generated texts are never ones that are there, also where few are left', async () => {
  // Five digits of which the first is not 0: 90 at once are allowed, and 89,500 of the 90,000 are gone.
  const url = await api.namespace({ minLength: 5, maxLength: 5 });
  const namespace = nameOf(url);
  await server.database.query(
    `insert into access_pass (organisation_id, text, namespace, id, state, document)
     select $1, n::text, $2, gen_random_uuid(), 'reserved', '{"reservedAt":"2026-01-01T00:00:00.000Z","reservedBy":"test"}'
     from generate_series(10000, 99499) n`,
    [server.organisation.id, namespace],
  );
  const { body } = await api.post(`${url}/generate`, { count: 1 }, 201);
  assert.match(body.texts[0], /^99[5-9]\d\d$/);
});

test('twenty at once generate without a clash', async () => {
  const url = await api.namespace({ minLength: 6, maxLength: 6 });
  const results = await inParallel(20, 20, () => api.post(`${url}/generate`, { count: 50 }, 201));
  const texts = results.flatMap((result) => {
    assert.equal(result.status, 'fulfilled', String((result as PromiseRejectedResult).reason));
    return (result as PromiseFulfilledResult<{ body: { texts: string[] } }>).value.body.texts;
  });
  assert.equal(new Set(texts).size, 1_000);
});

test('twenty at once reserve one text: one does', async () => {
  const url = await api.namespace();
  const results = await inParallel(20, 20, (index) => post(`${url}/reserve`, { texts: [`OWN-${index}`, 'SAME'] }));
  const statuses = results.map((result) => (result as PromiseFulfilledResult<{ status: number }>).value.status);
  assert.deepEqual(statuses.sort(), [201, ...Array(19).fill(409)]);
  assert.equal((await api.get(`${url}/reserved`)).body.items.length, 2);
});

test('a repeat under one Idempotency-Key gets the same texts, ten at once too', async () => {
  const url = await api.namespace();
  const headers = { 'idempotency-key': unique('key-') };
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(`${url}/generate`, { count: 5 }, headers)));
  for (const answer of answers) assert.deepEqual([answer.status, answer.text], [201, answers[0]?.text]);
  assert.equal((await api.get(`${url}/reserved`)).body.items.length, 5);
  const refused = { 'idempotency-key': unique('key-') };
  const first = await post(`${url}/reserve`, { texts: answers[0]?.body.texts }, refused);
  const again = await post(`${url}/reserve`, { texts: answers[0]?.body.texts }, refused);
  assert.deepEqual([first.status, again.status, again.text], [409, 409, first.text]);
});

test('409 DELETE of a namespace with reserved texts', async () => {
  const url = await api.namespace();
  await api.post(`${url}/reserve`, { texts: ['A'] }, 201);
  assertProblem(await send('DELETE', url), 409, 'catalogue-state');
});

test('400 for a cursor that is none', async () => {
  for (const cursor of ['%00', 'AAAA', '!', 'w6k'])
    assertProblem(
      await send('GET', `/v1/pass-namespaces/card/reserved?cursor=${cursor}`),
      400,
      cursor === '%00' ? 'malformed' : 'invalid',
      ['?cursor'],
    );
});
