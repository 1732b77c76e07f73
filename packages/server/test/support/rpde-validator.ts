import { createRequire } from 'node:module';
import type { FeedPage } from './feed-walk.ts';

type Page = {
  url: string;
  json: object;
  pageIndex: number;
  contentType: string;
  cacheControl: string;
  status: number;
  isInitialHarvestComplete: boolean;
  isOrdersFeed: boolean;
};

/** It remembers the pages it has seen: one for each walk. */
type Checker = { validateRpdePage: (page: Page) => { type: string; message: string }[] };

// Plain JavaScript without types.
const require = createRequire(import.meta.url);
const { FeedPageChecker } = require('@openactive/rpde-validator') as { FeedPageChecker: new () => Checker };

/** The failures that `@openactive/rpde-validator` finds in the pages of a walk through a private feed (openactive.md 6, C6). */
export function rpdeFailures(pages: readonly FeedPage[]): string[] {
  const checker = new FeedPageChecker();
  return pages.flatMap(({ url, response }, pageIndex) => {
    const page = {
      url,
      json: response.body,
      pageIndex,
      contentType: response.headers['content-type'] ?? '',
      cacheControl: response.headers['cache-control'] ?? '',
      status: response.status,
    };
    const found = checker.validateRpdePage({ ...page, isInitialHarvestComplete: true, isOrdersFeed: true });
    return found.map(({ type, message }) => `${url} ${type}: ${message}`);
  });
}
