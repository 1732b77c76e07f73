import type { Store } from '#store/store.ts';
import { tesseraActor } from '../tessera-actor.ts';
import { eraseCustomer } from './erase.ts';

const batch = 200;

/**
 * Erases every customer whose expiration date has passed, in batches of at most 200. Idempotent and safe on several servers at
 * once: each erasure is guarded by the customer's version and looks at the date again.
 *
 * @returns how many customers were erased
 */
export async function expireCustomers(store: Store, now: Date): Promise<number> {
  let count = 0;
  for (const id of await store.customers.organisationsWithDue(now)) {
    const organisation = await store.organisations.get(id);
    if (!organisation) continue;
    const actor = tesseraActor(organisation, 'job', now);
    for (;;) {
      const due = await store.customers.due(id, now, batch);
      const isDue = ({ expiresAt }: { expiresAt?: string }) => expiresAt !== undefined && new Date(expiresAt) <= now;
      const erased = await Promise.all(
        due.map((customerNumber) => eraseCustomer(store, actor, { customerNumber }, { cause: 'expiry', when: isDue })),
      );
      count += erased.filter(Boolean).length;
      if (due.length < batch) break;
    }
  }
  return count;
}
