import type { Actor } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { Refusal } from '#domain/refusal.ts';
import { createAccount, type NewAccount } from '#operations/accounts/create.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { createCustomer } from '#operations/customers/create.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { readCustomerByAccount } from '#operations/customers/read.ts';
import { evidenceLink } from '#operations/evidence/link.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import { tesseraActor } from '#operations/tessera-actor.ts';
import type { Store } from '#store/store.ts';
import { addSampleCatalogue } from './sample-catalogue.ts';
import { sampleCustomers } from './sample-customers.ts';
import { addSampleHoldings } from './sample-holdings.ts';
import { unlessThere } from './unless-there.ts';

/** What a newcomer needs to try the server: a key, and an account to look at. */
export type Demo = {
  organisation: Organisation;
  key: string;
  customers: number;
  identifier: string;
  customerNumber: number;
  /** Where that customer sends the proof that is asked of them. */
  proofPage: string;
};

/** A customer of the sample data. With an account, and possibly more, or without one. */
export type Sample = { customer: NewCustomer; accounts: (NewAccount & { identifier: string })[] };

export const demoSlug = 'demo';
const demo = { slug: demoSlug, name: 'Demo Leisure', timeZone: 'Europe/London' };

/**
 * Creates the organisation `demo` with sample data and a key, on an empty database. The key comes last, so that a demo
 * organisation without a key tells of a start that was cut short: this one completes it.
 *
 * @returns undefined when there is nothing to do
 */
export async function ensureDemo(store: Store, publicUrl: string): Promise<Demo | undefined> {
  const organisation = await unfinishedDemo(store, publicUrl);
  if (!organisation) return undefined;
  const actor = tesseraActor(organisation, 'command-line', new Date());
  await addSampleCatalogue(store, actor);
  const [first, ...others] = sampleCustomers;
  await add(store, actor, first); // so that the one in the examples has the first number
  await Promise.all(others.map((sample) => add(store, actor, sample)));
  const { identifier } = first.accounts[0];
  await addSampleHoldings(store, actor, identifier);
  const { customer, accounts } = await readCustomerByAccount(store, actor, identifier);
  const [asked] = accounts.flatMap(({ entitlement }) => entitlement.flatMap(({ evidence }) => evidence ?? []));
  if (!asked) throw new Error('no proof is asked of the customer in the examples');
  const { key } = await createKey(store, { organisationId: organisation.id, name: 'demo' });
  return {
    organisation,
    key,
    customers: sampleCustomers.length,
    identifier,
    customerNumber: customer.number,
    proofPage: evidenceLink(organisation, asked.id),
  };
}

async function unfinishedDemo(store: Store, publicUrl: string): Promise<Organisation | undefined> {
  const first = await store.organisations.find();
  if (!first) return createDemo(store, publicUrl);
  if (first.slug !== demo.slug || first.name !== demo.name) return undefined;
  return (await store.clients.list(first.id)).length === 0 ? first : undefined;
}

async function createDemo(store: Store, publicUrl: string): Promise<Organisation | undefined> {
  try {
    return await createOrganisation(store, publicUrl, demo);
  } catch (error) {
    const faults = error instanceof Refusal && error.reason.kind === 'invalid' ? error.reason.faults : [];
    // Another server that starts on the same empty database was quicker, and prints the key.
    if (faults.some(({ code }) => code === 'taken')) return undefined;
    throw error;
  }
}

async function add(store: Store, actor: Actor, { customer, accounts: [first, ...more] }: Sample): Promise<void> {
  if (!first) {
    await unlessThere(createCustomer(store, actor, customer));
    return;
  }
  await unlessThere(createAccount(store, actor, { customer }, first));
  if (more.length === 0) return;
  const holder = await readCustomerByAccount(store, actor, first.identifier);
  for (const account of more) {
    await unlessThere(createAccount(store, actor, { customerNumber: holder.customer.number }, account));
  }
}
