import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { excerptOf } from '#changes/excerpt.ts';
import { retryAfterIn } from '#changes/retry-after.ts';

const now = new Date('1994-11-06T08:49:07Z');
const day = 86_400;

for (const [header, seconds] of [
  ['120', 120],
  [' 7 ', 7],
  ['86400', day],
  ['86401', day],
  ['99999999999999999999', day],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 30], // the three forms of RFC 9110, 5.6.7
  ['Sunday, 06-Nov-94 08:49:37 GMT', 30],
  ['Sun Nov  6 08:49:37 1994', 30],
  ['Wed, 06 Nov 2094 08:49:37 GMT', day],
] as const) {
  test(`Retry-After "${header}" is ${seconds} seconds`, () => assert.equal(retryAfterIn(header, now), seconds));
}

for (const header of [
  undefined,
  '',
  '0',
  '-5',
  '1.5',
  '1e3',
  '0x10',
  '5 minutes',
  'soon',
  '1, 2',
  '1994-11-06T08:49:37Z',
  'Sun, 06 Nov 1994 08:49:07 GMT', // now
  'Sat, 05 Nov 1994 08:49:37 GMT', // past
  'Sun, 99 Xyz 1994 08:49:37 GMT',
  'Wed, 06 Nov 2094 08:49:37 CET',
]) {
  test(`Retry-After ${JSON.stringify(header)} is ignored`, () => assert.equal(retryAfterIn(header, now), undefined));
}

const excerpt = (text: string) => excerptOf(Buffer.from(text));

test('an excerpt is one line without control characters', () => {
  assert.equal(excerpt('{"ok":\r\n\ttrue}\n'), '{"ok": true}');
  assert.equal(excerpt('a\u0000b\u001b[2Jc\u0085d\u2028e'), 'a b [2Jc d e');
  assert.equal(excerpt('a\u202Ecod.exe\u2066'), 'a\u{FFFD}cod.exe\u{FFFD}');
  assert.equal(excerpt('Zoë 👩‍🚀'), 'Zoë 👩‍🚀');
});

test('an answer without visible text has no excerpt', () => {
  for (const text of ['', ' \r\n', '\u0000\u0001']) assert.equal(excerpt(text), undefined);
});

test('a character that was cut is left out, and what is not UTF-8 is replaced', () => {
  assert.equal(excerptOf(Buffer.from('aé').subarray(0, 2)), 'a');
  assert.equal(excerptOf(Buffer.from([0x61, 0xff, 0x62])), 'a\u{FFFD}b');
});

test('any bytes give text that a database takes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
      const text = excerptOf(bytes) ?? '';
      assert.ok(text.isWellFormed());
      assert.doesNotMatch(text, /\p{Cc}/u);
    }),
  );
});
