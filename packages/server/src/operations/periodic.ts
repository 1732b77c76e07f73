import type { Actor } from '#domain/actor.ts';
import type { Store } from '#store/store.ts';
import { tesseraActor } from './tessera-actor.ts';

/** At most so many at a time: others write meanwhile (architecture.md, Settled 1). */
const batch = 200;

/**
 * Does periodic work for one organisation after the other. What fails for one holds up no other.
 *
 * @param ids organisations that have work to do
 * @param work does it, and says how much
 * @returns how much was done
 * @throws the first failure, after all organisations had their turn
 */
export async function forEachOrganisation(
  store: Store,
  now: Date,
  ids: readonly number[],
  work: (actor: Actor) => Promise<number>,
): Promise<number> {
  let count = 0;
  const failures: unknown[] = [];
  for (const id of ids) {
    const organisation = await store.organisations.get(id);
    if (!organisation) continue;
    try {
      count += await work(tesseraActor(organisation, 'job', now));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return count;
}

/**
 * Works through everything that is due, in batches and in an order, each once: what cannot be done now holds up nothing else, and is
 * due again the next time.
 *
 * @param due at most so many that are due, those after the given one
 * @param work does one, and says how much that was
 * @returns how much was done
 * @throws the first failure, after everything had its turn
 */
export async function workThrough<T>(
  due: (limit: number, after: T | undefined) => Promise<T[]>,
  work: (one: T) => Promise<number>,
): Promise<number> {
  let count = 0;
  const failures: unknown[] = [];
  let ones = await due(batch, undefined);
  while (ones.length > 0) {
    for (const result of await Promise.allSettled(ones.map(work))) {
      if (result.status === 'fulfilled') count += result.value;
      else failures.push(result.reason);
    }
    ones = ones.length < batch ? [] : await due(batch, ones.at(-1));
  }
  if (failures.length > 0) throw failures[0];
  return count;
}
