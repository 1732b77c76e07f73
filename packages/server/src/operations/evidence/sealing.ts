import { openBytes, type Sealable, sealBytes } from '../sealing.ts';

export { fingerprintOf } from '../sealing.ts';

/** Where a file belongs; opens only there. */
export type SealedPlace = { organisationId: number; customerNumber: number; evidenceId: string; fileId: string };

/**
 * Encrypts a file and binds it to its place; see {@link sealBytes}.
 *
 * @param key 32 bytes
 */
export function seal(key: Buffer, place: SealedPlace, bytes: Buffer): Buffer {
  return sealBytes(key, fileAt(place), bytes);
}

/**
 * Decrypts what {@link seal} returned for the same key and place.
 *
 * @throws Error when it was sealed with another key or for another place, or is not what was sealed
 */
export function open(key: Buffer, place: SealedPlace, sealed: Buffer): Buffer {
  return openBytes(key, fileAt(place), sealed);
}

function fileAt({ organisationId, customerNumber, evidenceId, fileId }: SealedPlace): Sealable {
  return { noun: 'file', place: [organisationId, customerNumber, evidenceId, fileId] };
}
