import type { DueCustomer } from '#store/customers.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation, workThrough } from '../periodic.ts';
import { eraseCustomer } from './erase.ts';

/**
 * Erases every customer whose expiration date has passed. Idempotent and safe on several servers at once: each erasure is guarded by
 * the customer's version and looks at the date again. A customer who cannot be erased now holds up neither the others nor
 * other organisations, and is tried again the next time.
 *
 * @returns how many customers were erased
 * @throws the first failure, after all organisations had their turn
 */
export async function expireCustomers(store: Store, now: Date): Promise<number> {
  const isDue = ({ expiresAt }: { expiresAt?: string }) => expiresAt !== undefined && new Date(expiresAt) <= now;
  return forEachOrganisation(store, now, await store.customers.organisationsWithDue(now), (actor) =>
    workThrough(
      (limit, after: DueCustomer | undefined) => store.customers.due(actor.organisation.id, now, limit, after),
      async ({ number: customerNumber }) =>
        Number(await eraseCustomer(store, actor, { customerNumber }, { cause: 'expiry', when: isDue })),
    ),
  );
}
