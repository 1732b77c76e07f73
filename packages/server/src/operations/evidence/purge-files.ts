import type { Store } from '#store/store.ts';
import { forEachOrganisation } from '../periodic.ts';

/** Few at once: each may be of many megabytes. */
const batch = 20;

/**
 * Deletes every file whose time has come: a decision long enough ago, or an upload that was never completed. Idempotent and safe on
 * several servers at once. What fails for one organisation holds up no other, and is tried again the next time.
 *
 * @returns how many files were deleted
 * @throws the first failure, after all organisations had their turn
 */
export async function purgeFiles(store: Store, now: Date): Promise<number> {
  return forEachOrganisation(
    store,
    now,
    await store.evidenceFiles.organisationsWithDue(now),
    async ({ organisation }) => {
      let count = 0;
      for (let deleted = batch; deleted === batch; count += deleted) {
        deleted = await store.evidenceFiles.deleteDue(organisation.id, now, batch);
      }
      return count;
    },
  );
}
