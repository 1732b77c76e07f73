import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const cipher = 'aes-256-gcm';
const format = 1;
const nonceLength = 12;
const tagLength = 16;
const headLength = 2;

/** Where a file belongs; opens only there. */
export type SealedPlace = { organisationId: number; customerNumber: number; evidenceId: string; fileId: string };

/**
 * A name of the key that tells nothing of it, to notice that it is another one.
 *
 * @returns 32 hexadecimal digits
 */
export function fingerprintOf(key: Buffer): string {
  return createHmac('sha256', key).update('tessera evidence key').digest('hex').slice(0, 32);
}

/**
 * Encrypts a file and binds it to its place: AES-256-GCM with a random nonce.
 *
 * @param key 32 bytes
 * @returns format, first byte of the key's fingerprint, nonce, what is encrypted, tag
 */
export function seal(key: Buffer, place: SealedPlace, bytes: Buffer): Buffer {
  const head = headOf(key);
  const nonce = randomBytes(nonceLength);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagLength }).setAAD(boundTo(head, place));
  const body = sealing.update(bytes);
  return Buffer.concat([head, nonce, body, sealing.final(), sealing.getAuthTag()]);
}

/**
 * Decrypts what {@link seal} returned for the same key and place.
 *
 * @throws Error when it was sealed with another key or for another place, or is not what was sealed
 */
export function open(key: Buffer, place: SealedPlace, sealed: Buffer): Buffer {
  const head = headOf(key);
  if (sealed.length < headLength + nonceLength + tagLength || sealed[0] !== format)
    throw new Error('This is not a sealed file.');
  if (sealed[1] !== head[1]) throw new Error('The file was sealed with another key.');
  const nonce = sealed.subarray(headLength, headLength + nonceLength);
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagLength })
    .setAAD(boundTo(head, place))
    .setAuthTag(sealed.subarray(-tagLength));
  const bytes = opening.update(sealed.subarray(headLength + nonceLength, -tagLength));
  try {
    opening.final();
  } catch (cause) {
    throw new Error('The file was sealed with another key or for another place, or was changed since.', { cause });
  }
  return bytes;
}

function headOf(key: Buffer): Buffer {
  return Buffer.concat([Buffer.of(format), Buffer.from(fingerprintOf(key), 'hex').subarray(0, 1)]);
}

/** What is authenticated besides the content: a file that is moved to another row does not open. */
function boundTo(head: Buffer, { organisationId, customerNumber, evidenceId, fileId }: SealedPlace): Buffer {
  return Buffer.concat([head, Buffer.from(JSON.stringify([organisationId, customerNumber, evidenceId, fileId]))]);
}
