import { randomInt } from 'node:crypto';
import type { Actor } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import type { Customer, CustomerType } from '#domain/customer.ts';
import type { Store } from '#store/store.ts';
import { checkCustomerRef, completeDetails, type DetailsInput } from '../details.ts';

/** What a caller says of a customer who does not exist yet. */
export type NewCustomer = {
  kind: Customer['kind'];
  type?: CustomerType;
  details: DetailsInput;
  customerRef?: string;
  /** Login name (Entur); folded by the caller. */
  username?: string;
  /** From {@link hashPassword}; never the password. */
  passwordHash?: string;
  /** Who created, and through which sales channel, where the dialect carries them. */
  createdBy?: string;
  createdByChannel?: string;
};

/** Builds a new active customer with number, uuid and stamps. Throws Refusal `invalid`. */
export async function newCustomer(store: Store, actor: Actor, input: NewCustomer): Promise<Customer> {
  checkCustomerRef(input.customerRef, undefined);
  const details = await completeDetails(store, actor, input.kind, input.details, {});
  const at = actor.now.toISOString();
  const by = input.createdBy ?? actor.name;
  const channel = input.createdByChannel ?? actor.dialect;
  return compact({
    number: await store.customerNumbers.next(),
    uuid: newUuid(),
    kind: input.kind,
    type: input.type ?? 'standard',
    state: 'active',
    version: 1,
    customerRef: input.customerRef,
    username: input.username,
    details,
    createdAt: at,
    createdBy: by,
    createdByChannel: channel,
    changedAt: at,
    changedBy: by,
    changedByChannel: channel,
  }) as Customer;
}

const alphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 32 random alphanumerics (entur.md 3.1): about 190 bits. */
function newUuid(): string {
  return Array.from({ length: 32 }, () => alphanumerics[randomInt(alphanumerics.length)]).join('');
}
