import { checkLength, hasCheckDigit } from './check-digits.ts';
import type { CheckDigit, PassNamespace } from './pass-namespace.ts';
import { matchesPattern, patternFault } from './pass-pattern.ts';
import type { Fault } from './refusal.ts';
import { limited } from './symbology.ts';

/** What is wrong, without where: passes stand in several places of a request. */
export type TextFault = Omit<Fault, 'path'>;

/** The settings of a namespace that its texts must follow. */
export type PassRules = Pick<
  PassNamespace,
  'prefix' | 'pattern' | 'minLength' | 'maxLength' | 'checkDigit' | 'codeType'
>;

/** Printable ASCII without `<`, `>` and `&`. */
const characters = "[ -%'-;=?-~]";
// No spaces at the ends: scanners and forms drop them.
const wellFormed = new RegExp(`^(?! )${characters}{1,128}(?<! )$`);
const prefixForm = new RegExp(`^(?! )${characters}+$`);

/** What a prefix must be made of for texts to have a check digit. */
const payloads: Record<Exclude<CheckDigit, 'none'>, { form: RegExp; words: string }> = {
  luhn: { form: /^\d*$/, words: 'digits' },
  ean13: { form: /^\d*$/, words: 'digits' },
  mod97: { form: /^[0-9A-Z]*$/, words: 'digits and capital letters A to Z' },
};

/** What is wrong with a text whatever its namespace: it must be 1 to 128 printable ASCII characters (openactive.md 2.5). */
export function textFormFault(text: string): TextFault | undefined {
  if (wellFormed.test(text)) return undefined;
  return {
    code: 'format',
    message:
      'must be 1 to 128 printable ASCII characters other than angle brackets and ampersands, with no space at either end',
  };
}

/**
 * What is wrong with the text of a pass in its namespace: the first of general form, length, prefix, pattern and check digit that it
 * does not meet (openactive.md 3.5, imin.md 3.4). That a text may not be another account's is for the database to say.
 *
 * @returns code `format`, `length`, `prefix`, `pattern` or `check-digit`; the message completes the sentence "<member> ..."
 */
export function passTextFault(namespace: PassRules & Pick<PassNamespace, 'name'>, text: string): TextFault | undefined {
  const { name, prefix = '', pattern, minLength, maxLength, checkDigit } = namespace;
  const ill = textFormFault(text);
  if (ill) return ill;
  if (text.length < minLength || text.length > maxLength) {
    return { code: 'length', message: `does not have the length required in namespace ${name}` };
  }
  if (!text.startsWith(prefix)) return { code: 'prefix', message: 'does not have the expected prefix' };
  if (pattern !== undefined && !matchesPattern(pattern, text)) {
    return { code: 'pattern', message: `does not have the form required in namespace ${name}` };
  }
  if (!hasCheckDigit(checkDigit, text)) return { code: 'check-digit', message: 'does not have a correct check digit' };
  return undefined;
}

/**
 * What is wrong with the settings of a namespace as a whole, besides the range of each member: rules that no text could meet, and
 * texts that could not be drawn in the namespace's own symbology.
 *
 * @returns faults with the path of one member
 */
export function namespaceFaults(rules: PassRules): Fault[] {
  const pattern = rules.pattern === undefined ? undefined : patternFault(rules.pattern);
  return [...lengthFaults(rules), ...prefixFaults(rules), ...(pattern ? [pattern] : [])];
}

function lengthFaults({ prefix, minLength, maxLength, checkDigit, codeType }: PassRules): Fault[] {
  const faults: Fault[] = [];
  if (codeType === 'ean13' && checkDigit !== 'ean13') {
    faults.push({ path: ['checkDigit'], code: 'combination', message: 'must be ean13, because codeType is ean13' });
  }
  if (codeType === 'ean13' || checkDigit === 'ean13') {
    const why = codeType === 'ean13' ? 'codeType' : 'checkDigit';
    const message = `must be 13, because ${why} is ean13`;
    if (minLength !== 13) faults.push({ path: ['minLength'], code: 'combination', message });
    if (maxLength !== 13) faults.push({ path: ['maxLength'], code: 'combination', message });
  } else if (minLength > maxLength) {
    faults.push({ path: ['minLength'], code: 'range', message: 'must be at most maxLength' });
  } else if (prefix === undefined && checkDigit !== 'none' && maxLength < 1 + checkLength(checkDigit)) {
    const least = 1 + checkLength(checkDigit);
    const message = `must be at least ${least}, because checkDigit is ${checkDigit}`;
    faults.push({ path: ['maxLength'], code: 'combination', message });
  }
  return faults;
}

function prefixFaults({ prefix, maxLength, checkDigit, codeType }: PassRules): Fault[] {
  if (prefix === undefined) return [];
  const fault = (code: string, message: string): Fault[] => [{ path: ['prefix'], code, message }];
  if (!prefixForm.test(prefix)) {
    return fault(
      'format',
      'must be printable ASCII characters other than angle brackets and ampersands, not starting with a space',
    );
  }
  if (checkDigit !== 'none' && !payloads[checkDigit].form.test(prefix)) {
    return fault('combination', `must consist of ${payloads[checkDigit].words}, because checkDigit is ${checkDigit}`);
  }
  if (codeType === 'code39' && !limited.code39.holds(prefix)) {
    return fault('combination', `must consist of ${limited.code39.words}, because codeType is code39`);
  }
  const after = Math.max(1, checkLength(checkDigit));
  if (prefix.length + after <= maxLength) return [];
  return fault('too-long', `must leave room for at least ${after} more within maxLength`);
}
