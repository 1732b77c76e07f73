import { hasCheckDigit } from './check-digits.ts';
import type { CodeType } from './pass-namespace.ts';
import type { Fault } from './refusal.ts';

/** Symbologies that do not hold every text a pass may have. */
export const limited = {
  ean13: {
    holds: (text: string) => hasCheckDigit('ean13', text),
    words: '13 digits of which the last checks the others',
  },
  // Code 39 writes other characters as pairs with a shift sign ($, /, + or %). Most scanners read these as two characters, and those
  // that recognise them take one text in 43 for another, whose last character happens to be what a check character would be.
  code39: {
    holds: (text: string) => /^[0-9A-Z .-]*$/.test(text),
    words: 'digits, capital letters, spaces, dots and hyphens',
  },
};

/** Why a symbology cannot hold the text of a pass in a way that every reader reads; the path is `codeType`. */
export function symbologyFault(text: string, codeType: CodeType): Fault | undefined {
  if ((codeType !== 'ean13' && codeType !== 'code39') || limited[codeType].holds(text)) return undefined;
  const message = `must be another than ${codeType}, which holds ${limited[codeType].words} only`;
  return { path: ['codeType'], code: 'combination', message };
}
