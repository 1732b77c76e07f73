import { createHash } from 'node:crypto';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';

/** A list of entity tags, or `*` (RFC 9110, 13.1). */
export type Tags = '*' | { tag: string; weak: boolean }[];

/** Parses If-Match / If-None-Match; undefined when absent. Throws Refusal `invalid` when it is not a list of entity tags. */
export function parseTags(name: 'If-Match' | 'If-None-Match', header: string | undefined): Tags | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (text === '*') return '*';
  const form = /^\s*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")\s*(?:,|$)/;
  const tags: { tag: string; weak: boolean }[] = [];
  // Empty elements of a list are ignored (RFC 9110, 5.6.1).
  for (let rest = text.replace(/^[\s,]+/, ''); rest !== ''; ) {
    const match = form.exec(rest);
    if (!match)
      throw new Refusal({
        kind: 'invalid',
        in: 'header',
        faults: [{ path: [name], code: 'format', message: 'must be * or a list of quoted entity tags' }],
      });
    tags.push({ tag: match[2] as string, weak: match[1] !== undefined });
    rest = rest.slice(match[0].length).replace(/^[\s,]+/, '');
  }
  if (tags.length === 0)
    throw new Refusal({
      kind: 'invalid',
      in: 'header',
      faults: [{ path: [name], code: 'format', message: 'must not be empty' }],
    });
  return tags;
}

/** If-Match: strong comparison; any of the present tags may match. */
export function matches(tags: Tags, present: readonly string[]): boolean {
  return tags === '*' || tags.some(({ tag, weak }) => !weak && present.includes(tag));
}

/** If-None-Match on reads: weak comparison. */
export function matchesWeakly(tags: Tags, present: string): boolean {
  return tags === '*' || tags.some(({ tag }) => tag === present);
}

/**
 * What the entity tag of something that shows addresses below the base URL adds to its version, which stays when the base URL moves.
 * Empty as long as nothing of the organisation has changed.
 */
export function baseMark({ baseUrl, version }: Pick<Organisation, 'baseUrl' | 'version'>): string {
  return version === 1 ? '' : `-${createHash('sha256').update(baseUrl).digest('hex').slice(0, 12)}`;
}
