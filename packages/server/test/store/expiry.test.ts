import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Organisation } from '#domain/organisation.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { expireCustomers } from '#operations/customers/expire.ts';
import type { Write } from '#store/plan.ts';
import type { Store } from '#store/store.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestStore } from '../support/store.ts';

const { store, newOrganisation } = await startTestStore();

async function dueCustomer(organisation: Organisation): Promise<number> {
  const actor = actorOf(organisation);
  const { customer } = await createCustomer(store, actor, { kind: 'person', details: { familyName: 'Moss' } });
  await deactivateCustomer(store, actor, customer.number, new Date(0), 'test');
  return customer.number;
}

/** The store, but what is to be written to this customer fails. */
function without(customerNumber: number): Store {
  const isIts = ({ changeset }: Write) => changeset?.after.customer.number === customerNumber;
  const commit = (write: Write) => (isIts(write) ? Promise.reject(new Error('refused')) : store.writer.commit(write));
  return { ...store, writer: { commit } } as unknown as Store;
}

test('a customer who cannot be erased holds up neither the others nor other organisations', async () => {
  const organisations = await Promise.all(['one', 'two', 'three'].map(newOrganisation));
  for (const refused of organisations) {
    const numbers = new Map<Organisation, number>();
    for (const organisation of organisations) numbers.set(organisation, await dueCustomer(organisation));
    const beside = await dueCustomer(refused);
    const unwritable = numbers.get(refused) as number;
    await assert.rejects(expireCustomers(without(unwritable), new Date()), /refused/);
    for (const [{ id }, number] of [...numbers, [refused, beside] as const]) {
      const expected = number === unwritable ? 'passive' : 'erased';
      assert.equal((await store.customers.find(id, number))?.state, expected);
    }
    assert.equal(await expireCustomers(store, new Date()), 1);
  }
});
