import { checkLength, withCheckDigit } from './check-digits.ts';
import type { PassNamespace } from './pass-namespace.ts';
import { passTextFault } from './pass-rules.ts';
import { refuseFaults } from './refusal.ts';

/** A source of that many random bytes, such as `randomBytes` of node:crypto. */
export type RandomBytes = (size: number) => Uint8Array;

/** So many possible numbers for each one made: whoever guesses numbers meets one in a thousand at most. */
const spread = 1_000;
/** Random digits where the least length of a namespace says nothing: also numbers made one at a time then stay hard to guess. */
const usualDigits = 10;
/** Tries of a length before another is looked for that the pattern of a namespace accepts. */
const samples = 20;
/** Tries for one number before its namespace is said to refuse what is made. */
const maxTries = 1_000;

/**
 * Numbers for new passes by the rules of their namespace: prefix, random digits, check digit. Without a prefix none starts with 0,
 * which spreadsheets drop, and with it scanners of EAN-13, who take such a number for a UPC-A.
 *
 * @param options.length length of each text; absent: the least that the namespace permits, or where that leaves too few numbers to
 *   choose from, the length that ten random digits make; another where the pattern asks for one. Give it when replacing some of a
 *   batch, so that the batch keeps one length
 * @param options.taken texts that must not come out again, such as those the database has just refused
 * @returns `count` different texts, each without a fault in the namespace
 * @throws Refusal `invalid` with the path `length`, `count` or `namespace` when the rules do not permit so many numbers
 */
export function generatePassTexts(
  namespace: PassNamespace,
  count: number,
  random: RandomBytes,
  options: { length?: number | undefined; taken?: ReadonlySet<string> } = {},
): string[] {
  const least = leastLength(namespace, count, options.length);
  const length = options.length ?? usualLength(namespace, least, random);
  const texts = new Set<string>();
  for (let tries = 0; texts.size < count; ) {
    const text = randomText(namespace, length, random);
    if (!texts.has(text) && !options.taken?.has(text) && !passTextFault(namespace, text)) {
      texts.add(text);
      tries = 0;
    } else if (++tries === maxTries) {
      const limit = namespace.pattern === undefined ? '' : ' and match its pattern';
      const parts = partsOf(namespace, length - fixedLength(namespace));
      const message = `has too few texts left that are made of ${parts}${limit}`;
      refuseFaults([{ path: ['namespace'], code: 'exhausted', message }]);
    }
  }
  return [...texts];
}

/** The least length that will do. Throws Refusal `invalid` when there is none, or when less or too much was asked for. */
function leastLength(namespace: PassNamespace, count: number, asked: number | undefined): number {
  const { prefix = '', minLength, maxLength } = namespace;
  const fixed = fixedLength(namespace);
  const digits = digitsFor(count, prefix === '');
  const least = Math.max(minLength, fixed + digits);
  if (least > maxLength) {
    refuseFaults([{ path: ['count'], code: 'range', message: tooMany(namespace, maxLength - fixed) }]);
  }
  if (asked !== undefined && (asked < least || asked > maxLength)) {
    const message = `must be ${least} to ${maxLength}: ${partsOf(namespace, digits)} or more`;
    refuseFaults([{ path: ['length'], code: 'range', message }]);
  }
  return least;
}

/** The length to use when none was asked for; the pattern decides where it refuses that, shorter ones being tried before longer ones. */
function usualLength(namespace: PassNamespace, least: number, random: RandomBytes): number {
  const { minLength, maxLength } = namespace;
  const roomy = Math.min(maxLength, Math.max(least, fixedLength(namespace) + usualDigits));
  const usual = least === minLength ? least : roomy;
  if (namespace.pattern === undefined) return usual;
  const shorter = Array.from({ length: usual - least + 1 }, (_, by) => usual - by);
  const longer = Array.from({ length: maxLength - usual }, (_, by) => usual + 1 + by);
  const isAccepted = (length: number) =>
    Array.from({ length: samples }).some(() => !passTextFault(namespace, randomText(namespace, length, random)));
  return [...shorter, ...longer].find(isAccepted) ?? usual;
}

/** What is not random in a text. */
function fixedLength({ prefix = '', checkDigit }: PassNamespace): number {
  return prefix.length + checkLength(checkDigit);
}

function randomText(namespace: PassNamespace, length: number, random: RandomBytes): string {
  const { prefix = '', checkDigit } = namespace;
  return withCheckDigit(checkDigit, prefix + randomDigits(length - fixedLength(namespace), random, prefix === ''));
}

/** How many digits give {@link spread} numbers for each of `count`. */
function digitsFor(count: number, noZeroFirst: boolean): number {
  let digits = 1;
  while (numbersOf(digits, noZeroFirst) < count * spread) digits += 1;
  return digits;
}

function numbersOf(digits: number, noZeroFirst: boolean): number {
  return noZeroFirst ? 9 * 10 ** (digits - 1) : 10 ** digits;
}

function tooMany({ name, maxLength, prefix = '' }: PassNamespace, digits: number): string {
  const most = digits < 1 ? 0 : Math.floor(numbersOf(digits, prefix === '') / spread);
  return `must be at most ${most}: texts of namespace ${name} have at most ${maxLength} characters`;
}

function partsOf({ prefix, checkDigit }: PassNamespace, digits: number): string {
  return [
    ...(prefix === undefined ? [] : ['the prefix']),
    `${digits} random ${digits === 1 ? 'digit' : 'digits'}`,
    ...(checkDigit === 'none' ? [] : ['the check digit']),
  ].join(', ');
}

/** Evenly distributed digits: bytes that would favour some of them are thrown away. */
function randomDigits(count: number, random: RandomBytes, noZeroFirst: boolean): string {
  let text = '';
  while (text.length < count) {
    for (const byte of random(count - text.length)) {
      if (byte < 250 && text.length < count && !(noZeroFirst && text === '' && byte % 10 === 0)) text += byte % 10;
    }
  }
  return text;
}
