import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import { errorAnswer, kinds } from './error-body.ts';

/** Items per page of every collection (imin.md 2.7). */
export const itemsPerPage = 50;

const contexts = ['https://openactive.io/', 'https://schema.imin.co/', 'https://openactive.io/ns-beta'];

/**
 * The answer to a request for a page of a collection; 404 when there is no such page.
 *
 * @param url URL of the collection, without query
 */
export function collectionAnswer({ actor, query }: Call, url: string, items: readonly object[]): Answer {
  const { page, ...filter } = query as { page?: number } & Record<string, string>;
  const body = collectionPage(url, items, page, filter);
  if (body) return { status: 200, body };
  const place = { baseUrl: actor.organisation.baseUrl, requestId: actor.requestId };
  return errorAnswer(kinds.notFound, 'The collection has no such page.', place);
}

/**
 * One page in the envelope of every collection (imin.md 2.7). An empty collection has one page.
 *
 * @param url URL of the collection, without query
 * @param page the page asked for, from 1; undefined when the request named none
 * @param filter further parameters of the request, which its pages keep
 * @returns undefined when the page is beyond the last
 */
export function collectionPage(
  url: string,
  items: readonly object[],
  page: number | undefined,
  filter: Readonly<Record<string, string>> = {},
): object | undefined {
  const current = page ?? 1;
  const pages = Math.max(1, Math.ceil(items.length / itemsPerPage));
  if (current > pages) return undefined;
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
