import { visit } from 'jsonc-parser';
import { Refusal } from '#domain/refusal.ts';

const maxDepth = 32;
/** Members and items of a whole body. Most contracts need far fewer; validation of more would hold up everybody else. */
const mostEntries = 10_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
const control = /[\u0000-\u001f\u007f-\u009f]/;

type Path = (string | number)[];
type Place = 'body' | 'query' | 'path';

/**
 * Parses a request body: JSON in UTF-8 (RFC 8259), strict where JSON.parse is lenient. Duplicate members, `__proto__`, more than
 * 32 levels, control characters and lone surrogates are refused; all text becomes NFC except members named in `verbatim`.
 *
 * @param verbatim names of members whose text is opaque (identifiers): checked, but not normalised
 * @param maxEntries how many members and items there may be in all
 * @throws Refusal `malformed`
 */
export function parseJson(
  bytes: Buffer,
  verbatim: ReadonlySet<string> = new Set(),
  maxEntries: number = mostEntries,
): unknown {
  if (bytes.length === 0) throw malformed('has no body');
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('is not valid JSON');
  }
  const walked: Walk = { path: [], verbatim, members: 0, entries: 0, maxEntries };
  const clean = walk(value, walked, false);
  const { colons, depth } = structureOf(text);
  // Only what a duplicate member hid can still be deeper; the search for duplicates recurses.
  if (depth > maxDepth) throw malformed(`is nested deeper than ${maxDepth} levels`);
  // Valid JSON has one colon outside strings per member: fewer members in the value than colons means duplicates.
  if (colons !== walked.members) throw malformed('is a duplicate member', duplicateIn(text));
  return clean;
}

/** Text of a body, or of a query string or path, under the same rules. */
export function cleanText(text: string, path: Path, keep = false, where: Place = 'body'): string {
  if (!text.isWellFormed()) throw malformed('contains a lone surrogate', path, where);
  if (control.test(text)) throw malformed('contains a control character', path, where);
  return keep ? text : text.normalize('NFC');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('is not valid UTF-8');
  }
}

/** How far a walk through a value has come: `path` is where it stands. */
type Walk = { path: Path; verbatim: ReadonlySet<string>; members: number; entries: number; maxEntries: number };

/** Checks a value and all that is in it; the text in it changes in its place. @param keep whether text is not normalised */
function walk(value: unknown, at: Walk, keep: boolean): unknown {
  const { path } = at;
  if (typeof value === 'string') return cleanText(value, path, keep);
  if (typeof value === 'number' && !Number.isFinite(value)) throw malformed('is a number out of range', path);
  if (typeof value !== 'object' || value === null) return value;
  if (path.length >= maxDepth) throw malformed(`is nested deeper than ${maxDepth} levels`, path.slice(0, 3));
  if (Array.isArray(value)) {
    countEntries(at, value.length);
    for (const index of value.keys()) step(value, index, at, keep);
    return value;
  }
  const members = Object.keys(value);
  countEntries(at, members.length);
  at.members += members.length;
  for (const member of members) {
    if (member === '__proto__') throw malformed('is not allowed as a member name', [...path, member]);
    if (!member.isWellFormed() || control.test(member))
      throw malformed('has a member name with a control character or lone surrogate', path);
  }
  for (const member of members) step(value as Record<string, unknown>, member, at, at.verbatim.has(member));
  return value;
}

function step<K extends string | number>(holder: Record<K, unknown>, key: K, at: Walk, keep: boolean): void {
  at.path.push(key);
  holder[key] = walk(holder[key], at, keep);
  at.path.pop();
}

function countEntries(at: Walk, more: number): void {
  at.entries += more;
  if (at.entries > at.maxEntries) throw malformed(`has more than ${at.maxEntries} members and items`);
}

/** Counts colons and levels outside strings, of text that is valid JSON. */
function structureOf(text: string): { colons: number; depth: number } {
  let colons = 0;
  let level = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 58)
      colons += 1; // :
    else if (code === 91 || code === 123)
      depth = Math.max(depth, ++level); // [ {
    else if (code === 93 || code === 125) level -= 1; // ] }
    if (code !== 34) continue;
    // To the closing quote: the next one that is not escaped.
    for (at += 1; text.charCodeAt(at) !== 34; at += 1) if (text.charCodeAt(at) === 92) at += 1;
  }
  return { colons, depth };
}

/** Slow path, only for naming the culprit. */
function duplicateIn(text: string): Path | undefined {
  const seen = new Set<string>();
  let found: Path | undefined;
  visit(text, {
    onObjectProperty: (name, _offset, _length, _line, _column, pathSupplier) => {
      const path = [...pathSupplier(), name];
      const key = JSON.stringify(path);
      if (seen.has(key)) found ??= path;
      seen.add(key);
    },
  });
  return found;
}

function malformed(message: string, path?: Path, where: Place = 'body'): Refusal {
  return new Refusal({ kind: 'malformed', message, ...(path ? { path, in: where } : {}) });
}
