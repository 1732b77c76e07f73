import type { Organisation } from '#domain/organisation.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation } from '../periodic.ts';
import { day, inBatches } from './batches.ts';

/**
 * Changes that are kept although their time is over, because webhooks still need them: `dispatch`, nobody has made deliveries of
 * them yet (no worker runs); `deliveries`, some wait to be sent (the endpoint fails, or the subscription is switched off).
 */
export type HeldBack = {
  organisation: Pick<Organisation, 'id' | 'slug'>;
  by: 'dispatch' | 'deliveries';
  /** When the oldest of them was made. */
  since: Date;
};

/** What is not caught up with in this time deserves a word. */
const patience = day;

/**
 * Cuts off the beginning of the change log of organisations that do not keep it for ever: changes, their audit records, and what
 * was written, but for the newest state before the cut: with it every instant after the cut can still be told. In the order of numbers
 * and without gaps, so that a follower's position is either complete or refused; never what a webhook may still need. Idempotent and
 * safe on several servers at once.
 *
 * @param report is told of organisations whose changes have been held back for more than a day
 * @param size how many at a time: 500 hold the organisation's lock for some 12 ms
 * @returns how many changes were deleted
 * @throws the first failure, after all organisations had their turn
 */
export async function pruneChanges(
  store: Store,
  now: Date,
  report: (held: HeldBack) => void = () => {},
  size = 500,
): Promise<number> {
  const ids = await store.changePruning.organisations();
  return forEachOrganisation(store, now, ids, async ({ organisation }) => {
    const { id, slug, settings } = organisation;
    const { changeRetentionDays } = settings;
    if (changeRetentionDays === undefined) return 0; // decided so since
    const before = new Date(now.getTime() - changeRetentionDays * day);
    return inBatches(size, async () => {
      const plan = await store.changePruning.plan(id, before, size);
      const { heldBack: held } = plan;
      if (held && before.getTime() - held.since.getTime() > patience) report({ organisation: { id, slug }, ...held });
      return plan.cut > plan.prunedTo ? store.changePruning.carryOut(id, plan) : 0;
    });
  });
}
