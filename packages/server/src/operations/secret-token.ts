import { type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Organisation } from '#domain/organisation.ts';
import { organisationHmac, organisationKey } from '#store/organisation-hmac.ts';

type Named = Pick<Organisation, 'id' | 'digestKey'>;

/** What a link without a key opens; a token of one kind opens nothing of the other. In hex, as they stand in what is signed. */
const kinds = { pass: hexOf('pass'), evidence: hexOf('evidence') };
type Kind = keyof typeof kinds;

// Bytes of a token: organisation (8), what it opens (16), and what only this server can compute of them (16, which nobody guesses). They
// are put together as hex digits: one text becomes bytes at much less cost than several buffers.
const macDigits = 32;
const form = /^[A-Za-z0-9_-]{54}$/;

/**
 * A token for a link that needs no key: nobody can make one up, and nothing of it is stored (architecture.md, Settled 19).
 *
 * @param id a UUID
 * @returns 54 characters of base64url
 */
export function tokenOf(kind: Kind, organisation: Named, id: string): string {
  const key = organisationKey(organisation);
  const known = tokens.get(kind + id);
  if (known?.key === key) return known.token;
  const token = makeToken(kind, organisation, id);
  if (tokens.size >= most) tokens.clear();
  tokens.set(kind + id, { key, token });
  return token;
}

/** The last that were shown, with the key of their organisation: to make them was a third of the work on an account with many passes. */
const tokens = new Map<string, { key: KeyObject; token: string }>();
const most = 10_000;

function makeToken(kind: Kind, organisation: Named, id: string): string {
  const head = organisation.id.toString(16).padStart(16, '0') + id.replaceAll('-', '');
  const mac = organisationHmac(organisation)
    .update(kinds[kind] + head, 'hex')
    .digest('hex')
    .slice(0, macDigits);
  return Buffer.from(head + mac, 'hex').toString('base64url');
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
  const id = bytes.toString('hex', 8, 24).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  // Not kept: whoever asks by made-up links would push out those that are shown.
  return timingSafeEqual(bytes, Buffer.from(makeToken(kind, organisation, id), 'base64url')) ? id : undefined;
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
