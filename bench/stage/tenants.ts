import { createKey } from '../../packages/server/src/operations/clients/create-key.ts';
import { createOrganisation } from '../../packages/server/src/operations/organisations/create.ts';
import { openStore } from '../../packages/server/src/store/store.ts';
import { loadAccounts } from '../growth/load-accounts.ts';
import { keyLimits, publicUrl } from '../server.ts';
import type { Database } from './database.ts';

/** An organisation with accounts 1 to n as growth/load-accounts.ts makes them. */
export type Tenant = {
  id: number;
  key: string;
  /** Allows one request a second. */
  slowKey: string;
  clientId: number;
  accounts: number;
  /** Account k has customer number `customerBefore + k`. */
  customerBefore: number;
  /** The numbers of the accounts lie above this one. */
  accountBefore: number;
};

/** Makes an organisation, a key that is never too fast, and its accounts. Nobody may work on the database meanwhile. */
export async function createTenant(database: Database, name: string, accounts: number): Promise<Tenant> {
  const store = openStore({ ...database.connection, ssl: false }, { maxConnections: 2 });
  try {
    const { id } = await createOrganisation(store, publicUrl, { name });
    const { key, id: clientId } = await createKey(store, { organisationId: id, name: 'bench', rateLimits: keyLimits });
    const { key: slowKey } = await createKey(store, { organisationId: id, name: 'slow', rateLimits: { perSecond: 1 } });
    await database.connected((client) => loadAccounts(client, { organisationId: id, accounts }));
    return { id, key, slowKey, clientId, accounts, ...(await numbersOf(database, id, accounts)) };
  } finally {
    await store.close();
  }
}

/** Makes an organisation that has nothing but a key. */
export async function createOtherKey(database: Database): Promise<string> {
  const store = openStore({ ...database.connection, ssl: false }, { maxConnections: 2 });
  try {
    const { id } = await createOrganisation(store, publicUrl, { name: 'Other' });
    return (await createKey(store, { organisationId: id, name: 'other' })).key;
  } finally {
    await store.close();
  }
}

async function numbersOf(database: Database, id: number, accounts: number) {
  const text = `select customer_number::int as customer, number::int as account from account where organisation_id = $1 and identifier = $2`;
  const [first] = await database.query<{ customer: number; account: number }>(text, [id, 'bench-1']);
  const [last] = await database.query<{ customer: number }>(text, [id, `bench-${accounts}`]);
  if (!first || !last || last.customer - first.customer !== accounts - 1)
    throw new Error('The accounts were not loaded with customer numbers in a row.');
  return { customerBefore: first.customer - 1, accountBefore: first.account - 1 };
}
