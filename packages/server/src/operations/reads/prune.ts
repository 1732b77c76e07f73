import { type Organisation, settingsOf } from '#domain/organisation.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation } from '../periodic.ts';

const day = 24 * 3_600_000;
/** Of so many customers, and so many records, at a time. */
const batch = { customers: 1000, limit: 5000 };

/**
 * Deletes records of reads, and what is known of gaps in them, that are older than their organisation keeps them. The records are not
 * in the order of time, so this walks past every customer who has some: for once a day, not for every minute.
 *
 * @returns how many records were deleted
 * @throws the first failure, after all organisations had their turn
 */
export async function pruneReads(store: Store, now: Date): Promise<number> {
  const organisations = await store.organisations.list();
  // A killed process may have read of any organisation: that is known as long as one of them keeps its records.
  const longest = Math.max(0, ...organisations.map((one) => settingsOf(one).readRetentionDays));
  await store.readTrace.pruneRecorders(new Date(now.getTime() - longest * day));
  const ids = organisations.map(({ id }) => id);
  return forEachOrganisation(store, now, ids, ({ organisation }) => pruneOf(store, organisation, now));
}

async function pruneOf({ readTrace }: Store, organisation: Organisation, now: Date): Promise<number> {
  const { id } = organisation;
  const before = new Date(now.getTime() - settingsOf(organisation).readRetentionDays * day);
  let count = 0;
  for (let from: number | undefined = 0; from !== undefined; ) {
    const { deleted, next } = await readTrace.prune(id, { before, from, ...batch });
    count += deleted;
    from = next;
  }
  await readTrace.pruneGaps(id, before);
  return count;
}
