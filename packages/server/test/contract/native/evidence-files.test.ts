import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { exif, heic, pngClaiming, redAndBlue, xmp } from '../../evidence/pictures.ts';
import { startTestServer, type TestResponse } from '../../support/server.ts';
import { uploadOf } from '../../support/upload.ts';
import { done, evidenceApi, pdf } from './evidence-support.ts';
import { assertProblem, unique } from './support.ts';

const server = await startTestServer();
const { send, app, database } = server;
const api = evidenceApi(server);
const MiB = 1024 * 1024;

type File = { id: string; contentType: string; size: number; href: string };

const filesOf = async (request: string): Promise<File[]> => (await api.read(request)).files;
/** A file as a reviewer gets it. */
const download = (href: string, key = server.key) =>
  app.inject({ url: new URL(href).pathname, headers: { authorization: `Bearer ${key}` } });
const stored = () => database.query('select evidence_id, sealed, delete_at from evidence_file order by created_at');

test('200 files of every kind, with a note; more can be added; each comes back as it is kept', async () => {
  const { request } = await api.asked('before');
  const jpeg = await redAndBlue().jpeg().toBuffer();
  const png = await redAndBlue().png().toBuffer();
  const first = done(await api.submit(request, [pdf, jpeg], { note: ' Both pages. ' }));
  assert.deepEqual([first.state, first.note, first.files.length], ['submitted', 'Both pages.', 2]);
  const second = done(await api.submit(request, [png, heic]));
  assert.equal(second.note, 'Both pages.', 'the note stays until there is another one');
  const files: File[] = second.files;
  assert.deepEqual(files.slice(0, 2), first.files);
  const types = files.map(({ contentType }) => contentType);
  assert.deepEqual(types, ['application/pdf', 'image/jpeg', 'image/png', 'image/jpeg']);
  for (const [index, { id, href, size }] of files.entries()) {
    assert.equal(href, `https://accounts.example.com${request}/files/${id}`);
    const response = await download(href);
    assert.equal(response.statusCode, 200, response.body);
    assert.equal(response.rawPayload.length, size);
    if (index === 0) assert.deepEqual(response.rawPayload, pdf);
    else assert.equal((await sharp(response.rawPayload).metadata()).width, index === 3 ? 320 : 60);
  }
  assert.deepEqual(await api.read(request), second);
});

test('a file is only ever a download, of no type that a browser would show', async () => {
  const { request } = await api.asked('after');
  const [{ id, href }] = done(await api.submit(request)).files;
  const { headers } = await download(href);
  assert.equal(headers['content-type'], 'application/octet-stream');
  assert.equal(headers['content-disposition'], `attachment; filename="evidence-${id}.pdf"`);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['content-security-policy'], "sandbox; default-src 'none'");
  assert.equal(headers['cache-control'], 'private, no-store');
});

test('403 without evidence:review, also with the scopes for everything else', async () => {
  const { request } = await api.asked('after');
  const [{ href }] = done(await api.submit(request)).files;
  const { key } = await server.keyWith(['evidence:read', 'evidence:write']);
  assert.equal((await download(href, key)).statusCode, 403);
  assertProblem(await send('POST', `${request}/approve`, { key }), 403, 'insufficient-scope');
  assert.equal((await send('GET', request, { key })).status, 200);
});

test('photos lose the place where they were taken and who took them, on the way in', async () => {
  const { request } = await api.asked('after');
  const photo = await redAndBlue().jpeg().withExif(exif).withXmp(xmp).toBuffer();
  assert.ok((await sharp(photo).metadata()).exif, 'the photo has something to lose');
  done(await api.submit(request, [photo, Buffer.concat([photo, Buffer.from('<script>alert(1)</script>')])]));
  for (const { href } of await filesOf(request)) {
    const { rawPayload } = await download(href);
    const { exif: left, xmp: description, format } = await sharp(rawPayload).metadata();
    assert.deepEqual([left, description, format], [undefined, undefined, 'jpeg']);
    for (const trace of ['Holloway', 'GPS', 'script']) assert.equal(rawPayload.includes(trace), false, trace);
  }
});

test('what is stored tells nothing without the key, and opens nowhere else', async () => {
  const marker = 'MARKER-OF-THE-CONTENT';
  const marked = () => Buffer.concat([pdf.subarray(0, 9), Buffer.from(`% ${marker}\n`), pdf.subarray(9)]);
  const [one, two] = [await api.asked('after'), await api.asked('after')];
  const [{ href }] = done(await api.submit(one.request, [marked()])).files;
  const [other] = done(await api.submit(two.request, [marked()])).files;
  assert.ok((await download(href)).rawPayload.includes(marker));
  const rows = await stored();
  assert.ok(rows.length >= 2);
  for (const { sealed } of rows) {
    assert.equal((sealed as Buffer).includes(marker), false);
    assert.equal((sealed as Buffer).includes('%PDF'), false);
  }
  // Moved to another row it does not open, so that nobody gets to see somebody else's.
  const move = 'update evidence_file f set sealed = g.sealed from evidence_file g where f.id = $1 and g.id = $2';
  await database.query(move, [new URL(href).pathname.split('/').at(-1), other.id]);
  assert.equal((await download(href)).statusCode, 500);
  assert.equal((await download(other.href)).statusCode, 200);
});

const html = Buffer.from('<!doctype html><script>alert(document.cookie)</script>');
const hostile: [name: string, bytes: () => Uint8Array | Promise<Uint8Array>, code: string][] = [
  ['HTML that is called a PDF', () => html, 'type'],
  ['HTML before the mark of a PDF', () => Buffer.concat([html, pdf]), 'type'],
  ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), 'type'],
  ['a program', () => Buffer.from('MZ\x90\x00'), 'type'],
  ['a PNG of 2.5 billion pixels', () => pngClaiming(50_000, 50_000), 'too-large'],
  ['half a photo', async () => (await redAndBlue(600, 400).jpeg().toBuffer()).subarray(0, 2000), 'unreadable'],
  ['a zip archive', () => Buffer.from('PK\x03\x04'), 'type'],
];

for (const [name, bytes, code] of hostile) {
  test(`400 ${code} for ${name}; nothing is kept`, async () => {
    const { request } = await api.asked('after');
    const before = (await stored()).length;
    const response = await api.submit(request, [pdf, { bytes: Buffer.from(await bytes()), name: 'proof.pdf' }]);
    assertProblem(response, 400, 'invalid', ['/file/1']);
    assert.equal(response.body.errors[0].code, code);
    assert.equal((await stored()).length, before);
    assert.equal((await api.read(request)).state, 'requested');
  });
}

test('400 names every faulty file at once', async () => {
  const { request } = await api.asked('after');
  assertProblem(await api.submit(request, [html, pdf, Buffer.from(pngClaiming(50_000, 50_000))]), 400, 'invalid', [
    '/file/0',
    '/file/2',
  ]);
});

test('400 for no file, six files, an unknown part or too long a note', async () => {
  const { request } = await api.asked('after');
  assertProblem(await api.submit(request, []), 400, 'invalid', ['/file']);
  assertProblem(await api.submit(request, Array(6).fill(pdf)), 400, 'invalid', ['/file']);
  assertProblem(await api.submit(request, [pdf], { colour: 'red' }), 400, 'invalid', ['/colour']);
  assertProblem(await api.submit(request, [pdf], { note: 'x'.repeat(1001) }), 400, 'invalid', ['/note']);
});

test('409 when a request has twenty files', async () => {
  const { request } = await api.asked('after');
  for (let count = 0; count < 20; count += 5) done(await api.submit(request, Array(5).fill(pdf)));
  assertProblem(await api.submit(request), 409, 'too-many');
  assert.equal((await filesOf(request)).length, 20);
});

test('413 for a file, or all of them, too large; 415 for what is no form, or is compressed', async () => {
  const { request } = await api.asked('after');
  const large = Buffer.concat([pdf, Buffer.alloc(10 * MiB)]);
  assertProblem(await api.submit(request, [large]), 413, 'too-large');
  assertProblem(await api.submit(request, Array(6).fill(large.subarray(0, 10 * MiB))), 413, 'too-large');
  const body = { file: 'x' };
  assertProblem(await send('POST', `${request}/submissions`, { body }), 415, 'unsupported-media-type');
  // A bomb: a thousand times as much as comes over the wire.
  const form = await uploadOf([Buffer.concat([pdf, Buffer.alloc(5 * MiB)])]);
  const headers = { ...form.headers, 'content-encoding': 'gzip' };
  const bomb = { body: gzipSync(form.body), headers };
  assertProblem(await send('POST', `${request}/submissions`, bomb), 415, 'unsupported-media-type');
});

test('413 soon, and with little memory, for a gigabyte that says how long it is, and for one that does not', async () => {
  const { request } = await api.asked('after');
  const { port } = new URL(await server.listen());
  const before = process.memoryUsage().rss;
  for (const length of ['content-length: 1073741824', 'transfer-encoding: chunked']) {
    const { status, sent, seconds } = await flood(Number(port), `${request}/submissions`, length);
    assert.equal(status, 413, length);
    assert.ok(sent < 64 * MiB, `${sent} bytes were taken`);
    assert.ok(seconds < 20, `${seconds} s`);
  }
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < 200 * MiB, `${grown} bytes of memory`);
  assert.equal((await api.read(request)).state, 'requested');
});

test('200 again under the same Idempotency-Key takes the files once; other files are 422', async () => {
  const { request } = await api.asked('after');
  const headers = { 'idempotency-key': unique('key-') };
  const first = await api.submit(request, [pdf], {}, { headers });
  const again = await api.submit(request, [pdf], {}, { headers });
  assert.deepEqual([again.headers['idempotency-replayed'], again.body], ['true', done(first)]);
  assertProblem(await api.submit(request, [pdf, pdf], {}, { headers }), 422, 'idempotency-key-reused');
  assert.equal((await filesOf(request)).length, 1);
});

test('404 for a file of another request, or that is not there', async () => {
  const [one, two] = [await api.asked('after'), await api.asked('after')];
  const [{ id }] = done(await api.submit(one.request)).files;
  done(await api.submit(two.request));
  for (const url of [`${two.request}/files/${id}`, `${one.request}/files/nobody`]) {
    const response: TestResponse = await send('GET', url);
    assertProblem(response, 404, 'not-found');
  }
});

/** Sends zeros as a file for as long as they are taken. */
async function flood(port: number, path: string, length: string) {
  const since = Date.now();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}); // the server ends it while we write
  let [answer, sent] = ['', 0];
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  const chunked = length.startsWith('transfer');
  const write = (bytes: Buffer | string) => {
    sent += bytes.length;
    const pieces = chunked ? [`${bytes.length.toString(16)}\r\n`, bytes, '\r\n'] : [bytes];
    return pieces.map((piece) => socket.write(piece)).at(-1);
  };
  const lines = [`POST ${path} HTTP/1.1`, 'host: test', `authorization: Bearer ${server.key}`, length];
  socket.write(`${lines.join('\r\n')}\r\ncontent-type: multipart/form-data; boundary=x\r\n\r\n`);
  write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n');
  const zeros = Buffer.alloc(256 * 1024);
  while (!socket.destroyed && answer === '') {
    if (!write(zeros)) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
    await new Promise(setImmediate);
  }
  socket.destroy();
  return { status: Number(answer.slice(9, 12)), sent, seconds: (Date.now() - since) / 1000 };
}
