import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { assertProblem, nativeApi, person, rowCounts } from './support.ts';

/** Bodies and addresses that no honest client sends: each has its 4xx, and leaves nothing behind. */
const server = await startTestServer();
const { send } = server;
const api = nativeApi(server);
const known = await api.account({ identifier: 'known' });
const start = await rowCounts(server);

/** Every route with a body, and a good body for it as text, with a place for the hostile part. */
const routes: Record<string, { url: string; types: string[]; body: (part: string) => string }> = {
  'POST /customers': { url: '/v1/customers', types: ['application/json'], body: (part) => `{"name":"Ida"${part}}` },
  'PATCH /customers/:customerNumber': {
    url: `/v1/customers/${known.customerNumber}`,
    types: ['application/merge-patch+json', 'application/json'],
    body: (part) => `{"name":"Ida"${part}}`,
  },
  'POST /accounts': {
    url: '/v1/accounts',
    types: ['application/json'],
    body: (part) => `{"customer":{"name":"Ida"},"alias":"a"${part}}`,
  },
  'POST /customers/:customerNumber/accounts': {
    url: `/v1/customers/${known.customerNumber}/accounts`,
    types: ['application/json'],
    body: (part) => `{"alias":"a"${part}}`,
  },
  'PUT /accounts/:identifier': {
    url: '/v1/accounts/put',
    types: ['application/json'],
    body: (part) => `{"customer":{"name":"Ida"},"alias":"a"${part}}`,
  },
  'PATCH /accounts/:identifier': {
    url: '/v1/accounts/known',
    types: ['application/merge-patch+json', 'application/json'],
    body: (part) => `{"alias":"a"${part}}`,
  },
  'POST /accounts/batch-get': {
    url: '/v1/accounts/batch-get',
    types: ['application/json'],
    body: (part) => `{"identifiers":["a"]${part}}`,
  },
};

const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);

/** Additions to a good body, and what the problem is. */
const parts: [name: string, part: string, code: string, places: string[]][] = [
  ['an unknown member', ',"hobby":"chess"', 'invalid', ['/hobby']],
  ['an unknown member with an odd name', ',"a/b~c":1', 'invalid', ['/a~1b~0c']],
  ['a member "constructor"', ',"constructor":{"prototype":{"x":1}}', 'invalid', ['/constructor']],
  ['a member "toString"', ',"toString":1', 'invalid', ['/toString']],
  ['a member "hasOwnProperty"', ',"hasOwnProperty":1', 'invalid', ['/hasOwnProperty']],
  ['a member "__proto__"', ',"__proto__":{"isDefault":true}', 'malformed', ['/__proto__']],
  ['a member "__proto__", nested', ',"x":{"y":[{"__proto__":1}]}', 'malformed', ['/x/y/0/__proto__']],
  ['a member "__proto__", escaped', ',"\\u005f_proto__":1', 'malformed', ['/__proto__']],
  ['the same member twice', ',"x":1,"x":1', 'malformed', ['/x']],
  ['the same member twice, once escaped', ',"x":1,"\\u0078":2', 'malformed', ['/x']],
  ['the same member twice, nested', ',"x":[{"y":1,"z":2,"y":3}]', 'malformed', ['/x/0/y']],
  ['the same member twice, the first of them nested deeply', `,"x":${nested(100_000)},"x":1`, 'malformed', []],
  ['a NUL', ',"x":"a\\u0000b"', 'malformed', ['/x']],
  ['a control character of C0', ',"x":"a\\u001fb"', 'malformed', ['/x']],
  ['a line feed', ',"x":["a\\nb"]', 'malformed', ['/x/0']],
  ['DEL', ',"x":"\\u007f"', 'malformed', ['/x']],
  ['a control character of C1', ',"x":"\u0085"', 'malformed', ['/x']],
  ['a lone high surrogate', ',"x":"\\ud800"', 'malformed', ['/x']],
  ['a lone low surrogate', ',"x":"a\\udc00b"', 'malformed', ['/x']],
  ['surrogates in the wrong order', ',"x":"\\udc00\\ud800"', 'malformed', ['/x']],
  ['a member name with a NUL', ',"a\\u0000":1', 'malformed', ['']],
  ['a member name with a lone surrogate', ',"x":{"\\ud800":1}', 'malformed', ['/x']],
  ['a number beyond all bounds', ',"x":1e400', 'malformed', ['/x']],
  ['a number far below all bounds', ',"x":-1e400', 'malformed', ['/x']],
  ['33 levels', `,"x":${nested(32)}`, 'malformed', ['/x/0/0']],
  ['100,000 levels', `,"x":${nested(100_000)}`, 'malformed', ['/x/0/0']],
  ['100,000 levels of objects', `,"x":${nested(100_000, '{"a":', '}').replace('}', '1}')}`, 'malformed', ['/x/a/a']],
  ['a trailing comma', ',', 'malformed', []],
  ['a comment', '/* note */', 'malformed', []],
  ['NaN', ',"x":NaN', 'malformed', []],
  ['a raw line feed in a text', ',"x":"a\nb"', 'malformed', []],
  ['a second document', '}{"x":1', 'malformed', []],
];

/** Whole bodies. */
const bodies: [name: string, body: string | Buffer, code: string, places: string[]][] = [
  ['nothing', '', 'malformed', []],
  ['white space', ' \n ', 'malformed', []],
  ['an open brace', '{', 'malformed', []],
  ['text that is not JSON', 'name=Ida', 'malformed', []],
  ['an array', '[]', 'invalid', ['']],
  ['an array of bodies', '[{"name":"Ida"}]', 'invalid', ['']],
  ['null', 'null', 'invalid', ['']],
  ['a text', '"Ida"', 'invalid', ['']],
  ['a number', '1', 'invalid', ['']],
  ['true', 'true', 'invalid', ['']],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'malformed', []],
  ['an overlong NUL', Buffer.from([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]), 'malformed', []],
  ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'malformed', []],
  ['UTF-16', Buffer.from('{"name":"Ida"}', 'utf16le'), 'malformed', []],
  ['only open brackets', '['.repeat(1_000_000), 'malformed', []],
];

for (const [route, { url, types, body }] of Object.entries(routes)) {
  const [method = ''] = route.split(' ');
  const type = types[0] as string;
  const post = (payload: string | Buffer, contentType = type): Promise<TestResponse> =>
    send(method, url, { body: payload, headers: { 'content-type': contentType } });

  test(`400 ${route}: ${parts.length} hostile members`, async () => {
    for (const [name, part, code, places] of parts) {
      const response = await post(body(part));
      assert.equal(response.status, 400, `${name}: ${response.text.slice(0, 300)}`);
      assertProblem(response, 400, code, places);
    }
  });

  test(`400 ${route}: ${bodies.length} hostile bodies`, async () => {
    for (const [name, payload, code, places] of bodies) {
      const response = await post(payload);
      assert.equal(response.status, 400, `${name}: ${response.text.slice(0, 300)}`);
      assertProblem(response, 400, code, places);
    }
  });

  test(`413 ${route}: more than 1 MiB, also 10 MB, before it is read`, async () => {
    for (const size of [1024 * 1024 + 1, 10_000_000]) assertProblem(await post(' '.repeat(size)), 413, 'too-large');
  });

  test(`415 ${route}: other media types, with what would be right`, async () => {
    const others = [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/ld+json',
      'application/problem+json',
      'application/jsonx',
      'application/json; charset=utf-16',
      'application/json; charset=latin1',
      'json',
      '*/*',
    ];
    for (const other of others) {
      const response = await post(body(''), other);
      assertProblem(response, 415, 'unsupported-media-type');
      const header = method === 'PATCH' ? 'accept-patch' : 'accept';
      assert.equal(response.headers[header], types.join(', '), other);
    }
  });

  test(`400 and 415 ${route}: without a Content-Type`, async () => {
    const inject = (payload?: string) =>
      server.app.inject({
        method: method as 'POST',
        url,
        headers: { authorization: `Bearer ${server.key}` },
        ...(payload === undefined ? {} : { payload }),
      });
    assert.equal((await inject(body(''))).statusCode, 415);
    const empty = await inject();
    assert.equal(empty.statusCode, 400);
    assert.equal(empty.json().detail, 'The request has no body.');
  });

  test(`400 ${route}: unknown parameters`, async () => {
    const response = await send(method, `${url}?dryRun=true&__proto__=x`, { body: body('') });
    assertProblem(response, 400, 'invalid', ['?dryRun', '?__proto__']);
  });
}

test('200 what is only unusual: white space, a BOM, escapes, colons and braces in texts, a charset in quotes', async () => {
  const unusual = [
    ' \n{"identifiers" : [ "a" ]}\r\n',
    '\ufeff{"identifiers":["a"]}',
    '{"identifier\\u0073":["\\ud83d\\ude00"]}',
    '{"identifiers":["a:b","{","[","\\"","\\\\"]}',
  ];
  const headers = { 'content-type': 'Application/JSON; Charset="UTF-8"' };
  for (const body of unusual) {
    const { status, text } = await send('POST', '/v1/accounts/batch-get', { body, headers });
    assert.equal(status, 200, text);
  }
});

for (const path of ['%', '%zz', '%c0%80', '%ed%a0%80', '%ff', 'a%2']) {
  test(`400 ${path} in a path: a malformed escape`, async () => {
    for (const url of [`/v1/accounts/${path}`, `/v1/customers/${path}`, `/v1/accounts/${path}/make-default`]) {
      const response = await send(url.endsWith('default') ? 'POST' : 'GET', url);
      assertProblem(response, 400, 'malformed');
      assert.match(response.body.detail, /malformed percent-escape/);
      assert.ok(response.headers['x-request-id']);
    }
  });
}

for (const path of ['%00', 'a%0Ab', '%7F', '%C2%85']) {
  test(`400 ${path} in a path: a control character`, async () => {
    assertProblem(await send('GET', `/v1/accounts/${path}`), 400, 'malformed', ['?identifier']);
    assertProblem(await send('DELETE', `/v1/customers/${path}`), 400, 'malformed', ['?customerNumber']);
    const put = await send('PUT', `/v1/accounts/${path}`, { body: { customer: person() } });
    assertProblem(put, 400, 'malformed', ['?identifier']);
  });
}

test('414 a path that is far too long, 400 a parameter', async () => {
  assertProblem(await send('GET', `/v1/accounts/${'a'.repeat(10_000)}`), 414, 'uri-too-long');
  const query = await send('GET', `/v1/accounts?identifier=${'a'.repeat(10_000)}`);
  assertProblem(query, 400, 'invalid', ['?identifier']);
});

test('400 an answer to very many faults is short', async () => {
  const members = Array.from({ length: 6_000 }, (_, index) => `"m${index}":1`).join();
  const items = Array(9_000).fill(1).join();
  for (const [url, body] of [
    ['/v1/customers', `{${members}}`],
    ['/v1/customers', `{"otherAddress":[${items}]}`],
    ['/v1/accounts/batch-get', `{"identifiers":[${items}]}`],
  ] as const) {
    const response = await send('POST', url, { body });
    assert.equal(response.status, 400);
    assert.match(response.body.detail, /^At least 100 members are faulty/);
    assert.equal(response.body.errors.length, 100);
    assert.ok(response.text.length < 20_000);
  }
});

test('400 a body of very many members is refused before anything judges them', async () => {
  const response = await send('POST', '/v1/customers', { body: `{"sameAs":[${Array(300_000).fill(1).join()}]}` });
  assertProblem(response, 400, 'malformed', []);
});

test('400 the address to fault is exact in a nested body', async () => {
  const body = '{"customer":{"otherAddress":[{"postalCode":"1"},{"postalCode":"\\u0000"}]}}';
  const place = '/customer/otherAddress/1/postalCode';
  assertProblem(await send('POST', '/v1/accounts', { body }), 400, 'malformed', [place]);
});

test('nothing is stored of all this', async () => {
  assert.deepEqual(await rowCounts(server), start);
  assert.deepEqual((await send('GET', '/v1/accounts/known')).body, known);
});
