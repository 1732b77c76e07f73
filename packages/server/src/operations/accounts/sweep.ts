import { type Actor, todayOf } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import { addDays } from '#domain/time.ts';
import type { Visit } from '#store/boundaries.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation, workThrough } from '../periodic.ts';
import { changeAggregate } from '../write.ts';

/**
 * The day-boundary job: gives a new version and a change to every account whose shown entitlements changed because a day began, and
 * ends what is over or overdue (openactive.md 3.2, 3.6). Idempotent, safe on several servers at once, catches up after any downtime
 * with one version per account. Reads are right without it; the feed depends on it.
 *
 * @returns how many accounts were changed
 * @throws the first failure, after all organisations had their turn
 */
export async function sweepAccounts(store: Store, now: Date): Promise<number> {
  // No local date is ahead of the one in UTC+14.
  const latest = addDays(now.toISOString().slice(0, 10), 1);
  return forEachOrganisation(store, now, await store.boundaries.organisations(latest), (actor) => {
    const visited = new Set<number>();
    return workThrough(
      (limit, after: Visit | undefined) => store.boundaries.due(actor.organisation.id, todayOf(actor), limit, after),
      async ({ customerNumber }) => {
        // All accounts of a customer are done at once.
        if (visited.has(customerNumber)) return 0;
        visited.add(customerNumber);
        return sweep(store, actor, customerNumber);
      },
    );
  });
}

/** How many of a customer's accounts the day has changed. */
async function sweep(store: Store, actor: Actor, customerNumber: number): Promise<number> {
  const today = todayOf(actor);
  let swept = 0;
  try {
    await changeAggregate(
      store,
      actor,
      { customerNumber },
      {
        operation: 'accounts.sweep',
        edit: (aggregate) => {
          const accounts = aggregate.accounts.map((account) => {
            const due = account.nextBoundary !== undefined && account.nextBoundary <= today;
            // A copy counts as touched: what days do to it is done by every write.
            return due ? { ...account } : account;
          });
          swept = accounts.filter((account, index) => account !== aggregate.accounts[index]).length;
          return { ...aggregate, accounts };
        },
      },
    );
    return swept;
  } catch (error) {
    // Deleted or erased since it was listed.
    if (error instanceof Refusal && ['not-found', 'gone'].includes(error.reason.kind)) return 0;
    throw error;
  }
}
