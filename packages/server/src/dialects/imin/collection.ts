/** Items per page of every collection (imin.md 2.7). */
export const itemsPerPage = 50;

const contexts = ['https://openactive.io/', 'https://schema.imin.co/', 'https://openactive.io/ns-beta'];

/**
 * One page in the envelope of every collection (imin.md 2.7). An empty collection has one page.
 *
 * @param url URL of the collection, without query
 * @param page the page asked for, from 1; undefined when the request named none
 * @returns undefined when the page is beyond the last
 */
export function collectionPage(url: string, items: readonly object[], page: number | undefined): object | undefined {
  const current = page ?? 1;
  const pages = Math.max(1, Math.ceil(items.length / itemsPerPage));
  if (current > pages) return undefined;
  const pageUrl = (number: number) => `${url}?page=${number}`;
  const id = page === undefined ? url : pageUrl(page);
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
      urlTemplate: `${url}?page={page}`,
    },
    ...(shown.length > 0 ? { 'imin:item': shown } : {}),
  };
}
