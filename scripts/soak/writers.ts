import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant } from '../installation/tenant.ts';
import type { Fleet } from './fleet.ts';
import { type Effort, persist } from './persist.ts';

export type Written = Effort & {
  /** How many creations succeeded, by tenant. */
  created: Map<Tenant, number>;
};

type Account = { identifier: string; customerNumber: number };

/** What a tenant's writers share. Accounts that are being deleted are not among `accounts` any more. */
type Estate = { tenant: Tenant; accounts: Account[]; deleted: Set<string>; created: number };

/** What a request does, how often of all, and how many changes that makes at least. */
const deeds = {
  create: { share: 0.3, changes: 2 },
  'change the account': { share: 0.5, changes: 1 },
  'change the customer': { share: 0.17, changes: 1 },
  'delete the account': { share: 0.03, changes: 1 },
} as const;
type Deed = keyof typeof deeds;

const writersPerTenant = 6;
/** How much of a pause is made up for, milliseconds. */
const catchUp = 1000;

export type Plan = {
  fleet: Fleet;
  tenants: readonly Tenant[];
  /** At least so many, in all together. */
  changes: number;
  /** At most so many a second. */
  rate: number;
  /** What has been begun is still finished. */
  timeOver: AbortSignal;
  interrupted: AbortSignal;
  progress?: (made: number) => void;
};

/** Makes changes through whatever servers are up until there are enough; each request is repeated until it was answered. */
export async function makeChanges({
  fleet,
  tenants,
  changes,
  rate,
  timeOver,
  interrupted,
  progress,
}: Plan): Promise<Written> {
  const effort: Effort = { lost: 0, refused: 0, faults: [] };
  const estates = tenants.map((tenant): Estate => ({ tenant, accounts: [], deleted: new Set(), created: 0 }));
  let made = 0;
  let serial = 0;
  let next = performance.now();

  async function turn(count: number): Promise<void> {
    const mine = Math.max(next, performance.now() - catchUp);
    next = mine + (count * 1000) / rate;
    await sleep(Math.max(0, mine - performance.now()));
  }

  async function write(estate: Estate): Promise<void> {
    while (made < changes && !timeOver.aborted) {
      const account = estate.accounts[Math.floor(Math.random() * estate.accounts.length)];
      const deed = account ? anyDeed() : 'create';
      made += deeds[deed].changes;
      serial += 1;
      await turn(deeds[deed].changes);
      const done = account ? await alter(estate, account, deed, serial) : await create(estate, serial);
      if (!done) made -= deeds[deed].changes;
      progress?.(made);
    }
  }

  const send = ({ tenant }: Estate, method: string, path: string, expected: readonly number[], body?: object) =>
    persist({ fleet, tenant, signal: interrupted, effort }, { method, path, expected, ...(body && { body }) });

  async function create(estate: Estate, number: number): Promise<boolean> {
    const customer = { givenName: 'Grace', familyName: `Holloway ${number}` };
    const { body } = await send(estate, 'POST', '/v1/accounts', [201], { customer });
    estate.accounts.push(body as Account);
    estate.created += 1;
    return true;
  }

  /** Resolves with false when somebody else has deleted the account before. */
  async function alter(estate: Estate, account: Account, deed: Deed, number: number): Promise<boolean> {
    const { accounts, deleted } = estate;
    const { identifier, customerNumber } = account;
    const path = `/v1/accounts/${identifier}`;
    switch (deed) {
      case 'create':
        return create(estate, number);
      case 'change the customer':
        await send(estate, 'PATCH', `/v1/customers/${customerNumber}`, [200], { givenName: `Ada ${number}` });
        return true;
      case 'change the account': {
        const { status } = await send(estate, 'PATCH', path, [200, 404, 410], { alias: `Alias ${number}` });
        if (status === 200 || deleted.has(identifier)) return status === 200;
        throw new Error(`PATCH ${path} was answered ${status} although nobody has deleted the account`);
      }
      case 'delete the account':
        if (deleted.has(identifier)) return false;
        deleted.add(identifier);
        accounts.splice(accounts.indexOf(account), 1);
        await send(estate, 'DELETE', path, [204, 404, 410]); // 404, 410: done, but the first answer was lost
        return true;
    }
  }

  await Promise.all(estates.flatMap((estate) => Array.from({ length: writersPerTenant }, () => write(estate))));
  return { ...effort, created: new Map(estates.map(({ tenant, created }) => [tenant, created])) };
}

function anyDeed(): Deed {
  let left = Math.random();
  for (const [deed, { share }] of Object.entries(deeds)) {
    left -= share;
    if (left < 0) return deed as Deed;
  }
  return 'change the account';
}
