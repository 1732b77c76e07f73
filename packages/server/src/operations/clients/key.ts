import { createHash, randomBytes } from 'node:crypto';

/** What a key names: its organisation and client, so that it is found without looking into other organisations. */
export type KeyParts = { organisationId: number; clientId: number; secret: string };

/** `tsk_{organisation}_{client}_{secret}`; the secret is 256 random bits. Never has two dots, so it cannot be taken for a JWT. */
export function newKey(organisationId: number, clientId: number): { key: string; hash: Buffer } {
  const secret = randomBytes(32).toString('hex');
  return { key: `tsk_${organisationId}_${clientId}_${secret}`, hash: hashSecret(secret) };
}

/** Undefined when the text is not of the form of a key. */
export function parseKey(key: string): KeyParts | undefined {
  const match = /^tsk_([1-9]\d{0,14})_([1-9]\d{0,14})_([0-9a-f]{64})$/.exec(key);
  return match
    ? { organisationId: Number(match[1]), clientId: Number(match[2]), secret: match[3] as string }
    : undefined;
}

/** SHA-256 is enough for a secret of 256 random bits: there is nothing to guess. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
