import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkLength, hasCheckDigit, withCheckDigit } from '#domain/check-digits.ts';
import { checkDigits } from '#domain/pass-namespace.ts';

const digits = fc.stringMatching(/^\d{1,60}$/);
const payloads = {
  none: fc.string(),
  luhn: digits,
  ean13: fc.stringMatching(/^\d{12}$/),
  mod97: fc.stringMatching(/^[0-9A-Z]{1,60}$/),
};
const digitPayloads = { luhn: digits, ean13: payloads.ean13, mod97: digits };
const schemes = ['luhn', 'ean13', 'mod97'] as const;

for (const [kind, payload, check] of [
  ['luhn', '7992739871', '3'], // ISO/IEC 7812-1, the example of its annex as widely quoted
  ['luhn', '411111111111111', '1'], // card schemes' test number
  ['luhn', '0', '0'],
  ['ean13', '400638133393', '1'],
  ['ean13', '590123412345', '7'], // GS1's own example
  ['ean13', '978030640615', '7'], // ISBN 978-0-306-40615-7
  ['mod97', '794', '44'], // ISO 7064
  ['mod97', 'WEST12345698765432GB', '82'], // ISO 13616: GB82 WEST 1234 5698 7654 32
  ['mod97', '5493001KJTIIGC8Y1R', '12'], // ISO 17442
  ['none', 'a b', ''],
] as const) {
  test(`${kind}: ${payload} has the check digits "${check}"`, () => {
    assert.equal(withCheckDigit(kind, payload), payload + check);
    assert.equal(hasCheckDigit(kind, payload + check), true);
    assert.equal(checkLength(kind), check.length);
  });
}

for (const kind of checkDigits) {
  test(`${kind}: what is given a check digit has one`, () => {
    fc.assert(fc.property(payloads[kind], (payload) => hasCheckDigit(kind, withCheckDigit(kind, payload))));
  });
}

for (const kind of schemes) {
  test(`${kind}: any single wrong digit is caught`, () => {
    fc.assert(
      fc.property(digitPayloads[kind], fc.nat(), fc.integer({ min: 1, max: 9 }), (payload, where, by) => {
        const text = withCheckDigit(kind, payload);
        const at = where % text.length;
        const wrong = (Number(text[at]) + by) % 10;
        assert.equal(hasCheckDigit(kind, text.slice(0, at) + wrong + text.slice(at + 1)), false);
      }),
    );
  });
}

/** Which neighbours a scheme cannot tell apart when they change places. */
const blind = {
  luhn: (a: number, b: number) => Math.abs(a - b) === 9,
  ean13: (a: number, b: number) => Math.abs(a - b) === 5,
  mod97: () => false,
};

for (const kind of schemes) {
  test(`${kind}: exactly the transpositions that the scheme promises to catch are caught`, () => {
    fc.assert(
      fc.property(digitPayloads[kind], fc.nat(), (payload, where) => {
        const text = withCheckDigit(kind, payload);
        const at = where % (text.length - 1);
        const [a, b] = [Number(text[at]), Number(text[at + 1])];
        fc.pre(a !== b);
        const swapped = `${text.slice(0, at)}${b}${a}${text.slice(at + 2)}`;
        assert.equal(hasCheckDigit(kind, swapped), blind[kind](a, b));
      }),
    );
  });
}

test('mod97: agrees with ISO 7064 computed on one large number', () => {
  const remainder = (text: string) =>
    Number(BigInt([...text].map((character) => Number.parseInt(character, 36)).join('')) % 97n);
  fc.assert(
    fc.property(payloads.mod97, fc.stringMatching(/^\d\d$/), (payload, check) => {
      assert.equal(
        withCheckDigit('mod97', payload).slice(payload.length),
        `${98 - remainder(`${payload}00`)}`.padStart(2, '0'),
      );
      assert.equal(hasCheckDigit('mod97', payload + check), remainder(payload + check) === 1);
    }),
  );
});

for (const [kind, text, why] of [
  ['luhn', '', 'is empty'],
  ['luhn', '0', 'is a check digit without a payload'],
  ['luhn', '7992739871a', 'has a letter'],
  ['luhn', ' 79927398713', 'has a space'],
  ['luhn', '79927398713\n', 'has a line feed'],
  ['luhn', '７９９２７３９８７１３', 'has digits that are not ASCII'],
  ['ean13', '036000291452', 'is a UPC-A of 12 digits'],
  ['ean13', '4006381333932', 'has 13 digits and a wrong check digit'],
  ['ean13', '40063813339310', 'has 14 digits'],
  ['ean13', '40063813339-1', 'has a hyphen'],
  ['mod97', 'west12345698765432gb82', 'is in lower case'],
  ['mod97', 'WEST-12345698765432GB82', 'has a hyphen'],
  ['mod97', '1', 'is too short'],
] as const) {
  test(`${kind}: a text that ${why} has no check digit`, () => assert.equal(hasCheckDigit(kind, text), false));
}

for (const [kind, payload] of [
  ['luhn', ''],
  ['luhn', 'NM1'],
  ['ean13', '40063813339'],
  ['ean13', '4006381333931'],
  ['mod97', ''],
  ['mod97', 'a'],
] as const) {
  test(`${kind}: "${payload}" cannot be given a check digit`, () => {
    assert.throws(() => withCheckDigit(kind, payload), RangeError);
  });
}
