import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeTypeOf, codeTypes } from '#domain/pass-namespace.ts';
import { matchesPattern, patternFault } from '#domain/pass-pattern.ts';
import { namespaceFaults, type PassRules, passTextFault } from '#domain/pass-rules.ts';

const loose: PassRules & { name: string } = {
  name: 'card',
  minLength: 1,
  maxLength: 128,
  checkDigit: 'none',
  codeType: 'qrcode',
};

test('a text is 1 to 128 printable ASCII characters without <, > and &, and no space at its ends', () => {
  const allowed = (text: string) =>
    text.length >= 1 &&
    text.length <= 128 &&
    text.trim() === text &&
    [...text].every((character) => character >= ' ' && character <= '~' && !'<>&'.includes(character));
  const texts = fc.oneof(
    fc.string({ maxLength: 140 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.string({ minLength: 126, maxLength: 130 }),
    fc.constantFrom('', ' ', ' a', 'a ', 'a b', 'a\n', 'a\u007f', '\u00a0', '😀', "~!'"),
  );
  fc.assert(
    fc.property(texts, (text) => {
      assert.equal(passTextFault(loose, text)?.code, allowed(text) ? undefined : 'format');
    }),
  );
});

test('the messages of the worked examples', () => {
  assert.deepEqual(passTextFault({ ...loose, minLength: 9, maxLength: 9 }, 'XX1'), {
    code: 'length',
    message: 'does not have the length required in namespace card',
  });
  assert.deepEqual(passTextFault({ ...loose, prefix: 'NM' }, 'XX0042188'), {
    code: 'prefix',
    message: 'does not have the expected prefix',
  });
});

test('the first rule that a text does not meet is reported', () => {
  const strict: typeof loose = {
    ...loose,
    prefix: '63',
    pattern: '\\d{6}[0-4]{3}',
    minLength: 9,
    maxLength: 9,
    checkDigit: 'luhn',
  };
  const expected = {
    '<1': 'format',
    '7A': 'length',
    '7A1234999': 'prefix',
    '631234999': 'pattern',
    x631234002: 'length',
    '631234001': 'check-digit',
    '631234002': undefined,
  };
  for (const [text, code] of Object.entries(expected)) assert.equal(passTextFault(strict, text)?.code, code, text);
});

test('both ends of the length count', () => {
  const rule = { ...loose, minLength: 2, maxLength: 4 };
  assert.deepEqual(
    ['1', '12', '1234', '12345'].map((text) => passTextFault(rule, text)?.code),
    ['length', undefined, undefined, 'length'],
  );
});

test('a pattern matches the whole text, anchored or not, and agrees with the platform', () => {
  for (const pattern of [
    'a|ab',
    '^(a|ab)$',
    'NM\\d+',
    'a.*b|',
    '[a-c]{2,3}',
    '(a|b)*abb',
    '(?:ab?)+c?',
    '\\w\\W?\\w',
  ]) {
    const model = new RegExp(`^(?:${pattern})$`);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abcNM01 '), maxLength: 8 }), (text) => {
        assert.equal(matchesPattern(pattern, text), model.test(text), pattern);
      }),
    );
  }
});

test('a pattern takes no more than linear time', () => {
  const text = 'x'.repeat(128);
  const start = performance.now();
  for (const pattern of ['(x+x+)+y', '(x*)*y', '(x|x?)+y']) assert.equal(matchesPattern(pattern, text), false);
  assert.ok(performance.now() - start < 1_000, 'the platform would need more than the age of the universe');
});

test('patterns stay right when there are more than are kept', () => {
  for (const _ of [1, 2, 3]) {
    for (let number = 0; number < 100; number += 1) {
      assert.equal(matchesPattern(`A${number}`, `A${number}`), true);
      assert.equal(matchesPattern(`A${number}`, `A${number + 1}`), false);
    }
  }
});

for (const [pattern, code, message] of [
  ['NM\\d{7}', undefined],
  ['^[A-Z]{2}(\\d{7}|\\d{9})$', undefined],
  ['.{1,128}', undefined],
  [`a${'.'.repeat(199)}`, undefined],
  ['.'.repeat(201), 'too-long', 'must be at most 200 characters long'],
  ['[', 'format', 'must be a regular expression in RE2 syntax: missing closing ]'],
  ['(?=a)b', 'format', 'must be a regular expression in RE2 syntax: invalid or unsupported Perl syntax'],
  ['(a)\\1', 'format', 'must be a regular expression in RE2 syntax: invalid escape sequence'],
  ['(a{1000}){1000}', 'format', 'must be a regular expression in RE2 syntax: invalid repeat count'],
  ['.{0,1000}', 'too-complex', 'must be simpler: its repetitions, written out, make more than 500 steps'],
] as const) {
  test(`as a pattern, ${pattern.slice(0, 30)} is ${code ?? 'right'}`, () => {
    assert.deepEqual(patternFault(pattern), code && { path: ['pattern'], code, message });
  });
}

/** What is wrong with a namespace that has these settings: `member: message`. */
function faultsOf(settings: Partial<PassRules>): string[] {
  return namespaceFaults({ ...loose, ...settings }).map(({ path, message }) => `${path.join('/')}: ${message}`);
}

test('settings that texts can meet are right', () => {
  for (const settings of [
    {},
    { prefix: 'NM-1 ', codeType: 'code39' },
    { prefix: 'NM', minLength: 9, maxLength: 9, pattern: 'NM\\d{7}' },
    { prefix: '6', checkDigit: 'luhn', maxLength: 2 },
    { checkDigit: 'luhn', maxLength: 2 },
    { prefix: 'NM', checkDigit: 'mod97', maxLength: 4 },
    { checkDigit: 'mod97', maxLength: 3 },
    { checkDigit: 'ean13', minLength: 13, maxLength: 13 },
    { checkDigit: 'ean13', codeType: 'ean13', minLength: 13, maxLength: 13, prefix: '200000000000' },
  ] as const)
    assert.deepEqual(faultsOf(settings), []);
});

test('settings that no text could meet, or no picture, are told by member', () => {
  assert.deepEqual(faultsOf({ minLength: 9, maxLength: 8 }), ['minLength: must be at most maxLength']);
  assert.deepEqual(faultsOf({ pattern: '(' }), [
    'pattern: must be a regular expression in RE2 syntax: missing closing )',
  ]);
  assert.deepEqual(faultsOf({ prefix: 'NM', maxLength: 2 }), [
    'prefix: must leave room for at least 1 more within maxLength',
  ]);
  assert.deepEqual(faultsOf({ prefix: 'NM', maxLength: 3, checkDigit: 'mod97' }), [
    'prefix: must leave room for at least 2 more within maxLength',
  ]);
  assert.deepEqual(faultsOf({ maxLength: 1, checkDigit: 'luhn' }), [
    'maxLength: must be at least 2, because checkDigit is luhn',
  ]);
  assert.deepEqual(faultsOf({ maxLength: 2, checkDigit: 'mod97' }), [
    'maxLength: must be at least 3, because checkDigit is mod97',
  ]);
  for (const prefix of ['', ' A', 'é', 'A&B', 'A\n']) {
    assert.deepEqual(faultsOf({ prefix }), [
      'prefix: must be printable ASCII characters other than angle brackets and ampersands, not starting with a space',
    ]);
  }
  assert.deepEqual(faultsOf({ prefix: 'NM', checkDigit: 'luhn' }), [
    'prefix: must consist of digits, because checkDigit is luhn',
  ]);
  assert.deepEqual(faultsOf({ prefix: 'nm', checkDigit: 'mod97' }), [
    'prefix: must consist of digits and capital letters A to Z, because checkDigit is mod97',
  ]);
  assert.deepEqual(faultsOf({ prefix: 'nm', codeType: 'code39' }), [
    'prefix: must consist of digits, capital letters, spaces, dots and hyphens, because codeType is code39',
  ]);
  assert.deepEqual(faultsOf({ checkDigit: 'ean13', minLength: 12, maxLength: 13 }), [
    'minLength: must be 13, because checkDigit is ean13',
  ]);
  assert.deepEqual(faultsOf({ codeType: 'ean13', prefix: 'NM', minLength: 13 }), [
    'checkDigit: must be ean13, because codeType is ean13',
    'maxLength: must be 13, because codeType is ean13',
  ]);
});

test('symbologies are known by the names clients give them', () => {
  for (const type of codeTypes) assert.equal(codeTypeOf(type), type);
  const names = { Code39: 'code39', 'Code 128': 'code128', 'QR Code': 'qrcode', 'EAN-13': 'ean13', Aztec: 'azteccode' };
  for (const [name, type] of Object.entries(names)) assert.equal(codeTypeOf(name), type);
  for (const name of ['', 'itf14', 'constructor', 'hasOwnProperty']) assert.equal(codeTypeOf(name), undefined);
});
