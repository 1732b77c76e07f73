import { retentionDays, settingsOf } from '#domain/organisation.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation } from '../periodic.ts';
import { day, inBatches } from './batches.ts';

/**
 * Takes accounts that are gone out of the feed when they have been in it for as long as their organisation wants. What stays of an
 * identifier cannot be read: it keeps erased ones from being used again, and deleted ones from repeating a version. Idempotent and safe
 * on several servers at once.
 *
 * @param size how many at a time
 * @returns how many accounts
 * @throws the first failure, after all organisations had their turn
 */
export async function endTombstones(store: Store, now: Date, size = 200): Promise<number> {
  const before = (days: number) => new Date(now.getTime() - days * day);
  const ids = await store.tombstones.organisations(before(retentionDays.tombstone.minimum));
  return forEachOrganisation(store, now, ids, ({ organisation }) => {
    const over = before(settingsOf(organisation).tombstoneRetentionDays);
    return inBatches(size, async () => {
      const due = await store.tombstones.due(organisation.id, over, size);
      return due.length === 0 ? 0 : store.tombstones.end(organisation, due);
    });
  });
}
