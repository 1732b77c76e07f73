import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { Refusal } from '#domain/refusal.ts';
import { cleanFile as clean } from '#operations/evidence/clean-file.ts';
import { decodeHeic } from '#operations/evidence/heic.ts';
import { chunk, colourAt, exif, heic, heicClaiming, pdf, pngClaiming, redAndBlue, xmp } from './pictures.ts';

const maxSize = 1024 * 1024;
const cleanFile = (bytes: Buffer) => clean(bytes, maxSize);
const jpeg = await redAndBlue().jpeg({ quality: 95 }).toBuffer();
const png = await redAndBlue().png().toBuffer();
const html = Buffer.from('<!doctype html><script>alert(1)</script>');

/** The refusal of a file: its code and message. */
async function refusalOf(file: Buffer): Promise<{ code: string; message: string }> {
  try {
    await cleanFile(file);
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    const { reason } = error;
    assert.ok(reason.kind === 'invalid' && reason.in === 'body' && reason.faults.length === 1);
    const [{ path, code, message } = assert.fail()] = reason.faults;
    assert.deepEqual(path, ['file']);
    return { code, message };
  }
  return assert.fail('was accepted');
}

test('a JPEG stays a JPEG, a PNG a PNG, a PDF what it is, byte for byte', async () => {
  assert.equal((await cleanFile(jpeg)).contentType, 'image/jpeg');
  assert.equal((await cleanFile(png)).contentType, 'image/png');
  assert.deepEqual(await cleanFile(pdf), { contentType: 'application/pdf', bytes: pdf });
  for (const { bytes } of [await cleanFile(jpeg), await cleanFile(png)]) {
    assert.deepEqual([await colourAt(bytes, 5, 20), await colourAt(bytes, 55, 20)], ['red', 'blue']);
  }
});

const [gif, webp, tiff, avif] = await Promise.all([
  redAndBlue().gif().toBuffer(),
  redAndBlue().webp().toBuffer(),
  redAndBlue().tiff().toBuffer(),
  redAndBlue().avif().toBuffer(),
]);
const zip = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'), deflateRawSync(Buffer.alloc(100_000))]);
const otherKinds: [what: string, file: Buffer][] = [
  ['HTML that is called a PDF', html],
  ['HTML with a PDF behind it', Buffer.concat([html, pdf])],
  ['white space before a PDF', Buffer.concat([Buffer.from('\n'), pdf])],
  ['a PDF that ends early', pdf.subarray(0, 30)],
  ['a PDF with something else behind it', Buffer.concat([pdf, Buffer.alloc(2000, 'x')])],
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
  ['GIF', gif],
  ['WebP', webp],
  ['TIFF', tiff],
  ['AVIF', avif],
  ['ZIP', zip],
  ['a program', Buffer.from('\x7fELF\x02\x01\x01', 'latin1')],
  ['one byte', Buffer.of(0xff)],
  ['text', Buffer.from('Dear Sir or Madam')],
];
for (const [what, file] of otherKinds) {
  test(`${what} is refused with what is accepted`, async () => {
    const message = 'must be a PDF document or a photo (JPEG, PNG or HEIC)';
    assert.deepEqual(await refusalOf(file), { code: 'type', message });
  });
}

const damaged: [what: string, file: Buffer][] = [
  ['a truncated JPEG', jpeg.subarray(0, jpeg.length / 2)],
  ['a JPEG of which only the beginning is one', Buffer.concat([jpeg.subarray(0, 4), html])],
  ['a truncated PNG', png.subarray(0, png.length / 2)],
  ['a PNG whose pixels are missing', pngClaiming(100, 100)],
  ['a truncated HEIC', heic.subarray(0, heic.length / 2)],
  ['a HEIC of which only the beginning is one', Buffer.concat([heic.subarray(0, 24), Buffer.alloc(5000)])],
];
for (const [what, file] of damaged) {
  test(`${what} is refused as damaged`, async () => {
    const { code, message } = await refusalOf(file);
    assert.equal(code, 'unreadable');
    assert.match(message, /^is damaged/);
  });
}

test('a small file that claims to be a huge picture is refused before it is decoded', async () => {
  const before = process.memoryUsage.rss();
  for (const bomb of [pngClaiming(30_000, 30_000), heicClaiming(30_000, 30_000)]) {
    assert.ok(bomb.length < 2000);
    const message = 'is a photo of more than 50 million pixels: send a smaller one';
    assert.deepEqual(await refusalOf(bomb), { code: 'too-large', message });
  }
  assert.ok(process.memoryUsage.rss() - before < 200_000_000);
});

test('nothing but the picture is left of a photo: no place, no name, no comment, nothing behind it', async () => {
  const comment = Buffer.from('\xff\xfe\0\x10secret comment', 'latin1');
  const described = await redAndBlue().withExif(exif).withXmp(xmp).withIccProfile('p3').jpeg().toBuffer();
  const photo = Buffer.concat([described.subarray(0, 2), comment, described.subarray(2), html]);
  const found = await sharp(photo).metadata();
  assert.ok(found.exif?.includes('Grace Holloway') && found.xmp && found.icc, 'the test has a photo that says much');

  const { bytes } = await cleanFile(photo);
  const left = await sharp(bytes).metadata();
  assert.deepEqual(
    [left.exif, left.xmp, left.iptc, left.icc, left.comments],
    [undefined, undefined, undefined, undefined, undefined],
  );
  for (const trace of ['Exif', 'Grace', 'GPS', 'xmpmeta', 'secret', 'script']) assert.ok(!bytes.includes(trace), trace);
});

test('neither is anything else left of a PNG', async () => {
  const described = await redAndBlue().withExif(exif).png().toBuffer();
  const text = chunk('tEXt', Buffer.from('Comment\0secret comment', 'latin1'));
  const end = described.length - 12;
  const picture = Buffer.concat([described.subarray(0, end), text, described.subarray(end), html]);
  assert.ok(picture.includes('eXIf') && picture.includes('secret'));
  const { bytes } = await cleanFile(picture);
  for (const trace of ['eXIf', 'Grace', 'tEXt', 'secret', 'script']) assert.ok(!bytes.includes(trace), trace);
});

test('a photo that was taken with the phone turned is upright', async () => {
  // 6: what is left in the file is up in reality.
  const turned = await redAndBlue(60, 40).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
  const { bytes } = await cleanFile(turned);
  const { width, height, orientation } = await sharp(bytes).metadata();
  assert.deepEqual([width, height, orientation], [40, 60, undefined]);
  assert.deepEqual([await colourAt(bytes, 20, 5), await colourAt(bytes, 20, 55)], ['red', 'blue']);
});

test('large photos are reduced to 4000 pixels, small ones never enlarged', async () => {
  const wide = await cleanFile(await redAndBlue(6000, 900).jpeg().toBuffer());
  const { width, height } = await sharp(wide.bytes).metadata();
  assert.deepEqual([width, height], [4000, 600]);
  assert.equal((await sharp((await cleanFile(jpeg)).bytes).metadata()).width, 60);
});

test('a transparent PNG stays transparent; a JPEG for print becomes one for the screen', async () => {
  const clear = await redAndBlue().ensureAlpha(0.5).png().toBuffer();
  assert.equal((await sharp((await cleanFile(clear)).bytes).metadata()).hasAlpha, true);
  const print = await redAndBlue().toColourspace('cmyk').jpeg().toBuffer();
  assert.equal((await sharp(print).metadata()).space, 'cmyk');
  assert.equal((await sharp((await cleanFile(print)).bytes).metadata()).space, 'srgb');
});

test('HEIC becomes JPEG, with nothing but the picture', async () => {
  assert.ok(heic.includes('Exif'), 'the test has a photo that says something');
  const { contentType, bytes } = await cleanFile(heic);
  const { format, width, height, exif: left } = await sharp(bytes).metadata();
  assert.deepEqual([contentType, format, width, height, left], ['image/jpeg', 'jpeg', 320, 200, undefined]);
  assert.deepEqual([await colourAt(bytes, 20, 20), await colourAt(bytes, 300, 180)], ['red', 'blue']);
});

test('a picture that would be larger than the limit when it is written anew becomes a JPEG, or is refused', async () => {
  const photo = await redAndBlue(1200, 900).png({ compressionLevel: 0 }).toBuffer();
  const small = await clean(photo, maxSize);
  assert.equal(small.contentType, 'image/png');
  // Noise, of which a PNG forgets nothing.
  const noise = randomBytes(600 * 600 * 3).map((byte) => 112 + (byte & 31));
  const gentle = await sharp(noise, { raw: { width: 600, height: 600, channels: 3 } })
    .png()
    .toBuffer();
  const [asPng, asJpeg] = [await sharp(gentle).png().toBuffer(), await sharp(gentle).jpeg({ quality: 85 }).toBuffer()];
  assert.ok(asJpeg.length < asPng.length, `${asJpeg.length} ${asPng.length}`);
  const kept = await clean(gentle, asPng.length - 1);
  assert.deepEqual([kept.contentType, kept.bytes.length < asPng.length], ['image/jpeg', true]);
  await assert.rejects(
    clean(gentle, 1000),
    (error) =>
      error instanceof Refusal && error.reason.kind === 'invalid' && error.reason.faults[0]?.code === 'too-large',
  );
});

test('a HEIC that takes too long is given up, and its thread ended', async () => {
  assert.deepEqual(await decodeHeic({ bytes: heic, maxPixels: 1_000_000 }, 1), { fault: 'too-slow' });
});

test('the library for pictures is loaded with the first picture, not with the server', async () => {
  const look = `const count = () => process.report.getReport().sharedObjects.filter((name) => /vips|sharp/.test(name)).length;
    await import('#server');
    const { cleanFile } = await import('#operations/evidence/clean-file.ts');
    await cleanFile(Buffer.from(process.argv[1], 'base64'), 1e6);
    const before = count();
    await cleanFile(Buffer.from(process.argv[2], 'base64'), 1e6);
    console.log(before, count() > 0);`;
  const files = [pdf, png].map((file) => file.toString('base64'));
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', look, ...files], {
    cwd: new URL('../..', import.meta.url),
  });
  assert.equal(stdout, '0 true\n');
});
