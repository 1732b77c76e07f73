import { retentionDays, settingsOf } from '#domain/organisation.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation } from '../periodic.ts';
import { day, inBatches } from './batches.ts';

/**
 * Deletes deliveries of webhooks that have been over for as long as their organisation wants. Idempotent and safe on several servers at
 * once.
 *
 * @param size how many at a time
 * @returns how many deliveries were deleted
 * @throws the first failure, after all organisations had their turn
 */
export async function pruneDeliveries(store: Store, now: Date, size = 1000): Promise<number> {
  const before = (days: number) => new Date(now.getTime() - days * day);
  const ids = await store.deliveryPruning.organisations(before(retentionDays.delivery.minimum));
  return forEachOrganisation(store, now, ids, ({ organisation: { id, settings } }) => {
    const over = before(settingsOf({ settings }).deliveryRetentionDays);
    return inBatches(size, () => store.deliveryPruning.prune(id, over, size));
  });
}
