import type { Store } from '#store/store.ts';
import { tesseraActor } from '../tessera-actor.ts';
import { eraseCustomer } from './erase.ts';

const batch = 200;

/**
 * Erases every customer whose expiration date has passed, in batches of at most 200. Idempotent and safe on several servers at
 * once: each erasure is guarded by the customer's version and looks at the date again. A customer who cannot be erased now holds up
 * neither the others nor other organisations, and is tried again the next time.
 *
 * @returns how many customers were erased
 * @throws the first failure, after all organisations had their turn
 */
export async function expireCustomers(store: Store, now: Date): Promise<number> {
  let count = 0;
  const failures: unknown[] = [];
  for (const id of await store.customers.organisationsWithDue(now)) {
    const organisation = await store.organisations.get(id);
    if (!organisation) continue;
    const actor = tesseraActor(organisation, 'job', now);
    let more = true;
    while (more) {
      const due = await store.customers.due(id, now, batch);
      const isDue = ({ expiresAt }: { expiresAt?: string }) => expiresAt !== undefined && new Date(expiresAt) <= now;
      const results = await Promise.allSettled(
        due.map((customerNumber) => eraseCustomer(store, actor, { customerNumber }, { cause: 'expiry', when: isDue })),
      );
      const failed = results.filter((result) => result.status === 'rejected');
      failures.push(...failed.map(({ reason }) => reason));
      count += results.filter((result) => result.status === 'fulfilled' && result.value).length;
      // Who could not be erased would be due again at once.
      more = due.length === batch && failed.length === 0;
    }
  }
  if (failures.length > 0) throw failures[0];
  return count;
}
