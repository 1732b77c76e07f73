import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createAddressGuard } from '#changes/address-guard.ts';
import { certificate, headers, http, sendTo, shapeOf, startReceiver, startSender } from './receiver.ts';

// Where connections go, how long they stay, and whom they trust.

const ok = (tls = false, host = '127.0.0.1') =>
  startReceiver({ tls, host, answer: (socket) => socket.write(http('200 OK')) });
const delivered = { outcome: 'delivered', status: 200 };
const failed = (code: string, message: string) => ({ outcome: 'failed', error: { code, message } });

/** A resolver that gives one answer after the other, and counts. */
function resolving(...answers: string[][]) {
  const asked: string[] = [];
  const resolve = async (name: string) => {
    const answer = answers[asked.length] ?? assert.fail('resolved too often');
    asked.push(name);
    return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  const guard = createAddressGuard({ allowedNetworks: ['127.0.0.0/8'], resolve });
  return { asked, guard };
}

test('a socket goes to the address that was checked, whatever the DNS says next', async () => {
  const [checked, other] = [await ok(false, '127.0.0.2'), await ok()];
  const { asked, guard } = resolving(['127.0.0.2'], ['127.0.0.2'], ['10.0.0.1']);
  const sender = startSender({ guard });
  const send = () => sender.send({ url: `http://rebind.example.com:${checked.port}/`, headers, body: '{}' });
  for (let round = 1; round <= 2; round += 1) {
    assert.deepEqual(shapeOf(await send()), delivered);
    assert.deepEqual(asked.length, round); // once for each connection: what was checked is what is connected to
    for (const socket of checked.sockets) socket.destroy();
    await checked.closed();
    await sleep(5); // until the sender has seen it
  }
  const message = 'rebind.example.com leads to 10.0.0.1: 10.0.0.1 is a private address.';
  assert.deepEqual(shapeOf(await send()), failed('blocked-address', message));
  assert.deepEqual(new Set(asked), new Set(['rebind.example.com']));
  assert.match(checked.requests[0] ?? '', new RegExp(`^Host: rebind.example.com:${checked.port}\r$`, 'm'));
  assert.deepEqual([checked.connections.total, other.connections.total], [2, 0]);
});

test('a private address beside one that is allowed: no connection at all', async () => {
  const receiver = await ok();
  const { guard } = resolving(['127.0.0.1', '10.0.0.1'], ['::ffff:127.0.0.1', '127.0.0.1']);
  const sender = startSender({ guard });
  const send = () => sender.send({ url: `http://two.example.com:${receiver.port}/`, headers, body: '{}' });
  assert.equal((await send()).error?.message, 'two.example.com leads to 10.0.0.1: 10.0.0.1 is a private address.');
  assert.match((await send()).error?.message ?? '', /::ffff:127\.0\.0\.1 is an IPv4-mapped address/);
  assert.equal(receiver.connections.total, 0);
});

test('the next of several addresses is tried when one refuses', async () => {
  const receiver = await ok(false, '127.0.0.3');
  const { guard } = resolving(['127.0.0.4', '127.0.0.3'], ['127.0.0.5', '127.0.0.4']);
  const sender = startSender({ guard });
  const send = (host: string) => sender.send({ url: `http://${host}:${receiver.port}/`, headers, body: '{}' });
  assert.deepEqual(shapeOf(await send('two.example.com')), delivered);
  assert.deepEqual(shapeOf(await send('none.example.com')), failed('connect', 'The endpoint refused the connection.'));
});

test('connections are kept for the next delivery, up to their idle time', async () => {
  const receiver = await ok();
  const sender = startSender({ idleTime: 60 });
  for (let round = 0; round < 5; round += 1) assert.deepEqual(shapeOf(await sendTo(sender, receiver)), delivered);
  assert.equal(receiver.connections.total, 1);
  await receiver.closed();
  assert.deepEqual(shapeOf(await sendTo(sender, receiver)), delivered);
  assert.equal(receiver.connections.total, 2);
});

test('a kept connection that the receiver closes at that very moment is not a failure', async () => {
  const receiver = await startReceiver({
    answer: (socket, count) => (count === 2 ? socket.resetAndDestroy() : socket.write(http('200 OK'))),
  });
  const sender = startSender();
  assert.deepEqual(shapeOf(await sendTo(sender, receiver)), delivered);
  assert.deepEqual(shapeOf(await sendTo(sender, receiver)), delivered);
  assert.deepEqual([receiver.requests.length, receiver.connections.total], [3, 2]);
});

test('a receiver that closes a fresh connection too has failed: there is one repetition, not more', async () => {
  const receiver = await startReceiver({
    answer: (socket, count) => (count > 4 ? socket.resetAndDestroy() : socket.write(http('200 OK'))),
  });
  const sender = startSender();
  await Promise.all(Array.from({ length: 4 }, () => sendTo(sender, receiver)));
  assert.equal((await sendTo(sender, receiver)).error?.code, 'reset');
  assert.equal(receiver.requests.length, 6);
});

test('no more connections to one origin than allowed; who waits for one too long is told so', async () => {
  const receiver = await startReceiver({ answer: () => {} });
  const healthy = await ok();
  const sender = startSender({ maxSockets: 2, timeout: 200, idleTime: 100 });
  const all = Promise.all(Array.from({ length: 3 }, () => sendTo(sender, receiver)));
  while (receiver.requests.length < 2) await sleep(5);
  assert.deepEqual(shapeOf(await sendTo(sender, healthy), 150), delivered); // another origin does not wait
  assert.equal(receiver.connections.total, 2);
  const messages = (await all).map(({ error }) => error?.message ?? '');
  assert.match(messages[0] ?? '', /The request was sent, but there was no answer by then\.$/);
  // The connections become free at the moment when its own time is over.
  assert.match(messages[2] ?? '', /All connections to the endpoint were in use\.$|There was no connection by then\.$/);
  await receiver.closed();
});

test('closing ends what is under way, and all connections; later attempts are cancelled', async () => {
  const [hanging, healthy] = [await startReceiver({ answer: () => {} }), await ok()];
  const sender = startSender();
  await sendTo(sender, healthy);
  const underWay = sendTo(sender, hanging);
  while (hanging.requests.length === 0) await sleep(5);
  sender.close();
  const cancelled = failed('cancelled', 'The attempt was ended before there was an answer.');
  assert.deepEqual(shapeOf(await underWay), cancelled);
  await Promise.all([hanging.closed(), healthy.closed()]);
  assert.deepEqual(shapeOf(await sendTo(sender, healthy)), cancelled);
});

const overTls = async (host: string, options: { extraCa?: string } = { extraCa: certificate }) => {
  const receiver = await ok(true);
  const { guard } = resolving(['127.0.0.1']);
  const sender = startSender({ guard, ...options });
  const send = () => sender.send({ url: `https://${host}:${receiver.port}/`, headers, body: '{}' });
  return { receiver, send, result: shapeOf(await send()) };
};

test('a certificate for the name, by an authority that is trusted; the connection is kept', async () => {
  const { receiver, send, result } = await overTls('hooks.example.com');
  assert.deepEqual(result, delivered);
  assert.deepEqual(shapeOf(await send()), delivered);
  assert.equal(receiver.connections.total, 1);
  assert.deepEqual((await overTls('hooks.example.com.')).result, delivered); // the dot of the root is no part of the name
  assert.deepEqual((await overTls('127.0.0.1')).result, delivered);
});

test('a certificate for another name, or by nobody who is trusted; nothing is sent', async () => {
  const other = await overTls('other.example.com');
  assert.deepEqual(other.result, failed('tls', 'The certificate of the endpoint is for another name.'));
  const untrusted = await overTls('hooks.example.com', {});
  assert.deepEqual(untrusted.result, failed('tls', 'The certificate of the endpoint is self-signed.'));
  for (const { receiver } of [other, untrusted]) {
    assert.deepEqual(receiver.requests, []);
    await receiver.closed();
  }
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing', async (context) => {
  context.mock.method(process, 'emitWarning', () => {}); // that it is insecure
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  context.after(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });
  assert.equal((await overTls('other.example.com')).result.error?.code, 'tls');
  assert.equal((await overTls('hooks.example.com', {})).result.error?.code, 'tls');
});

test('https to a receiver that does not speak TLS, hangs in the handshake, or hangs up', async () => {
  const attempt = async (connected: Parameters<typeof startReceiver>[0]['connected']) => {
    const receiver = await startReceiver({ connected: connected as NonNullable<typeof connected> });
    const result = await startSender({ timeout: 150 }).send({
      url: `https://127.0.0.1:${receiver.port}/`,
      headers,
      body: '{}',
    });
    await receiver.closed();
    return shapeOf(result).error;
  };
  const plain = await attempt((socket) => socket.once('data', () => socket.write(http('400 Bad Request'))));
  assert.equal(plain?.code, 'tls');
  assert.match(
    plain?.message ?? '',
    /^There is no encrypted connection to the endpoint: the TLS handshake failed \([A-Z_0-9]+\)\.$/,
  );
  assert.deepEqual(await attempt((socket) => socket.resume()), {
    code: 'timeout',
    message: 'The attempt took longer than 0.15 s. The connection was not encrypted by then.',
  });
  assert.deepEqual(await attempt((socket) => socket.once('data', () => socket.resetAndDestroy())), {
    code: 'tls',
    message: 'There is no encrypted connection to the endpoint: the TLS handshake failed (ECONNRESET).',
  });
});

test('proxies of the environment are not used', async () => {
  const [receiver, proxy] = [await ok(), await ok()];
  const script = `
    const { createAddressGuard } = await import('#changes/address-guard.ts');
    const { createSender } = await import('#changes/send.ts');
    const sender = createSender({ guard: createAddressGuard({ allowedNetworks: ['127.0.0.0/8'] }) });
    const result = await sender.send({ url: 'http://127.0.0.1:${receiver.port}/', headers: {}, body: '' });
    console.log(result.outcome);`;
  const address = `http://127.0.0.1:${proxy.port}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--use-env-proxy', '--input-type=module', '--eval', script],
    {
      cwd: new URL('../..', import.meta.url),
      env: { ...process.env, HTTP_PROXY: address, http_proxy: address, HTTPS_PROXY: address, NO_PROXY: '' },
      timeout: 10_000,
    },
  );
  assert.equal(stdout.trim(), 'delivered'); // and the process ended by itself although a connection was kept
  assert.deepEqual([receiver.connections.total, proxy.connections.total], [1, 0]);
});
