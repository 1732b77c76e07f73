import fc from 'fast-check';

/** Text that could be taken for HTML, entities, templates or URLs; free of what no request may hold. */
export function hostileText(limits: { minLength?: number; maxLength: number }): fc.Arbitrary<string> {
  const { minLength = 1, maxLength } = limits;
  return fc
    .oneof(
      fc.array(fc.oneof(snippet, snippet, fc.string({ unit: 'grapheme', maxLength: 3 })), { maxLength: 12 }),
      fc.array(snippet),
    )
    .map((parts) => [...parts.join('').normalize('NFC')].slice(0, maxLength).join('').normalize('NFC'))
    .filter((text) => text.isWellFormed() && !control.test(text) && [...text.trim()].length >= minLength);
}

const snippet = fc.constantFrom(
  '<',
  '>',
  '&',
  '#',
  ';',
  '/',
  '!',
  '"',
  "'",
  '=',
  '?',
  ' ',
  '\u00a0',
  '\u2003',
  '-->',
  '<!--',
  'a',
  'Z',
  '0',
  'x41',
  'copy',
  'amp',
  'lt',
  'gt',
  'nbsp',
  'quot',
  'eacute',
  '&lt;',
  '&amp',
  '&#60;',
  '&#x3c',
  '&#xZ',
  '&&lt',
  '<b>',
  '</b>',
  '<script',
  'AT&T',
  'M&Mu',
  'R&D',
  'a<b',
  '＆',
  '‹',
  'é',
  'e\u0301',
  '日本',
  '😀',
  '\u202e',
  '\u200d',
  '\ufeff',
  'https://example.com/?a=1&copy=2',
  'https://schema.org/name',
  'P1D',
  '2026-11-21',
  '20:15',
  '{x}',
  '@',
  'null',
);

// biome-ignore lint/suspicious/noControlCharactersInRegex: requests with control characters are refused
const control = /[\u0000-\u001f\u007f-\u009f]/;
