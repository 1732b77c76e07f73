import type { Store } from '#store/store.ts';
import { type ChangePage, readChanges, type Search } from './read.ts';

/** How long to wait for a change, and what ends that before its time. */
export type Patience = {
  milliseconds: number;
  /** Called once, and only if there really is something to wait for. */
  wait: () => AbortSignal;
};

/**
 * As {@link readChanges}; when there is nothing new, waits until there is. Returns an empty page when the time is over or the signal says
 * so, and when so many unwanted changes were looked at that their position is worth knowing.
 *
 * @throws Refusal as readChanges, and what `wait` throws
 */
export async function awaitChanges(
  store: Store,
  organisationId: number,
  search: Search,
  { milliseconds, wait }: Patience,
): Promise<ChangePage> {
  const until = performance.now() + milliseconds;
  let page = await readChanges(store, organisationId, search);
  let over: AbortSignal | undefined;
  while (page.items.length === 0 && page.position >= page.newest) {
    const left = until - performance.now();
    if (left <= 0) break;
    over ??= wait();
    await store.positions.grown(organisationId, page.position, left, over);
    if (over.aborted) break;
    page = await readChanges(store, organisationId, { ...search, after: page.position });
  }
  return page;
}
