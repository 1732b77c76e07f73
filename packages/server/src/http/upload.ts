import { createHash } from 'node:crypto';
import type { Call } from './call.ts';

/** The form that a route takes as `multipart/form-data` (RFC 7578). */
export type UploadForm = {
  /** Name of the parts that are files; at least one is required. */
  file: string;
  maxFiles: number;
  /** Media types of files, for the documentation: what a file is, its content decides. */
  types: readonly string[];
  /** Parts that are texts, by name; each may be left out, and stands once. */
  texts: Readonly<Record<string, { maxLength: number; description?: string }>>;
  /**
   * Judges before the body is read whether the caller may upload here at all, where no key does (the link of an upload page).
   * Throws a Refusal.
   */
  admit?: (call: Call) => Promise<void>;
};

export type UploadedFile = {
  bytes: Buffer;
  /** What the caller says it is: nothing to rely on. */
  declaredType: string;
  /** The caller's name for it, where it has one without control characters: nothing to rely on, and may be personal. */
  name?: string;
};

/** What came: 1..`maxFiles` files that are not empty, in their order, and the texts: trimmed, NFC, absent when empty. */
export type Upload = { files: UploadedFile[]; texts: Record<string, string> };

/** How much of a form is read, bytes. */
export type UploadLimits = { file: number; total: number };

/** @param file the largest file */
export function limitsOf(form: UploadForm, file: number): UploadLimits {
  const texts = Object.values(form.texts).reduce((sum, { maxLength }) => sum + maxBytes(maxLength), 0);
  return { file, total: form.maxFiles * file + texts + maxParts(form) * partOverhead };
}

/** More parts than the form has room for, so that a caller hears what is wrong with the others, but not many more. */
export function maxParts(form: UploadForm): number {
  return form.maxFiles + Object.keys(form.texts).length + 10;
}

/** The delimiter and header of one part, bytes. */
export const partOverhead = 4096;

/** A code point has at most four bytes in UTF-8; white space around it may be trimmed away. */
export function maxBytes(codePoints: number): number {
  return (codePoints + 100) * 4;
}

/** What stands for an upload in the digest that an Idempotency-Key is checked with: names, bytes and texts of its parts. */
export function digestible(form: UploadForm, { files, texts }: Upload): object {
  const hashes = files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
  return { file: { [form.file]: hashes }, text: texts };
}
