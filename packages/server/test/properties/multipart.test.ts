import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { Refusal } from '#domain/refusal.ts';
import { FormParts } from '#http/form-parts.ts';
import { readForm } from '#http/multipart.ts';
import { limitsOf, maxParts, type Upload } from '#http/upload.ts';
import { UploadMemory } from '#http/upload-memory.ts';
import { filePart, handmade, multipart } from '../http/upload-forms.ts';

// Forms as they may come over the wire: cut into pieces anywhere, and damaged anywhere.

const form = { file: 'file', maxFiles: 5, types: [], texts: { note: { maxLength: 1000 } } };
const limits = limitsOf(form, 2000);
const memory = new UploadMemory(1_000_000);

async function read(body: Buffer, cuts: number[]): Promise<Upload> {
  using share = memory.open();
  const at = [...new Set([0, ...cuts.map((cut) => cut % body.length), body.length])].sort((a, b) => a - b);
  const pieces = at.slice(1).map((end, index) => body.subarray(at[index], end));
  const most = { total: limits.total, parts: maxParts(form) };
  const patience = { pause: 5000, whole: 5000 };
  const type = multipart['content-type'];
  return await readForm(
    Readable.from(pieces, { objectMode: false }),
    type,
    new FormParts(form, limits, share),
    most,
    patience,
  );
}

// Contents that look like delimiters are the hard ones.
const content = fc
  .array(fc.constantFrom('\r\n', '--', '\r\n--', '--x-boundary', '-', '\r', '\n', 'x', '\u00e9', 'name="file"', '\0'), {
    minLength: 1,
  })
  .map((pieces) => Buffer.from(pieces.join('')))
  .filter((bytes) => !bytes.includes('\r\n--x-boundary') && !bytes.subarray(0, 12).includes('--x-boundary'));
const contents = fc.array(content, { minLength: 1, maxLength: 5 });
const cuts = fc.array(fc.nat(), { maxLength: 40 });
const formOf = (files: Buffer[]) => handmade(...files.map((file): [string, Buffer] => [filePart(), file]));

test('however a form is cut into pieces, its files come whole', async () => {
  await fc.assert(
    fc.asyncProperty(contents, cuts, async (files, where) => {
      const upload = await read(formOf(files), where);
      assert.deepEqual(
        upload.files.map(({ bytes }) => bytes.toString('hex')),
        files.map((file) => file.toString('hex')),
      );
    }),
  );
  assert.equal(memory.free, 1_000_000);
});

test('a damaged form is read or refused, and ends either way', async () => {
  const damage = fc.record({ at: fc.nat(), remove: fc.nat(40), insert: fc.uint8Array({ maxLength: 40 }) });
  await fc.assert(
    fc.asyncProperty(contents, damage, cuts, async (files, { at, remove, insert }, where) => {
      const whole = formOf(files);
      const place = at % whole.length;
      const body = Buffer.concat([whole.subarray(0, place), insert, whole.subarray(place + remove), Buffer.from(' ')]);
      try {
        await read(body, where);
      } catch (error) {
        assert.ok(error instanceof Refusal, String(error));
        assert.ok(['malformed', 'invalid', 'too-large'].includes(error.reason.kind));
        assert.notEqual((error.reason as { message?: string }).message, 'stopped coming before its end');
      }
    }),
    { numRuns: 500 },
  );
  assert.equal(memory.free, 1_000_000);
});
