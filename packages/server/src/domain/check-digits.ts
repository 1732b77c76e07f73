import type { CheckDigit } from './pass-namespace.ts';

type Scheme = {
  /** Texts that the scheme can judge: a payload and its check characters. */
  whole: RegExp;
  /** Number of check characters; they stand at the end. */
  length: number;
  isRight(text: string): boolean;
  checkOf(payload: string): string;
};

const none: Scheme = { whole: /^/, length: 0, isRight: () => true, checkOf: () => '' };
const schemes: Record<CheckDigit, Scheme> = {
  none,
  luhn: mod10(/^\d{2,}$/, (digit) => (digit > 4 ? digit * 2 - 9 : digit * 2)),
  ean13: mod10(/^\d{13}$/, (digit) => digit * 3),
  mod97: {
    whole: /^[0-9A-Z]+\d\d$/,
    length: 2,
    isRight: (text) => remainder97(text) === 1,
    checkOf: (payload) => String(98 - remainder97(`${payload}00`)).padStart(2, '0'),
  },
};

/**
 * Whether a text ends with the check characters of its kind: one digit for `luhn` (ISO/IEC 7812-1) and `ean13` (GS1; exactly 13
 * digits), two for `mod97` (ISO 7064 MOD 97-10, capital letters count A = 10 to Z = 35). A text the kind is not made for has none.
 */
export function hasCheckDigit(kind: CheckDigit, text: string): boolean {
  const { whole, isRight } = schemes[kind];
  return whole.test(text) && isRight(text);
}

/**
 * A payload followed by its check characters, see {@link hasCheckDigit}.
 *
 * @throws RangeError when the kind is not made for such a payload
 */
export function withCheckDigit(kind: CheckDigit, payload: string): string {
  const { whole, checkOf, length } = schemes[kind];
  if (!whole.test(payload + '0'.repeat(length))) throw new RangeError(`no ${kind} check digit for such a text`);
  return payload + checkOf(payload);
}

/** How many check characters stand at the end of a text. */
export function checkLength(kind: CheckDigit): number {
  return schemes[kind].length;
}

/** One check digit that makes the sum of all digits a multiple of ten, every second one weighed, counted from the right. */
function mod10(whole: RegExp, weigh: (digit: number) => number): Scheme {
  const sum = (text: string) =>
    [...text].reduceRight((total, digit, index) => {
      const fromTheRight = text.length - 1 - index;
      return total + (fromTheRight % 2 === 0 ? Number(digit) : weigh(Number(digit)));
    }, 0);
  return {
    whole,
    length: 1,
    isRight: (text) => sum(text) % 10 === 0,
    checkOf: (payload) => String((10 - (sum(`${payload}0`) % 10)) % 10),
  };
}

/** The remainder of the number that a text stands for, digit by digit, because it has no bound. */
function remainder97(text: string): number {
  let remainder = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}
