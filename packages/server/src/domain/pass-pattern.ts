import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import type { Fault } from './refusal.ts';

const maxPattern = 200;
/** Instructions of a compiled pattern: `.{1,128}` has 260, 200 characters can ask for 44,000, and then one text takes 0.3 s. */
const maxProgram = 500;
/** A pattern that was built to be expensive keeps up to 16 MB of automaton; ordinary ones keep some kilobytes. */
const maxCompiled = 32;

const compiled = new Map<string, RE2JS>();

/**
 * What is wrong with a pattern as a setting of a namespace: RE2 syntax, so that no text takes longer than in proportion to its length
 * (openactive.md 3.5), at most 200 characters, and not too large when its repetitions are written out.
 *
 * @returns a fault with the path `pattern`
 */
export function patternFault(pattern: string): Fault | undefined {
  if ([...pattern].length > maxPattern) return fault('too-long', `must be at most ${maxPattern} characters long`);
  try {
    if (RE2JS.compile(pattern).programSize() <= maxProgram) return undefined;
    return fault('too-complex', `must be simpler: its repetitions, written out, make more than ${maxProgram} steps`);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = error instanceof RE2JSSyntaxException ? `: ${error.getDescription()}` : '';
    return fault('format', `must be a regular expression in RE2 syntax${why}`);
  }
}

/** Whether the whole text matches a pattern that has no {@link patternFault}. */
export function matchesPattern(pattern: string, text: string): boolean {
  const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
  compiled.delete(pattern);
  compiled.set(pattern, known);
  if (compiled.size > maxCompiled) compiled.delete(compiled.keys().next().value as string);
  return known.testExact(text);
}

function fault(code: string, message: string): Fault {
  return { path: ['pattern'], code, message };
}
