import { createKey } from '../../packages/server/src/operations/clients/create-key.ts';
import { createOrganisation } from '../../packages/server/src/operations/organisations/create.ts';
import { openStore } from '../../packages/server/src/store/store.ts';
import type { Connection } from './database.ts';

/** What all `@id`s begin with; nothing is ever asked for there. */
export const publicUrl = 'https://accounts.example.com';

/** An organisation, and a key that opens all of it and is never too fast. */
export type Tenant = { id: number; name: string; key: string };

const noLimits = { perSecond: 1_000_000, enturPerMinute: 1_000_000, enturUnidentifiedPerMinute: 1_000_000 };

/** Creates organisations, each with a key. */
export async function createTenants(connection: Connection, names: readonly string[]): Promise<Tenant[]> {
  const store = openStore({ ...connection, ssl: false }, { maxConnections: 2 });
  try {
    const tenants: Tenant[] = [];
    for (const name of names) {
      const { id } = await createOrganisation(store, publicUrl, { name });
      const { key } = await createKey(store, { organisationId: id, name: 'load', rateLimits: noLimits });
      tenants.push({ id, name, key });
    }
    return tenants;
  } finally {
    await store.close();
  }
}

export type Subscribed = { id: string; secret: string };

/** Makes a webhook subscription. Throws when it is refused. */
export async function subscribe(server: string, { key }: Tenant, subscription: object): Promise<Subscribed> {
  const response = await fetch(`${server}/v1/webhook-subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(subscription),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`The subscription was refused with ${response.status}: ${text}`);
  return JSON.parse(text);
}
