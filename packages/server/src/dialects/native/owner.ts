import { type Actor, todayOf } from '#domain/actor.ts';
import { type Fault, Refusal } from '#domain/refusal.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { type CustomerInput, parseNewCustomer } from './parse.ts';

/** Whose account it is to be: exactly one of a new customer and the number of an existing one. Throws Refusal `invalid`. */
export function ownerOf(
  body: { customer?: CustomerInput; customerNumber?: number },
  actor: Actor,
): { customer: NewCustomer } | { customerNumber: number } {
  const { customer, customerNumber } = body;
  if (customer !== undefined && customerNumber !== undefined)
    refuse(['customerNumber'], 'excluded', 'cannot stand beside customer');
  if (customerNumber !== undefined) return { customerNumber };
  if (customer === undefined)
    return refuse(['customer'], 'required', 'is required, or customerNumber for an existing customer');
  return { customer: parseNewCustomer(customer, todayOf(actor), ['customer']) };
}

function refuse(path: Fault['path'], code: string, message: string): never {
  throw new Refusal({ kind: 'invalid', faults: [{ path, code, message }] });
}
