import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressGuard } from '#changes/address-guard.ts';
import type { AttemptResult } from '#changes/send.ts';
import { type Behaviour, headers, http, sendTo, shapeOf, startReceiver, startSender } from './receiver.ts';

// Receivers that do not behave: each is a result, in time, and leaves no connection behind.

const sender = startSender();
/** Does not wait long. */
const hasty = startSender({ timeout: 150 });
const failed = (code: string, message: string) => ({ outcome: 'failed', error: { code, message } });
const tooLong = (rest: string) => failed('timeout', `The attempt took longer than 0.15 s. ${rest}`);
const reset = failed('reset', 'The endpoint closed the connection before it answered.');

async function resultOf(behaviour: Behaviour, by = sender): Promise<Omit<AttemptResult, 'durationMs'>> {
  const receiver = await startReceiver(behaviour);
  const result = await sendTo(by, receiver);
  await receiver.closed();
  return shapeOf(result, 1_000);
}

/** Writes something every few milliseconds for as long as somebody listens. */
const dripping = (text: string, drop: string): Behaviour => ({
  answer: (socket) => {
    socket.write(text);
    const timer = setInterval(() => socket.write(drop), 5);
    socket.on('close', () => clearInterval(timer));
  },
});

test('no answer at all', async () => {
  const error = tooLong('The request was sent, but there was no answer by then.');
  assert.deepEqual(await resultOf({ answer: () => {} }, hasty), error);
});

test('headers that never end', async () => {
  const error = tooLong('The request was sent, but there was no answer by then.');
  assert.deepEqual(await resultOf(dripping('HTTP/1.1 200 OK\r\n', 'a: b\r\n'), hasty), error);
});

test('informational answers that never end', async () => {
  const error = tooLong('The request was sent, but there was no answer by then.');
  assert.deepEqual(await resultOf(dripping('', 'HTTP/1.1 102 Processing\r\n\r\n'), hasty), error);
});

test('headers that are too large', async () => {
  const result = await resultOf({ answer: (socket) => socket.write(http('200 OK', '', `a: ${'b'.repeat(100_000)}`)) });
  assert.deepEqual(result, failed('protocol', 'The endpoint did not answer in valid HTTP (HPE_HEADER_OVERFLOW).'));
});

test('a body that comes slowly: the status was heard, so it counts', async () => {
  const ok = await resultOf(dripping('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nslow', '.'), hasty);
  assert.equal(ok.outcome, 'delivered');
  assert.match(ok.excerpt ?? '', /^slow\.+$/);
  const bad = await resultOf(dripping('HTTP/1.1 500 Oh\r\nContent-Length: 100000\r\n\r\nslow', '.'), hasty);
  assert.equal(bad.error?.code, 'status');
});

test('a body that never ends is cut off', async () => {
  const endless: Behaviour = {
    answer: (socket) => {
      const more = () => {
        while (socket.writable && socket.write('x'.repeat(50_000)));
      };
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nConnection: close\r\n\r\n');
      socket.on('drain', more);
      more();
    },
  };
  assert.deepEqual(await resultOf(endless), { outcome: 'delivered', status: 200, excerpt: 'x'.repeat(256) });
});

test('a connection that ends before the answer', async () => {
  assert.deepEqual(await resultOf({ answer: (socket) => socket.end() }), reset);
  assert.deepEqual(await resultOf({ answer: (socket) => socket.resetAndDestroy() }), reset);
  assert.deepEqual(await resultOf({ connected: (socket) => socket.destroy() }), reset);
  assert.deepEqual(await resultOf({ answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nConte') }), reset);
});

test('a connection that ends in the middle of the body: the status was heard', async () => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const behaviour: Behaviour = {
      answer: (socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => setTimeout(() => socket[end](), 10)),
    };
    assert.deepEqual(await resultOf(behaviour), { outcome: 'delivered', status: 200, excerpt: 'half' });
  }
});

test('what is not HTTP', async () => {
  for (const [text, code] of [
    ['SSH-2.0-OpenSSH_9.6\r\n', 'HPE_INVALID_CONSTANT'],
    ['\u0000\u0001\u0002\u0003', 'HPE_INVALID_CONSTANT'],
    ['HTTP/9.9 200 OK\r\n\r\n', 'HPE_INVALID_VERSION'],
    ['HTTP/1.1 2x0 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n', 'HPE_INVALID_TRANSFER_ENCODING'],
  ] as const) {
    const error = failed('protocol', `The endpoint did not answer in valid HTTP (${code}).`);
    assert.deepEqual(await resultOf({ answer: (socket) => socket.write(text) }), error, text);
  }
});

test('a chunked body that is broken: the status was heard', async () => {
  const behaviour: Behaviour = {
    answer: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
      setTimeout(() => socket.write('zz\r\n'), 10);
    },
  };
  assert.deepEqual(await resultOf(behaviour), { outcome: 'delivered', status: 200, excerpt: 'ok' });
});

test('a change of the protocol that nobody asked for', async () => {
  const text = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const message = 'The endpoint wanted to change to another protocol instead of answering.';
  assert.deepEqual(await resultOf({ answer: (socket) => socket.write(text) }), failed('protocol', message));
});

const large = 'x'.repeat(20_000_000);

test('an answer before the request was read, from a receiver that then hangs up', async () => {
  const receiver = await startReceiver({
    connected: (socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write(http('403 Forbidden', 'no'), () => setTimeout(() => socket.destroy(), 20));
      });
    },
  });
  const result = await sender.send({ url: `http://127.0.0.1:${receiver.port}/`, headers, body: large });
  const error = { code: 'status', message: 'The endpoint answered 403 Forbidden.' };
  assert.deepEqual(shapeOf(result), { outcome: 'failed', status: 403, error, excerpt: 'no' });
  await receiver.closed();
});

test('an answer before the request was read, from a receiver that never reads the rest', async () => {
  const receiver = await startReceiver({
    connected: (socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write(http('200 OK', 'fine'));
      });
    },
  });
  const result = await sender.send({ url: `http://127.0.0.1:${receiver.port}/`, headers, body: large });
  assert.deepEqual(shapeOf(result), { outcome: 'delivered', status: 200, excerpt: 'fine' });
  for (const socket of receiver.sockets) socket.resume(); // or it would not see that we hung up
  await receiver.closed();
});

test('a receiver that reads nothing of a large request', async () => {
  const receiver = await startReceiver({ connected: (socket) => socket.pause() });
  const result = await hasty.send({ url: `http://127.0.0.1:${receiver.port}/`, headers, body: large });
  assert.equal(result.error?.code, 'timeout');
  for (const socket of receiver.sockets) socket.resume();
  await receiver.closed();
});

test('nobody listens', async () => {
  const receiver = await startReceiver({ connected: (socket) => socket.destroy() });
  await receiver.stop();
  assert.deepEqual(shapeOf(await sendTo(sender, receiver)), failed('connect', 'The endpoint refused the connection.'));
});

test('DNS that fails, knows nothing, or never answers', async () => {
  const sendBy = (resolve: () => Promise<never[]>) => {
    const guard = createAddressGuard({ allowedNetworks: [], resolve });
    return startSender({ guard, timeout: 150 }).send({ url: 'https://hooks.example.com/', headers, body: '{}' });
  };
  const failing = (code: string) => sendBy(() => Promise.reject(Object.assign(new Error('x'), { code })));
  for (const [code, words] of [
    ['ENOTFOUND', 'does not exist, or has no address'],
    ['ESERVFAIL', 'could not be resolved: its name servers have a problem'],
    ['ETIMEOUT', 'could not be resolved: its name servers do not answer'],
    ['EODD', 'could not be resolved (EODD)'],
  ] as const)
    assert.deepEqual(shapeOf(await failing(code)), failed('dns', `The name hooks.example.com ${words}.`));
  assert.deepEqual(shapeOf(await sendBy(async () => [])), failed('dns', 'The name hooks.example.com has no address.'));
  assert.deepEqual(shapeOf(await sendBy(() => new Promise(() => {}))), tooLong('Its name was not resolved by then.'));
});

test('a sender that is closed, meanwhile and before', async () => {
  const cancelled = failed('cancelled', 'The attempt was ended before there was an answer.');
  const receiver = await startReceiver({ answer: () => own.close() });
  const own = startSender();
  const message = { url: `http://127.0.0.1:${receiver.port}/`, headers, body: '{}' };
  assert.deepEqual(shapeOf(await own.send(message)), cancelled);
  await receiver.closed();
  assert.deepEqual(shapeOf(await own.send(message)), cancelled);
  assert.equal(receiver.connections.total, 1);
});
