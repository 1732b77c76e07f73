import type { Actor } from '#domain/actor.ts';
import type { FeedItem } from '#store/account-feed.ts';
import type { Positioned } from '#store/positioned-reads.ts';
import type { Store } from '#store/store.ts';

export type { FeedItem } from '#store/account-feed.ts';

/**
 * A page of all accounts of the organisation in the order of their newest changes, those after a change number. Accounts that are gone
 * are in it, without anything but their identifier, until their tombstone ends. Following the numbers of the last items misses
 * nothing, however many write meanwhile, and whichever database answers.
 *
 * @param page.least a change that the page has to take into account
 * @returns also the position of what was read
 */
export function readAccountFeed(
  store: Store,
  { organisation: { id } }: Actor,
  { after, limit, least }: { after: number; limit: number; least?: number | undefined },
): Promise<Positioned<{ items: FeedItem[] }>> {
  return store.positioned.readOf(
    id,
    async ({ accountFeed }) => ({ items: await accountFeed.after(id, after, limit) }),
    least,
  );
}
