import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** What an identifier must be to be born in OpenActive, imin or native (openactive.md 1.2). */
export const plainIdentifier = {
  pattern: '^[A-Za-z0-9_~:@+=-][A-Za-z0-9._~:@+=-]{0,59}$',
  description: 'must be 1 to 60 of A-Z a-z 0-9 . _ ~ : @ + = -, not starting with a dot',
};
const plain = new RegExp(plainIdentifier.pattern);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
const control = /[\u0000-\u001f\u007f-\u009f]/;

// The library's own source asks the system for 32 bytes at a time, which costs more than the rest of an identifier.
const pool = new Uint32Array(1024);
let used = pool.length;
const generator = new V7Generator({
  nextUint32: () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    return pool[used++] as number;
  },
});

/** A new identifier: lower-case UUIDv7 text from the system's random numbers, so that keys written together lie together. */
export function newIdentifier(): string {
  return generator.generate().toString();
}

/** Whether an identifier may be stored at all: opaque, 1..60 code points, no control characters, not `.` or `..` (entur.md 2.3). */
export function isIdentifier(value: string): boolean {
  if (value === '' || value === '.' || value === '..' || !value.isWellFormed() || control.test(value)) return false;
  return [...value].length <= 60;
}

/** Whether an identifier is a {@link plainIdentifier}. */
export function isPlainIdentifier(value: string): boolean {
  return plain.test(value);
}

/** Percent-encodes an identifier for a URL path or `@id`: everything outside the unreserved set and `:@+=~`. */
export function encodeIdentifier(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]|%3A|%40|%2B|%3D/g, (found) =>
    found.length === 3 ? decodeURIComponent(found) : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
