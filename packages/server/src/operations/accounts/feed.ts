import type { Actor } from '#domain/actor.ts';
import type { FeedItem } from '#store/account-feed.ts';
import type { Store } from '#store/store.ts';

export type { FeedItem } from '#store/account-feed.ts';

/**
 * A page of all accounts of the organisation in the order of their newest changes, those after a change number. Accounts that are gone
 * are in it, without anything but their identifier, until their tombstone ends. Following the numbers of the last items misses
 * nothing, however many write meanwhile.
 */
export function readAccountFeed(
  store: Store,
  { organisation }: Actor,
  page: { after: number; limit: number },
): Promise<FeedItem[]> {
  return store.accountFeed.after(organisation.id, page.after, page.limit);
}
