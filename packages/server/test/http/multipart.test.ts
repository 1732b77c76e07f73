import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '#domain/refusal.ts';
import { evidence } from '../support/evidence.ts';
import { filePart, form, handmade, multipart } from './upload-forms.ts';
import { beginUpload, keyWith, MiB, post, startUploadServer } from './upload-support.ts';

const bounded = { timeout: 60_000 };
const { url, port, calls } = await startUploadServer();
const files = `${url}/files`;
const part = (name: string) => `Content-Disposition: form-data; name="${name}"`;
const invalid = (...faults: [name: string, code: string, message: string][]) => ({
  kind: 'invalid',
  faults: faults.map(([name, code, message]) => ({ path: [name], code, message })),
  in: 'body',
});

test('200 with files and text: byte for byte, in order, the text trimmed and NFC', async () => {
  const contents = [randomBytes(300_000), Buffer.from(`--x-boundary\r\n\r\n--x-boundary--\r\n`), randomBytes(1)];
  const { status, body } = await post(files, form(contents, [['note', '  Cafe\u0301 card ']]));
  assert.deepEqual([status, body.texts], [200, { note: 'Caf\u00e9 card' }]);
  const got = calls.at(-1)?.upload?.files ?? [];
  assert.equal(got.length, 3);
  for (const [index, content] of contents.entries()) assert.ok(got[index]?.bytes.equals(content), `file ${index}`);
  assert.deepEqual([got[0]?.declaredType, got[0]?.name], ['image/jpeg', 'photo.jpg']);
});

test('200: an empty note is none, and neither is a file that was not chosen in a browser', async () => {
  const body = handmade(
    [filePart(), 'x'],
    [part('note'), ''],
    ['Content-Disposition: form-data; name="file"; filename=""', ''],
  );
  const answered = await post(files, body, multipart);
  assert.deepEqual([answered.status, answered.body.sizes, answered.body.texts], [200, [1], {}]);
});

/** Parts end in their own time; what is found at the end may be told after what is found at the beginning of the next. */
const byPath = (a: Fault, b: Fault) => String(a.path).localeCompare(String(b.path));

const tooMany = Array.from({ length: 6 }, () => 'x');
const refused: [what: string, body: FormData | Uint8Array<ArrayBuffer> | string, reason: object][] = [
  ['no file', form([], [['note', 'x']]), invalid(['file', 'required', 'is required: send at least one file'])],
  ['an empty file', form([new Uint8Array()]), invalid(['file', 'empty', 'must not be an empty file'])],
  ['six files', form(tooMany), invalid(['file', 'too-long', 'must be at most 5 files'])],
  [
    'an unknown part',
    form(['x'], [['photo', 'x']]),
    invalid(['photo', 'unknown', 'is an unknown part; known are file and note']),
  ],
  [
    'a note twice',
    form(
      ['x'],
      [
        ['note', 'x'],
        ['note', 'y'],
      ],
    ),
    invalid(['note', 'repeated', 'must be given once']),
  ],
  [
    'a note of 1001 characters',
    form(['x'], [['note', '\u{1f600}'.repeat(1001)]]),
    invalid(['note', 'too-long', 'must have at most 1000 characters']),
  ],
  [
    'a note of a megabyte',
    form(['x'], [['note', 'x'.repeat(MiB)]]),
    invalid(['note', 'too-long', 'must have at most 1000 characters']),
  ],
  [
    'base64',
    handmade([`${filePart()}\r\nContent-Transfer-Encoding: base64`, 'eA==']),
    invalid(['file', 'encoding', 'must be sent as it is, without Content-Transfer-Encoding']),
  ],
  [
    'several faults, all told',
    form(tooMany, [
      ['note', 'x'.repeat(1001)],
      ['page', 'x'],
    ]),
    invalid(
      ['file', 'too-long', 'must be at most 5 files'],
      ['note', 'too-long', 'must have at most 1000 characters'],
      ['page', 'unknown', 'is an unknown part; known are file and note'],
    ),
  ],
  [
    'control characters',
    form(['x'], [['note', 'a\u0007b']]),
    { kind: 'malformed', message: 'contains a control character', path: ['note'], in: 'body' },
  ],
  [
    'a note that is not UTF-8',
    handmade([filePart(), 'x'], [part('note'), Buffer.of(0xff)]),
    { kind: 'malformed', message: 'is not valid UTF-8', path: ['note'], in: 'body' },
  ],
  [
    'a part without a name',
    handmade(['Content-Disposition: form-data', 'x']),
    { kind: 'malformed', message: 'has a part without a name' },
  ],
  [
    'too many parts',
    handmade(...Array.from({ length: 17 }, (): [string, string] => [part('x'), 'x'])),
    { kind: 'malformed', message: 'has more than 16 parts' },
  ],
  [
    'a body that ends early',
    handmade([filePart(), 'x'.repeat(100)]).subarray(0, 120),
    { kind: 'malformed', message: 'is not a whole form: its closing boundary is missing' },
  ],
  [
    'a body that is no form',
    'hello',
    { kind: 'malformed', message: 'is not a whole form: its closing boundary is missing' },
  ],
];

for (const [what, body, reason] of refused) {
  test(`400 for ${what}`, async () => {
    const before = calls.length;
    const headers = body instanceof FormData ? {} : multipart;
    const answered = await post(files, body, headers);
    answered.body.faults?.sort(byPath);
    assert.deepEqual([answered.status, answered.body], [400, reason]);
    assert.equal(calls.length, before);
  });
}

test('400 for no body at all, and for a form without a boundary', async () => {
  assert.deepEqual((await post(files, new Uint8Array())).body, { kind: 'malformed', message: 'has no body' });
  const { status, body } = await post(files, 'x', { 'content-type': 'multipart/form-data' });
  assert.deepEqual([status, body], [400, { kind: 'malformed', message: 'names no boundary in its Content-Type' }]);
});

test('415 for other media types and for a compressed form; a form where JSON is expected', async () => {
  const reason = { kind: 'media-type', accepted: ['multipart/form-data'] };
  for (const headers of [
    { 'content-type': 'application/json' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': '!' },
    { ...multipart, 'content-encoding': 'gzip' },
  ]) {
    const { status, body } = await post(files, '{}', headers);
    assert.deepEqual([status, body], [415, reason]);
  }
  const { status, body } = await post(`${url}/json`, form(['x']));
  assert.deepEqual([status, body.accepted], [415, ['application/json']]);
});

test('413 for a file above its limit, and 200 for one of exactly that size', async () => {
  const largest = new Uint8Array(evidence.maxFileSize);
  assert.equal((await post(files, form([largest]))).status, 200);
  const { status, body } = await post(files, form([new Uint8Array(evidence.maxFileSize + 1)]));
  assert.deepEqual([status, body], [413, { kind: 'too-large', limit: evidence.maxFileSize, part: 'file' }]);
});

test('413 at once for a Content-Length above the limit: not a byte of the body is waited for', bounded, async () => {
  const { status, socket } = await beginUpload(port, '/files', { 'content-length': 60 * MiB });
  assert.equal(await status, 413);
  socket.destroy();
});

test('413 for 1 GB without a Content-Length: cut off in time, and memory stays bounded', bounded, async (t) => {
  const before = process.memoryUsage.rss();
  const { socket, status, closed } = await beginUpload(port, '/files', { 'transfer-encoding': 'chunked' });
  let answered: number | undefined;
  status.then((code) => (answered = code));
  const piece = Buffer.alloc(MiB, 'x');
  const send = (bytes: Buffer | string) => {
    socket.write(`${Buffer.byteLength(bytes).toString(16)}\r\n`);
    socket.write(bytes);
    return socket.write('\r\n');
  };
  send(`--x-boundary\r\n${filePart()}\r\n\r\n`);
  let [sent, sentWhenAnswered, peak] = [0, 0, before];
  while (sent < 1000 && !socket.destroyed) {
    if (!send(piece))
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed, sleep(1000)]);
    sent += 1;
    if (answered === undefined) sentWhenAnswered = sent;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  t.diagnostic(
    `answered after ${sentWhenAnswered} MiB, ended after ${sent} MiB, ${Math.round((peak - before) / MiB)} MiB more memory`,
  );
  assert.equal(answered, 413);
  assert.ok(sentWhenAnswered < 20, `${sentWhenAnswered} MiB were sent before the answer`);
  await closed;
  assert.ok(sent < 1000, 'the connection was ended before all was sent');
  assert.ok(peak - before < 120 * MiB, `${Math.round((peak - before) / MiB)} MiB more memory`);
});

test('tiny pieces take no more memory than their bytes', bounded, async () => {
  const { socket, status } = await beginUpload(port, '/files', { 'transfer-encoding': 'chunked' });
  const head = `--x-boundary\r\n${filePart()}\r\n\r\n`;
  socket.write(`${head.length.toString(16)}\r\n${head}\r\n`);
  const pieces = Buffer.from('1\r\nx\r\n'.repeat(10_000));
  const before = process.memoryUsage.rss();
  for (let round = 0; round < 20; round += 1) {
    if (!socket.write(pieces)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  const tail = '\r\n--x-boundary--\r\n';
  socket.write(`${tail.length.toString(16)}\r\n${tail}\r\n0\r\n\r\n`);
  assert.equal(await status, 200);
  socket.destroy();
  assert.equal(calls.at(-1)?.upload?.files[0]?.bytes.length, 200_000);
  assert.ok(process.memoryUsage.rss() - before < 60 * MiB);
});

test('401, 403 and 429 before the body is read, and the connection does not stay open for it', bounded, async () => {
  const { key: narrow } = await keyWith(['customers:read']);
  for (const [authorization, expected] of [
    ['Bearer tsk_nobody', 401],
    [`Bearer ${narrow}`, 403],
  ] as const) {
    const { socket, status, closed } = await beginUpload(port, '/files', { authorization, 'content-length': 50 * MiB });
    assert.equal(await status, expected);
    const piece = Buffer.alloc(MiB);
    for (let sent = 0; sent < 40 && !socket.destroyed; sent += 1) {
      socket.write(piece);
      await sleep(5);
    }
    await closed;
  }
});

test('404 for a bad link before the body is read; with a good one it is read', bounded, async () => {
  const { socket, status } = await beginUpload(port, '/links/bad', { 'content-length': 50 * MiB });
  assert.equal(await status, 404);
  socket.destroy();
  assert.equal((await post(`${url}/links/good`, form(['x']))).status, 200);
});

test('a small refused form leaves the connection usable', bounded, async () => {
  const socket = connect(port, '127.0.0.1');
  const body = handmade([part('x'), 'x']);
  const request = (path: string) =>
    `POST /test${path} HTTP/1.1\r\nhost: test\r\ncontent-type: ${multipart['content-type']}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  let text = '';
  socket.on('data', (chunk) => (text += chunk));
  socket.write(request('/links/good'));
  while (!text.includes('unknown part')) await sleep(5);
  socket.write(request('/links/bad'));
  while (!text.includes('HTTP/1.1 404')) await sleep(5);
  socket.destroy();
});
