import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { isShownExactly, shownText, shownUrl } from '#dialects/openactive/emission.ts';
import { hostileText } from '../../support/hostile-text.ts';

type HtmlRule = { isHTML: (text: string) => boolean };

// The very rule by which OpenActive's validator judges texts.
const rule = createRequire(import.meta.url)(
  '@openactive/data-model-validator/src/rules/data-quality/no-html-rule',
) as HtmlRule;

const any = fc.oneof(hostileText({ minLength: 0, maxLength: 200 }), fc.string({ unit: 'binary' }));

test('no shown text is HTML to the validator, or empty, or padded', () => {
  fc.assert(
    fc.property(any, (text) => {
      const shown = shownText(text);
      if (shown === undefined) return;
      assert.equal(rule.isHTML(shown), false);
      assert.notEqual(shown, '');
      assert.equal(shown, shown.trim());
    }),
    { numRuns: 5000 },
  );
});

test('text changes only where it must: the two characters, and space around', () => {
  fc.assert(
    fc.property(any, (text) => {
      const shown = shownText(text) ?? '';
      assert.equal(
        shown.replaceAll('‹', '<').replaceAll('＆', '&'),
        text.trim().replaceAll('‹', '<').replaceAll('＆', '&'),
      );
    }),
    { numRuns: 5000 },
  );
});

test('what is shown is shown again as it is', () => {
  fc.assert(
    fc.property(any, (text) => {
      const shown = shownText(text);
      if (shown !== undefined) assert.ok(isShownExactly(shown));
    }),
  );
});

const texts: [string | undefined, string | undefined][] = [
  [undefined, undefined],
  ['', undefined],
  [' \u00a0 ', undefined],
  ['a<b', 'a‹b'],
  ['<b>Ida</b>', '‹b>Ida‹/b>'],
  ['AT&T', 'AT&T'],
  ['R & D', 'R & D'],
  ['M&Mu', 'M＆Mu'],
  ['&lt;', '＆lt;'],
  ['&#60;', '＆#60;'],
  ['&&amp', '&＆amp'],
  ['&é', '&é'],
  [' Söhne > Töchter ', 'Söhne > Töchter'],
];

for (const [stored, shown] of texts) {
  test(`the text ${JSON.stringify(stored)} is shown as ${JSON.stringify(shown)}`, () =>
    assert.equal(shownText(stored), shown));
}

const shownUrls = [
  'https://www.example.com/a?b=1&c=2#d',
  'http://localhost:8080/x',
  'HTTP://192.0.2.17/',
  'https://bücher.example/ü',
  'https://schema.org/',
  'https://example.com',
];
const hiddenUrls = [
  'https://example.com/?a=1&copy=2',
  'https://example.com/<b>',
  'https://intranet/',
  'http://[::1]/',
  'https://ida@example.com/',
  'https://example.xn--p1ai/',
  'https://example.com:1/',
  'https://schema.org/name',
  'ftp://example.com/',
  'https://999.1.1.1/',
];

test('a URL is shown as it is stored, or not at all', () => {
  for (const url of shownUrls) assert.equal(shownUrl(url), url);
  for (const url of [...hiddenUrls, undefined]) assert.equal(shownUrl(url), undefined, url);
});
