import { randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** A new signing secret: `whsec_` and 32 random bytes in base64 (imin.md 2.11). */
export function newSecret(): string {
  return prefix + randomBytes(32).toString('base64');
}

/** Whether a text is a signing secret: `whsec_` and 24 to 64 bytes in base64, with padding. */
export function isSecret(text: string): boolean {
  return secretBytes(text) !== undefined;
}

/** The bytes that a signing secret stands for; undefined when it is none. */
export function secretBytes(secret: string): Buffer | undefined {
  if (!secret.startsWith(prefix)) return undefined;
  const text = secret.slice(prefix.length);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined; // Buffer.from skips what is not base64
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}
