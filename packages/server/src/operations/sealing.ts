import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const cipher = 'aes-256-gcm';
const format = 1;
const nonceLength = 12;
const tagLength = 16;
const headLength = 2;

/** What is sealed, and where it belongs: it opens only there. */
export type Sealable = {
  /** For sentences: "The file was sealed with another key." */
  noun: string;
  place: readonly (string | number)[];
};

/**
 * A name of a key that tells nothing of it, to notice that it is another one.
 *
 * @returns 32 hexadecimal digits
 */
export function fingerprintOf(key: Buffer): string {
  return createHmac('sha256', key).update('tessera evidence key').digest('hex').slice(0, 32);
}

/**
 * Encrypts bytes and binds them to their place: AES-256-GCM with a random nonce.
 *
 * @param key 32 bytes
 * @returns format, first byte of the key's fingerprint, nonce, what is encrypted, tag
 */
export function sealBytes(key: Buffer, { place }: Sealable, bytes: Buffer): Buffer {
  const head = headOf(key);
  const nonce = randomBytes(nonceLength);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagLength }).setAAD(boundTo(head, place));
  const body = sealing.update(bytes);
  return Buffer.concat([head, nonce, body, sealing.final(), sealing.getAuthTag()]);
}

/**
 * Decrypts what {@link sealBytes} returned for the same key and place.
 *
 * @throws Error when it was sealed with another key or for another place, or is not what was sealed
 */
export function openBytes(key: Buffer, { noun, place }: Sealable, sealed: Buffer): Buffer {
  const head = headOf(key);
  if (sealed.length < headLength + nonceLength + tagLength || sealed[0] !== format)
    throw new Error(`This is not a sealed ${noun}.`);
  if (sealed[1] !== head[1]) throw new Error(`The ${noun} was sealed with another key.`);
  const nonce = sealed.subarray(headLength, headLength + nonceLength);
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagLength })
    .setAAD(boundTo(head, place))
    .setAuthTag(sealed.subarray(-tagLength));
  const bytes = opening.update(sealed.subarray(headLength + nonceLength, -tagLength));
  try {
    opening.final();
  } catch (cause) {
    throw new Error(`The ${noun} was sealed with another key or for another place, or was changed since.`, { cause });
  }
  return bytes;
}

function headOf(key: Buffer): Buffer {
  return Buffer.concat([Buffer.of(format), Buffer.from(fingerprintOf(key), 'hex').subarray(0, 1)]);
}

/** What is authenticated besides the content: what is moved to another row does not open. */
function boundTo(head: Buffer, place: Sealable['place']): Buffer {
  return Buffer.concat([head, Buffer.from(JSON.stringify(place))]);
}
