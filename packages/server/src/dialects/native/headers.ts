import { positionHeader } from '#http/position.ts';

/** Media types of a merge patch (RFC 7396). */
export const mergePatchTypes = ['application/merge-patch+json', 'application/json'] as const;

export const ifMatchHeader = { 'If-Match': 'Entity tag from the last read; 412 when it has changed since' };
export const ifNoneMatchHeader = { 'If-None-Match': 'Entity tag from the last read; 304 when it is still the same' };
export const positionRequest = { [positionHeader]: '' };
export const idempotencyHeader = {
  'Idempotency-Key': '1 to 255 printable ASCII characters; a repeat within 24 hours gets the same answer',
};
