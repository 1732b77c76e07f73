import { randomFillSync } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { V7Generator } from 'uuidv7';

// The library's own source asks the system for 32 bytes at a time, which costs more than the rest of an id.
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

/** A new id for a request: a UUIDv7 in lower case, from the system's random numbers. */
export function newRequestId(): string {
  return generator.generate().toString();
}

/** The caller's id if it is 1..128 visible ASCII characters, otherwise ours (entur.md 1.2). */
export function correlationIdOf({ headers, id }: FastifyRequest): string {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : id;
}
