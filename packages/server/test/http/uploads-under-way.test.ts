import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidence } from '../support/evidence.ts';
import { filePart, form } from './upload-forms.ts';
import { beginUpload, keyWith, MiB, post, startUploadServer } from './upload-support.ts';

// Many at once, slow ones, those that hang up, and repeats.

const bounded = { timeout: 60_000 };
const small = { ...evidence, maxFileSize: MiB }; // all uploads together may then take 20 MiB
const head = `--x-boundary\r\n${filePart()}\r\n\r\n`;

/** Sends most of an upload of one MiB, and leaves it at that. */
async function unfinished(port: number) {
  const upload = await beginUpload(port, '/files', { 'content-length': 2 * MiB });
  upload.socket.write(head);
  upload.socket.write(Buffer.alloc(MiB));
  return upload;
}

test(
  '503 with Retry-After when uploads under way fill the memory for them; later it works again',
  bounded,
  async () => {
    const { url, port } = await startUploadServer({ evidence: small });
    const held = await Promise.all(Array.from({ length: 20 }, () => unfinished(port)));
    let answered = await post(`${url}/files`, form([new Uint8Array(MiB)]));
    // A file that comes before all of them have arrived takes the place of one, which is refused: another one comes in its stead.
    for (let tries = 0; answered.status === 200 && tries < 500; tries += 1) {
      held.push(await unfinished(port));
      await sleep(20);
      answered = await post(`${url}/files`, form([new Uint8Array(MiB)]));
    }
    assert.equal(answered.status, 503);
    assert.equal(answered.headers.get('retry-after'), '5');
    assert.equal(answered.body.message, 'Too many files are being uploaded just now.');
    for (const { socket } of held) socket.destroy();
    await sleep(100);
    assert.equal((await post(`${url}/files`, form([new Uint8Array(MiB)]))).status, 200);
  },
);

test('who hangs up half-way leaves nothing behind, and no handler runs', bounded, async () => {
  const { url, port, calls } = await startUploadServer({ evidence: small });
  for (let round = 0; round < 4; round += 1) {
    const held = await Promise.all(Array.from({ length: 10 }, () => unfinished(port)));
    await sleep(50);
    for (const { socket } of held) socket.resetAndDestroy();
    await sleep(50);
  }
  assert.equal(calls.length, 0);
  const all = await Promise.all(Array.from({ length: 4 }, () => post(`${url}/files`, form([new Uint8Array(MiB)]))));
  assert.deepEqual(
    all.map(({ status }) => status),
    [200, 200, 200, 200],
  );
});

test('400 for an upload that stalls, or takes too long; the connection ends', bounded, async () => {
  const upload = { pause: 200, whole: 60_000 };
  const stalling = await unfinished((await startUploadServer({ patience: { body: 200, upload } })).port);
  assert.equal(await stalling.status, 400);
  assert.match(stalling.answer(), /stopped coming before its end/);
  await stalling.closed;

  const trickling = await unfinished(
    (await startUploadServer({ patience: { body: 200, upload: { pause: 200, whole: 500 } } })).port,
  );
  const drip = setInterval(() => trickling.socket.write('x'), 50);
  assert.equal(await trickling.status, 400);
  clearInterval(drip);
  assert.match(trickling.answer(), /took longer than 1 minutes/);
});

test('408 and the end for another body that does not come, also where there is no such route', bounded, async () => {
  const { port } = await startUploadServer({ patience: { body: 200, upload: { pause: 60_000, whole: 60_000 } } });
  for (const path of ['/json', '/nothing-here']) {
    const slow = await beginUpload(port, path, { 'content-type': 'application/json', 'content-length': 100 });
    slow.socket.write('{');
    assert.equal(await slow.status, 408);
    await slow.closed;
  }
});

test('503 before the body is read when the server does not have the key', bounded, async () => {
  const { key: _, ...without } = evidence;
  const { port } = await startUploadServer({ evidence: without });
  const upload = await beginUpload(port, '/files', { 'content-length': MiB });
  assert.equal(await upload.status, 503);
  assert.match(upload.answer(), /retry-after: 300/i);
  assert.match(upload.answer(), /does not have the key/);
  upload.socket.destroy();
});

test('429: uploads count as other requests do', bounded, async () => {
  const { url } = await startUploadServer();
  const limited = { authorization: `Bearer ${(await keyWith(undefined)).key}` };
  assert.equal(
    (await post(`${url}/files`, form(['x']), limited)).headers.get('ratelimit')?.startsWith('"client-second"'),
    true,
  );
});

test(
  'Idempotency-Key: a repeat with the same parts is replayed whatever its boundary; other parts are 422',
  bounded,
  async () => {
    const { url, calls } = await startUploadServer();
    const send = (body: FormData, id: string) => post(`${url}/files`, body, { 'idempotency-key': id });
    const note: [string, string][] = [['note', 'mine']];
    const first = await send(form(['one', 'two'], note), 'a');
    const again = await send(form(['one', 'two'], note), 'a');
    assert.deepEqual([again.status, again.body], [200, first.body]);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    assert.equal(calls.length, 1);
    for (const other of [
      form(['one', 'TWO'], note),
      form(['two', 'one'], note),
      form(['onetwo'], note),
      form(['one', 'two']),
      form(['one', 'two'], [['note', 'yours']]),
    ])
      assert.equal((await send(other, 'a')).status, 422);
    assert.equal((await send(form(['one', 'two'], note), 'b')).body.calls, 2);
  },
);

test('Idempotency-Key: two at once have one effect', bounded, async () => {
  const { url, calls, onUpload } = await startUploadServer();
  onUpload.work = () => sleep(100);
  const answers = await Promise.all(
    [1, 2, 3].map(() => post(`${url}/files`, form(['x']), { 'idempotency-key': 'at once' })),
  );
  assert.equal(calls.length, 1);
  for (const { status, body } of answers) assert.deepEqual([status, body], [200, answers[0]?.body]);
});
