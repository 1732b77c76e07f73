import { createHash, randomBytes } from 'node:crypto';

/** What a key names: its organisation and client, so that it is found without looking into other organisations. */
export type KeyParts = { organisationId: number; clientId: number; hash: Buffer };

/** `tsk_{organisation}_{client}_{secret}`; the secret is 256 random bits. Never has two dots, so it cannot be taken for a JWT. */
export function newKey(organisationId: number, clientId: number): { key: string; hash: Buffer } {
  const secret = randomBytes(32).toString('hex');
  return { key: `tsk_${organisationId}_${clientId}_${secret}`, hash: hashSecret(secret) };
}

/** Undefined when the text is not of the form of a key. */
export function parseKey(key: string): KeyParts | undefined {
  const known = parsed.get(key);
  if (known) return known;
  const match = /^tsk_([1-9]\d{0,14})_([1-9]\d{0,14})_([0-9a-f]{64})$/.exec(key);
  if (!match) return undefined;
  const parts = {
    organisationId: Number(match[1]),
    clientId: Number(match[2]),
    hash: hashSecret(match[3] as string),
  };
  if (parsed.size >= most) parsed.clear();
  parsed.set(key, parts);
  return parts;
}

/** What keys look like inside, right or wrong ones: the same few come with all requests, and hashing takes longer than finding. */
const parsed = new Map<string, KeyParts>();
const most = 1000;

/** SHA-256 is enough for a secret of 256 random bits: there is nothing to guess. */
function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
