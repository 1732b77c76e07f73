import type { Organisation } from '#domain/organisation.ts';
import type { Store } from '#store/store.ts';

/** A slug that is free, made from the last path segment of a scheme's URI, else from its title. */
export async function freeSlug(store: Store, { id }: Organisation, uri: string, title: string): Promise<string> {
  const wanted = [lastSegment(uri), title].map(slugOf).find((slug) => slug !== '') ?? 'list';
  for (let count = 1; ; count += 1) {
    const slug = withCount(wanted, count, 60);
    if (!(await store.entitlementLists.find(id, slug))) return slug;
  }
}

/**
 * Makes ids for adopted concepts: what follows `#` in the URI, else the last path segment, in characters that need no escaping; each
 * once.
 *
 * @param taken ids that exist; grows by each id that is made
 */
export function typeIdMaker(taken: Set<string>): (uri: string) => string {
  const counts = new Map<string, number>();
  return (uri) => {
    const wanted = plainId(uri);
    let count = counts.get(wanted) ?? 1;
    while (taken.has(withCount(wanted, count, 100))) count += 1;
    counts.set(wanted, count + 1);
    const id = withCount(wanted, count, 100);
    taken.add(id);
    return id;
  };
}

function plainId(uri: string): string {
  const fragment = decoded(new URL(uri).hash.slice(1));
  return [fragment, lastSegment(uri)].map(plainText).find((id) => id !== '') ?? 'type';
}

function plainText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._~-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
}

function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
}

function lastSegment(uri: string): string {
  return decoded(new URL(uri).pathname.split('/').findLast((segment) => segment !== '') ?? '');
}

/** The second of that name gets `-2`. */
function withCount(name: string, count: number, length: number): string {
  const suffix = count === 1 ? '' : `-${count}`;
  return name.slice(0, length - suffix.length) + suffix;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that escapes nothing
  }
}
