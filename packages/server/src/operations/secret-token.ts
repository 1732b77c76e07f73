import { timingSafeEqual } from 'node:crypto';
import type { Organisation } from '#domain/organisation.ts';
import { organisationHmac } from '#store/organisation-hmac.ts';

type Named = Pick<Organisation, 'id' | 'digestKey'>;

/** What a link without a key opens; a token of one kind opens nothing of the other. */
type Kind = 'pass' | 'evidence';

/** Bytes of a token: organisation (8), what it opens (16), and what only this server can compute of them (16, which nobody guesses). */
const idBytes = 16;
const headBytes = 8 + idBytes;
const macBytes = 16;
const form = /^[A-Za-z0-9_-]{54}$/;

/**
 * A token for a link that needs no key: nobody can make one up, and nothing of it is stored (architecture.md, Settled 19).
 *
 * @param id a UUID
 * @returns 54 characters of base64url
 */
export function tokenOf(kind: Kind, organisation: Named, id: string): string {
  const head = Buffer.alloc(headBytes);
  head.writeBigUInt64BE(BigInt(organisation.id));
  head.write(id.replaceAll('-', ''), headBytes - idBytes, 'hex');
  return Buffer.concat([head, macOf(kind, organisation, head)]).toString('base64url');
}

/** The organisation that a token says it is of; undefined when it is no token at all. Whether it is genuine, {@link idIn} says. */
export function organisationIn(token: string): number | undefined {
  if (!form.test(token)) return undefined;
  const id = Number(Buffer.from(token, 'base64url').readBigUInt64BE());
  return Number.isSafeInteger(id) ? id : undefined;
}

/** The id that a genuine token of this kind and organisation stands for, else undefined. Compared in constant time. */
export function idIn(kind: Kind, organisation: Named, token: string): string | undefined {
  if (organisationIn(token) !== organisation.id) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const head = bytes.subarray(0, headBytes);
  if (!timingSafeEqual(bytes.subarray(headBytes), macOf(kind, organisation, head))) return undefined;
  const hex = head.toString('hex', headBytes - idBytes);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function macOf(kind: Kind, organisation: Named, head: Buffer): Buffer {
  return organisationHmac(organisation).update(kind).update(head).digest().subarray(0, macBytes);
}
