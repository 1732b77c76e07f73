import { Refusal } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';

/** Items per page of every collection (imin.md 2.7). */
export const itemsPerPage = 50;

const contexts = ['https://openactive.io/', 'https://schema.imin.co/', 'https://openactive.io/ns-beta'];

/**
 * How many pages a collection of so many items has; an empty one has one.
 *
 * @param page the page asked for, from 1
 * @throws Refusal `not-found` when it is beyond the last
 */
export function assertPage(count: number, page = 1): number {
  const pages = Math.max(1, Math.ceil(count / itemsPerPage));
  if (page > pages) throw new Refusal({ kind: 'not-found', subject: 'page' });
  return pages;
}

/**
 * The answer to a request for a page of a collection.
 *
 * @param url URL of the collection, without query
 * @throws Refusal `not-found`
 */
export function collectionAnswer({ query }: Call, url: string, items: readonly object[]): Answer {
  const { page, ...filter } = query as { page?: number } & Record<string, string>;
  return { status: 200, body: collectionPage(url, items, page, filter) };
}

/**
 * One page in the envelope of every collection (imin.md 2.7).
 *
 * @param url URL of the collection, without query
 * @param page the page asked for, from 1; undefined when the request named none
 * @param filter further parameters of the request, which its pages keep
 * @throws Refusal `not-found` when the page is beyond the last
 */
export function collectionPage(
  url: string,
  items: readonly object[],
  page: number | undefined,
  filter: Readonly<Record<string, string>> = {},
): object {
  const current = page ?? 1;
  const pages = assertPage(items.length, page);
  const filters = Object.entries(filter).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const pageUrl = (number: number | string) => `${url}?${[...filters, `page=${number}`].join('&')}`;
  const unnumbered = filters.length === 0 ? url : `${url}?${filters.join('&')}`;
  const id = page === undefined ? unnumbered : pageUrl(page);
  const shown = items.slice((current - 1) * itemsPerPage, current * itemsPerPage);
  return {
    '@context': contexts,
    id,
    type: 'imin:RestrictedCollection',
    'imin:totalItems': items.length,
    view: {
      id,
      type: 'PartialCollectionView',
      first: pageUrl(1),
      last: pageUrl(pages),
      ...(current < pages ? { next: pageUrl(current + 1) } : {}),
      ...(current > 1 ? { previous: pageUrl(current - 1) } : {}),
      'imin:currentPage': current,
      'imin:itemsPerPage': itemsPerPage,
      'imin:totalPages': pages,
      urlTemplate: pageUrl('{page}'),
    },
    ...(shown.length > 0 ? { 'imin:item': shown } : {}),
  };
}
