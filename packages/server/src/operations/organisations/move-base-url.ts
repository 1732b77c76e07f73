import type { Organisation } from '#domain/organisation.ts';
import { refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { baseUrlFault } from './base-url.ts';

/** Changes an organisation's public base URL. Throws Refusal `invalid` when it is not usable, or an account exists: its `@id`s are fixed. */
export async function moveBaseUrl(store: Store, organisation: Organisation, baseUrl: string): Promise<void> {
  refuseFaults(baseUrlFault(baseUrl));
  const others = (await store.organisations.list()).filter(({ id }) => id !== organisation.id);
  if (others.some((other) => other.baseUrl === baseUrl)) {
    refuseFaults([{ path: ['base-url'], code: 'taken', message: 'is already used by another organisation' }]);
  }
  if (await store.organisations.moveBaseUrl(organisation.id, baseUrl)) return;
  refuseFaults([
    { path: ['base-url'], code: 'fixed', message: 'cannot change once an account exists: it is part of every @id' },
  ]);
}
