import { type Actor, todayOf } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import type { Address, Customer, CustomerDetails, NewAddress } from '#domain/customer.ts';
import { customerRefFault, detailsFaults, isEmptyAddress, withoutEmpty } from '#domain/details-rules.ts';
import { refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';

/** Personal data as a dialect gives it: new addresses have no id yet. */
export type DetailsInput = Omit<CustomerDetails, 'addresses'> & { addresses?: (NewAddress | Address)[] };

/** Judges new personal data, drops what is empty and gives new addresses their ids. Throws Refusal `invalid` with paths in domain words. */
export async function completeDetails(
  store: Store,
  actor: Actor,
  kind: Customer['kind'],
  input: DetailsInput,
  stored: CustomerDetails,
): Promise<CustomerDetails> {
  const addresses: Address[] = [];
  for (const address of input.addresses ?? []) {
    if (isEmptyAddress(address)) continue;
    addresses.push('id' in address ? address : { id: await store.rowNumbers.next(), ...address });
  }
  const { telephone, telephoneParts: parts } = input;
  const details = compact({
    ...withoutEmpty(input),
    // Dialects that know no parts replace the telephone alone: parts of another number must not outlive it.
    telephoneParts: parts && telephone === parts.countryCode + parts.number ? parts : undefined,
    addresses: addresses.length > 0 ? addresses.map(compact) : undefined,
  }) as CustomerDetails;
  refuseFaults(detailsFaults(kind, details, stored, todayOf(actor)));
  return details;
}

/** Refuses a customer reference that could be taken for a customer number. */
export function checkCustomerRef(
  customerRef: string | undefined,
  customer: { number: number; customerRef?: string } | undefined,
): void {
  if (customerRef !== customer?.customerRef) refuseFaults(customerRefFault(customerRef, customer?.number));
}
