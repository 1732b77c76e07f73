import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { createAddressGuard } from '#changes/address-guard.ts';
import { headers, http, sendTo, shapeOf, startReceiver, startSender } from './receiver.ts';

// What is sent, and what each answer means.

const sender = startSender();
const answering = (text: string | Buffer) => startReceiver({ answer: (socket) => socket.write(text) });

test('a POST with the headers and the body that were given, and our name', async () => {
  const receiver = await answering(http('204 No Content'));
  const result = await sendTo(sender, receiver, '/hook?a=1&b=%20');
  assert.deepEqual(shapeOf(result), { outcome: 'delivered', status: 204 });
  const [head = '', body] = (receiver.requests[0] ?? '').split('\r\n\r\n');
  const [line, ...lines] = head.split('\r\n');
  assert.equal(line, 'POST /hook?a=1&b=%20 HTTP/1.1');
  assert.deepEqual(
    lines.sort(),
    [
      'Connection: keep-alive',
      `Content-Length: ${Buffer.byteLength('{"a":"ä"}')}`,
      `Host: 127.0.0.1:${receiver.port}`,
      'X-Api-Key: the-static-secret',
      'content-type: application/json',
      'user-agent: Tessera/0.1',
      'webhook-signature: v1,signed',
    ].sort(),
  );
  assert.equal(body, '{"a":"ä"}');
});

for (const status of [200, 201, 202, 204, 206, 226, 299]) {
  test(`${status} is a success`, async () => {
    assert.deepEqual(
      shapeOf(await sendTo(sender, await answering(`HTTP/1.1 ${status} x\r\nContent-Length: 0\r\n\r\n`))),
      { outcome: 'delivered', status },
    );
  });
}

for (const [status, message] of [
  [400, 'The endpoint answered 400 Bad Request.'],
  [401, 'The endpoint answered 401 Unauthorized.'],
  [404, 'The endpoint answered 404 Not Found.'],
  [500, 'The endpoint answered 500 Internal Server Error.'],
  [599, 'The endpoint answered 599.'],
  [999, 'The endpoint answered 999.'],
] as const) {
  test(`${status} is a failure`, async () => {
    const receiver = await answering(http(`${status} x`, 'no'));
    const expected = { outcome: 'failed', status, error: { code: 'status', message }, excerpt: 'no' };
    assert.deepEqual(shapeOf(await sendTo(sender, receiver)), expected);
  });
}

test('410 says that no more deliveries are wanted', async () => {
  const message = 'The endpoint answered 410 Gone, so it wants no more deliveries.';
  assert.deepEqual(shapeOf(await sendTo(sender, await answering(http('410 Gone')))), {
    outcome: 'failed',
    status: 410,
    error: { code: 'status', message },
    gone: true,
  });
});

for (const status of [
  '300 Multiple Choices',
  '301 Moved Permanently',
  '302 Found',
  '303 See Other',
  '304 Not Modified',
  '307 Temporary Redirect',
  '308 Permanent Redirect',
]) {
  test(`${status} is a failure, and not followed`, async () => {
    const elsewhere = await answering(http('200 OK'));
    const receiver = await answering(http(status, '', `Location: http://127.0.0.1:${elsewhere.port}/the-new-place`));
    const message = `The endpoint answered ${status}; redirects are not followed, so give the final URL.`;
    const code = Number.parseInt(status, 10);
    assert.deepEqual(shapeOf(await sendTo(sender, receiver)), {
      outcome: 'failed',
      status: code,
      error: { code: 'redirect', message },
    });
    assert.equal(elsewhere.connections.total, 0);
  });
}

for (const [status, given, retryAfter] of [
  ['429 Too Many Requests', '120', 120],
  ['503 Service Unavailable', '120', 120],
  ['503 Service Unavailable', 'Fri, 01 Jan 2100 00:00:00 GMT', 86_400],
  ['503 Service Unavailable', 'later', undefined],
  ['500 Internal Server Error', '120', undefined],
  ['200 OK', '120', undefined],
] as const) {
  test(`${status} with Retry-After: ${given}`, async () => {
    const result = await sendTo(sender, await answering(http(status, '', `Retry-After: ${given}`)));
    assert.equal(result.retryAfter, retryAfter);
    assert.equal('retryAfter' in result, retryAfter !== undefined);
  });
}

test('informational answers before the answer are passed over', async () => {
  const receiver = await answering(
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${http('200 OK', 'ok')}`,
  );
  assert.deepEqual(shapeOf(await sendTo(sender, receiver)), { outcome: 'delivered', status: 200, excerpt: 'ok' });
  assert.deepEqual(shapeOf(await sendTo(sender, receiver)), { outcome: 'delivered', status: 200, excerpt: 'ok' });
  assert.equal(receiver.connections.total, 1);
});

test('the excerpt is from the first 256 bytes; a longer answer does no harm', async () => {
  for (const [size, connections] of [
    [10_000, 1],
    [1_000_000, 2],
  ] as const) {
    const receiver = await answering(http('200 OK', `a\u0000ä\n${'x'.repeat(size)}`));
    for (let round = 0; round < 2; round += 1)
      assert.deepEqual(shapeOf(await sendTo(sender, receiver)), {
        outcome: 'delivered',
        status: 200,
        excerpt: `a ä ${'x'.repeat(251)}`,
      });
    assert.equal(receiver.connections.total, connections); // one is kept after a small answer, and not after a large one
    if (connections === 2) await receiver.closed();
  }
});

test('headers that would change the connection, or are none, are refused by name and without their value', async () => {
  const receiver = await answering(http('200 OK'));
  const url = `http://127.0.0.1:${receiver.port}/`;
  for (const [name, value] of [
    ['Host', 'the-static-secret'],
    ['content-length', '3'],
    ['Transfer-Encoding', 'chunked'],
    ['connection', 'close'],
    ['Expect', '100-continue'],
    ['upgrade', 'h2c'],
    ['a b', 'the-static-secret'],
    ['', 'the-static-secret'],
    ['X-Api-Key', 'the-static-secret\r\nHost: elsewhere'],
    ['X-Api-Key', 'the-static-secret\u0000'],
    ['X-Api-Key', 'the-static-secret 日本'],
  ] as const) {
    const error = { code: 'header', message: `The header ${JSON.stringify(name)} cannot be sent.` };
    assert.deepEqual(shapeOf(await sender.send({ url, headers: { ...headers, [name]: value }, body: '' })), {
      outcome: 'failed',
      error,
    });
  }
  assert.equal(receiver.connections.total, 0);
});

test('addresses that the guard refuses are never connected to', async () => {
  const receiver = await answering(http('200 OK'));
  const strict = startSender({ guard: createAddressGuard({ allowedNetworks: [] }) });
  for (const [url, message] of [
    [`https://127.0.0.1:${receiver.port}/`, '127.0.0.1 is a loopback address.'],
    ['https://169.254.169.254/latest/', '169.254.169.254 is a link-local address that serves cloud metadata.'],
    ['https://user:the-static-secret@hooks.example.com/', 'The URL must not have a user name or a password in it.'],
    ['https://hooks example.com/', 'The URL has a space, a control character or a backslash in it.'],
    ['nonsense', 'The URL is not an absolute URL with a valid host.'],
  ] as const) {
    const error = { code: 'blocked-address', message };
    assert.deepEqual(shapeOf(await strict.send({ url, headers, body: '{}' })), { outcome: 'failed', error });
  }
  assert.equal(receiver.connections.total, 0);
});

const withoutIpv6 = !networkInterfaces().lo?.some(({ address }) => address === '::1') && 'no IPv6 here';

test('an IPv6 address as host', { skip: withoutIpv6 }, async () => {
  const receiver = await startReceiver({ host: '::1', answer: (socket) => socket.write(http('200 OK')) });
  const local = startSender({ guard: createAddressGuard({ allowedNetworks: ['::1'] }) });
  const result = await local.send({ url: `http://[0:0::1]:${receiver.port}/`, headers, body: '{}' });
  assert.deepEqual(shapeOf(result), { outcome: 'delivered', status: 200 });
  assert.match(receiver.requests[0] ?? '', new RegExp(`^Host: \\[::1\\]:${receiver.port}\r$`, 'm'));
});
