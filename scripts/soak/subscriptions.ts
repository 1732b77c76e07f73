import { subscribe, type Tenant } from '../installation/tenant.ts';
import type { Receiver } from './receiver.ts';

export type Format = 'native' | 'imin' | 'entur';

/** A subscription of a tenant, and where its messages come. */
export type Subscriber = { tenant: Tenant; format: Format; id: string; path: string };

const accountKinds = ['customer-account.created', 'customer-account.updated', 'customer-account.erased'];
const wishes: Record<Format, object> = {
  native: { format: 'native' },
  imin: { format: 'imin', kinds: accountKinds, exceptClients: [] },
  entur: { format: 'entur' },
};

/** Has the changes of each organisation sent to the receiver in each format: all changes, all of accounts, all that Entur tells of. */
export async function subscribeAll(
  server: string,
  tenants: readonly Tenant[],
  receiver: Receiver,
): Promise<Subscriber[]> {
  const subscribers: Subscriber[] = [];
  for (const tenant of tenants) {
    for (const [format, wish] of Object.entries(wishes) as [Format, object][]) {
      const path = `/${tenant.id}/${format}`;
      const { id, secret } = await subscribe(server, tenant, { url: receiver.url(path), ...wish });
      receiver.expect(path, secret);
      subscribers.push({ tenant, format, id, path });
    }
  }
  return subscribers;
}
