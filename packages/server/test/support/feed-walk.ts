import assert from 'node:assert/strict';
import { publicUrl, type TestResponse, type TestServer } from './server.ts';

/** An item of OpenActive's feed. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export type FeedItem = { state: string; kind: string; id: string; modified: number; data?: any };

/** One page as a follower gets it. */
export type FeedPage = { url: string; response: TestResponse; items: FeedItem[] };

export const feedPath = '/openactive/feeds/customer-accounts';

/** One page by its address; `undefined` is the first. Anything but 200 fails. */
export async function feedPage(
  { send }: Pick<TestServer, 'send'>,
  url = `${publicUrl}${feedPath}`,
  key?: string,
): Promise<FeedPage> {
  const response = await send('GET', url.slice(publicUrl.length), { key });
  assert.equal(response.status, 200, response.text);
  return { url, response, items: response.body.items };
}

/**
 * Follows the feed from a page to the last one, the empty page included, as a new client: an empty page is nobody's twice within
 * seconds.
 */
export async function walkFeed(
  server: Pick<TestServer, 'send' | 'keyWith'>,
  from?: string,
  between: () => Promise<unknown> = async () => {},
): Promise<FeedPage[]> {
  const { key } = await server.keyWith(['openactive-customeraccount-query']);
  const pages = [await feedPage(server, from, key)];
  for (let page = pages[0] as FeedPage; page.items.length > 0; pages.push(page)) {
    await between();
    assert.notEqual(page.response.body.next, page.url, 'a page with items is not the last');
    page = await feedPage(server, page.response.body.next, key);
  }
  return pages;
}

/** What a follower knows after these pages: the last item of each id. */
export function followed(pages: readonly FeedPage[]): Map<string, FeedItem> {
  return new Map(pages.flatMap(({ items }) => items.map((item) => [item.id, item] as const)));
}
