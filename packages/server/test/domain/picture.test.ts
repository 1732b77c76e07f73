import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import sharp from 'sharp';
import { prepareZXingModule, type ReadInputBarcodeFormat, readBarcodes } from 'zxing-wasm/reader';
import { withCheckDigit } from '#domain/check-digits.ts';
import { type CodeType, codeTypes } from '#domain/pass-namespace.ts';
import { textFormFault } from '#domain/pass-rules.ts';
import { Refusal } from '#domain/refusal.ts';
import { canDraw, drawPass } from '#operations/access-passes/picture.ts';

before(() => {
  // From the installed package: by itself the reader would fetch it from a server.
  const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } });
});

const printable = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 128 })
  .filter((text) => !textFormFault(text));
const digits = fc.stringMatching(/^\d{1,128}$/);
const anyText = fc.oneof(printable, digits, fc.stringMatching(/^[A-Z]{2}\d{7}$/));

type Symbology = {
  /** What the reader is told to look for. */
  format: ReadInputBarcodeFormat;
  texts: fc.Arbitrary<string>;
  /** Modules of quiet zone at the left and right that the symbology asks for, and pixels of a module in the PNG. */
  quiet: [number, number];
  module: number;
};

const symbologies: Record<CodeType, Symbology> = {
  qrcode: { format: 'QRCode', texts: anyText, quiet: [4, 4], module: 8 },
  code128: { format: 'Code128', texts: anyText, quiet: [10, 10], module: 2 },
  code39: {
    format: 'Code39',
    texts: fc.stringMatching(/^[0-9A-Z.-]([0-9A-Z .-]{0,126}[0-9A-Z.-])?$/),
    quiet: [10, 10],
    module: 2,
  },
  ean13: {
    format: 'EAN13',
    texts: fc.stringMatching(/^\d{12}$/).map((payload) => withCheckDigit('ean13', payload)),
    quiet: [11, 7],
    module: 3,
  },
  pdf417: { format: 'PDF417', texts: anyText, quiet: [2, 2], module: 3 },
  azteccode: { format: 'Aztec', texts: anyText, quiet: [0, 0], module: 8 },
  datamatrix: { format: 'DataMatrix', texts: anyText, quiet: [1, 1], module: 8 },
};

/** Texts that have tripped writers of codes: escapes, control words, shift signs, what looks like a check digit, the shortest and longest. */
const awkward = [
  '0',
  'a',
  '+A',
  '*',
  '*A*',
  '$/+%',
  '^FNC1',
  '^065',
  '(01)04006381333931',
  '\\u0041 %41',
  `"quoted" 'text'; --`,
  'a  b',
  '0077310',
  '4006381333931',
  '0036000291452',
  '0-0',
  'K. H-X',
  '~'.repeat(128),
  '0'.repeat(128),
  '0'.repeat(127),
  'aB3$'.repeat(32),
];

/** What an independent reader sees in a picture. */
async function read(picture: string | Buffer, format: ReadInputBarcodeFormat): Promise<string[]> {
  const png = typeof picture === 'string' ? await sharp(Buffer.from(picture)).png().toBuffer() : picture;
  const found = await readBarcodes(png, { formats: [format], textMode: 'Plain' });
  return found.map(({ text }) => text);
}

for (const codeType of codeTypes) {
  const { format, texts } = symbologies[codeType];
  for (const file of ['svg', 'png'] as const) {
    test(`${codeType} as ${file} reads as the text that was drawn`, async () => {
      const examples = awkward.filter((text) => canDraw(text, codeType));
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          assert.equal(canDraw(text, codeType), true);
          assert.deepEqual(await read(await drawPass({ text, codeType }, file), format), [text]);
        }),
        { numRuns: examples.length + 50, examples: examples.map((text) => [text]) },
      );
    });
  }

  test(`${codeType} has its quiet zone, white and opaque`, async () => {
    const [text] = codeType === 'ean13' ? ['4006381333931'] : ['NM0042170'];
    const { quiet, module } = symbologies[codeType];
    const { isDark, isWhite, width, height } = await pixels(await drawPass({ text, codeType }, 'png'));
    const middle = Math.floor(height / 3);
    const row = Array.from({ length: width }, (_, x) => x).filter((x) => isDark(x, middle));
    assert.ok(Math.min(...row) >= quiet[0] * module, `${Math.min(...row)} pixels at the left`);
    assert.ok(width - 1 - Math.max(...row) >= quiet[1] * module, `${width - 1 - Math.max(...row)} pixels at the right`);
    for (let x = 0; x < width; x += 1) assert.ok(isWhite(x, 0) && isWhite(x, height - 1));
    for (let y = 0; y < height; y += 1) assert.ok(isWhite(0, y) && isWhite(width - 1, y));
  });

  test(`${codeType} as svg consists of shapes only`, async () => {
    await fc.assert(
      fc.asyncProperty(symbologies[codeType].texts, async (text) => {
        const svg = await drawPass({ text, codeType }, 'svg');
        const elements = [...svg.matchAll(/<\/?([^\s/>]+)([^>]*)>/g)];
        assert.deepEqual([...new Set(elements.map(([, name]) => name))].sort(), ['path', 'rect', 'svg']);
        assert.equal(svg.replaceAll(/<[^>]*>/g, '').trim(), '');
        for (const [, , attributes = ''] of elements) assert.match(attributes, shapeAttributes);
      }),
      { numRuns: 20 },
    );
  });
}

const shapeAttributes = /^( (viewBox|xmlns|width|height|fill|fill-rule|d|stroke|stroke-width)="[\w .,#%:/-]*")* ?\/?$/;

for (const codeType of ['code128', 'code39', 'ean13'] as const) {
  test(`${codeType} has its text below the bars`, async () => {
    const text = codeType === 'ean13' ? '4006381333931' : 'NM0042170';
    const { isDark, width, height } = await pixels(await drawPass({ text, codeType }, 'png'));
    const darkRows = (x: number) => Array.from({ length: height }, (_, y) => y).filter((y) => isDark(x, y));
    const columns = Array.from({ length: width }, (_, x) => darkRows(x)).filter((rows) => rows.length > 0);
    const bars = columns.filter((rows) => (rows[0] as number) < height / 2);
    const endOfBars = Math.max(...bars.map((rows) => rows.find((y, index) => rows[index + 1] !== y + 1) as number));
    assert.ok(columns.some((rows) => (rows.at(-1) as number) > endOfBars));
  });
}

test('what a symbology cannot hold is refused, and only that', async () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 140 }),
    fc.stringMatching(/^\d{11,14}$/),
    symbologies.ean13.texts,
    symbologies.code39.texts,
    fc.constantFrom('', ' ', '<a', 'é', '400638133393', '4006381333932', 'ABCDEFGHIJKLM', 'x'.repeat(129)),
  );
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom(...codeTypes), async (text, codeType) => {
      const drawn = await drawPass({ text, codeType }, 'svg').catch((error: unknown) => error);
      if (canDraw(text, codeType)) return assert.equal(typeof drawn, 'string');
      assert.ok(drawn instanceof Refusal && drawn.reason.kind === 'invalid', String(drawn));
    }),
  );
});

for (const [codeType, text, path, message] of [
  [
    'ean13',
    'NM0042170',
    'codeType',
    'must be another than ean13, which holds 13 digits of which the last checks the others only',
  ],
  [
    'code39',
    'nm0042170',
    'codeType',
    'must be another than code39, which holds digits, capital letters, spaces, dots and hyphens only',
  ],
  [
    'code39',
    'A+B',
    'codeType',
    'must be another than code39, which holds digits, capital letters, spaces, dots and hyphens only',
  ],
  [
    'qrcode',
    'é',
    'text',
    'must be 1 to 128 printable ASCII characters other than angle brackets and ampersands, with no space at either end',
  ],
] as const) {
  test(`${text} as ${codeType} is refused, saying what would be right`, async () => {
    await assert.rejects(drawPass({ text, codeType }, 'png'), (error: Refusal) => {
      assert.ok(error instanceof Refusal && error.reason.kind === 'invalid');
      assert.deepEqual(
        error.reason.faults.map((fault) => [fault.path, fault.message]),
        [[[path], message]],
      );
      return true;
    });
  });
}

async function pixels(png: Buffer) {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)];
  return {
    width: info.width,
    height: info.height,
    isDark: (x: number, y: number) => (at(x, y)[0] as number) < 128,
    isWhite: (x: number, y: number) => at(x, y).every((value) => value === 255),
  };
}
