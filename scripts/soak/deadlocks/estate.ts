import type { Tenant } from '../../installation/tenant.ts';
import type { Agent } from './agent.ts';
import { counted } from './counters.ts';

/** A customer whom everybody changes. Whoever has it erased puts a new one in its place, of the next generation. */
export type Slot = { index: number; generation: number; customerNumber: number };

/** What an organisation's writers fight for: so little that they always meet. */
export type Estate = {
  tenant: Tenant;
  agent: Agent;
  slots: Slot[];
  /** URIs of entitlement types. */
  types: string[];
  /** Ids of webhook subscriptions, as far as they are known. */
  subscriptions: string[];
  /** The customer and the account that are only ever changed, never erased: they count. */
  counter: { customerNumber: number; identifier: string };
};

/** As short as can be, days. */
export const changeRetention = 30;
export const deliveryRetention = 1;
const slots = 4;
const accountsOfSlot = 4;
export const passTexts = Array.from({ length: 10 }, (_, index) => `HOT${index}`);
export const list = 'hot';
const types = 3;

/** One of a few. */
export function any<T>(of: readonly T[]): T {
  return of[Math.floor(Math.random() * of.length)] as T;
}

/** Makes what the writers of an organisation will fight for. */
export async function openEstate(tenant: Tenant, agent: Agent): Promise<Estate> {
  await agent.must('POST', '/v1/entitlement-lists', { slug: list, title: 'Hot' });
  for (let index = 0; index < types; index += 1) {
    const evidence = index === 0 ? 'after' : 'none';
    await agent.must('POST', `/v1/entitlement-lists/${list}/types`, { id: `t${index}`, label: 'Hot', evidence });
  }
  const { items } = await agent.must('GET', '/v1/entitlement-lists/hot/types');
  await agent.must('PATCH', '/v1/organisation', {
    changeRetentionDays: changeRetention,
    tombstoneRetentionDays: 7,
    deliveryRetentionDays: deliveryRetention,
  });
  const identifier = 'counter';
  const customer = { familyName: 'Counter', jobTitle: counted(0) };
  const account = { identifier, alias: counted(0), customer };
  const { customerNumber } = await agent.must('POST', '/v1/accounts', account);
  const estate: Estate = {
    tenant,
    agent,
    slots: [],
    types: (items as { uri: string }[]).map(({ uri }) => uri),
    subscriptions: [],
    counter: { customerNumber, identifier },
  };
  for (let index = 0; index < slots; index += 1) {
    const slot = { index, generation: 0, customerNumber: 0 };
    estate.slots.push(slot);
    await settle(estate, slot);
  }
  return estate;
}

/** One of the accounts that a customer may have: few, so that they are given up and come again. */
export function anyIdentifier({ index, generation }: Slot): string {
  return `hot-${index}-${generation}-${Math.floor(Math.random() * accountsOfSlot)}`;
}

/** Puts a new customer with an account into a slot. */
export async function settle({ agent }: Estate, slot: Slot): Promise<void> {
  slot.generation += 1;
  for (const contact of [{ email: anyEmail() }, {}]) {
    const body = { identifier: anyIdentifier(slot), customer: { familyName: 'Hot', ...contact } };
    const answer = await agent.ask('POST', '/v1/accounts', { body, allowed: [201, 409] });
    if (answer?.status === 201) slot.customerNumber = answer.body.customerNumber;
    if (answer?.status !== 409) return;
  }
}

export function anyEmail(): string {
  return `hot${Math.floor(Math.random() * 8)}@example.com`;
}
