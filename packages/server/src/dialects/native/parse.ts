import type { Aggregate } from '#domain/account.ts';
import { compact } from '#domain/compact.ts';
import { isCountryAlpha3, withUpperCountry } from '#domain/countries.ts';
import type { Address, Customer, CustomerDetails, NewAddress } from '#domain/customer.ts';
import { customerRefFault, detailsFaults, hasWayToName, isEmptyAddress, withoutEmpty } from '#domain/details-rules.ts';
import { mergePatch } from '#domain/merge.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import type { CustomerEdit } from '#operations/customers/change.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import type { DetailsInput } from '#operations/details.ts';

/** A customer as callers of the native API write it (schema `NewCustomer`). */
export type CustomerInput = Omit<CustomerDetails, 'addresses'> & {
  type?: 'Person' | 'Organization';
  customerRef?: string;
  address?: NewAddress;
  otherAddress?: NewAddress[];
};

/**
 * A new customer from a request body, or from the member of it at `path`.
 *
 * @param today the organisation's calendar date
 * @throws Refusal `invalid` with every fault
 */
export function parseNewCustomer(input: CustomerInput, today: string, path: string[] = []): NewCustomer {
  const kind = input.type === 'Organization' ? 'organization' : 'person';
  const { customerRef } = input;
  const details = detailsOf(input, {});
  const faults = [
    ...minimumFaults(details),
    ...contentFaults(kind, details, {}, today),
    ...customerRefFault(customerRef, undefined),
  ];
  refuseFaults(faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] })));
  return { kind, details, ...(customerRef === undefined ? {} : { customerRef }) };
}

/**
 * What a merge patch makes of the present customer.
 *
 * @param today the organisation's calendar date
 * @throws Refusal `invalid` with every fault
 */
export function parseCustomerPatch(
  patch: Record<string, unknown>,
  { customer }: Aggregate,
  today: string,
): CustomerEdit {
  const merged = mergePatch(inputOf(customer), patch) as CustomerInput;
  const details = detailsOf(merged, customer.details);
  const { customerRef = null } = merged;
  refuseFaults([
    ...(merged.type === typeOf(customer) ? [] : [{ path: ['type'], code: 'fixed', message: 'cannot change' }]),
    // A customer who came without, through another dialect, may stay without.
    ...(hasWayToName(customer.details) ? minimumFaults(details) : []),
    ...contentFaults(customer.kind, details, customer.details, today),
    ...(customerRef === customer.customerRef ? [] : customerRefFault(customerRef ?? undefined, customer.number)),
  ]);
  return { details, customerRef };
}

export function typeOf(customer: Pick<Customer, 'kind'>): 'Person' | 'Organization' {
  return customer.kind === 'organization' ? 'Organization' : 'Person';
}

/** The present customer in the form in which it would have been written. */
function inputOf({ customerRef, details, ...customer }: Customer): CustomerInput {
  const { addresses = [], ...plain } = details;
  const [address, ...otherAddress] = addresses;
  return compact({
    ...plain,
    type: typeOf(customer),
    customerRef,
    address,
    otherAddress: otherAddress.length > 0 ? otherAddress : undefined,
  }) as CustomerInput;
}

function detailsOf(
  { type: _, customerRef: __, address, otherAddress = [], ...plain }: CustomerInput,
  stored: CustomerDetails,
): DetailsInput {
  const addresses = [address ?? {}, ...otherAddress].map(withUpperCountry);
  // A telephone that was given in parts and is now another one is no longer in parts.
  const telephoneParts = plain.telephone === stored.telephone ? stored.telephoneParts : undefined;
  const details = { ...plain, telephoneParts, addresses: keepIds(addresses, stored.addresses ?? []) };
  return withoutEmpty(details as DetailsInput);
}

/** An address that stays, or is edited in its place, keeps its id. */
function keepIds(addresses: (NewAddress | Address)[], stored: Address[]): (NewAddress | Address)[] {
  if (stored.length === 0) return addresses;
  const content = (address: NewAddress) => JSON.stringify(Object.entries({ ...address, id: 0 }).sort());
  const left = new Map(stored.map((address) => [address.id, address]));
  const take = (address: Address | undefined) => (address && left.delete(address.id) ? address.id : undefined);
  const same = addresses.map((address) =>
    take([...left.values()].find((candidate) => content(candidate) === content(address))),
  );
  return addresses.map((address, index) => {
    const id = same[index] ?? take(stored[index]);
    return id === undefined ? address : { ...address, id };
  });
}

function minimumFaults(details: DetailsInput): Fault[] {
  if (hasWayToName(details as CustomerDetails)) return [];
  return [{ path: [], code: 'required', message: 'needs at least one of email, telephone, familyName, name' }];
}

/**
 * The rules that all dialects share, and those of this one. The operations judge again by the shared ones; here they are asked
 * first so that a caller hears of everything at once, in native words.
 */
function contentFaults(kind: Customer['kind'], details: DetailsInput, stored: CustomerDetails, today: string): Fault[] {
  const faults = detailsFaults(kind, details as CustomerDetails, stored, today).map((fault) => ({
    ...fault,
    path: nativePath(fault.path),
  }));
  const { nationality, addresses: [first = {}, ...others] = [] } = details;
  if (nationality !== undefined && nationality !== stored.nationality && !isCountryAlpha3(nationality)) {
    const message = 'must be an assigned ISO 3166-1 alpha-3 code such as GBR';
    faults.push({ path: ['nationality'], code: 'country', message });
  }
  // Without this, what was sent as another address would come back as the address.
  if (isEmptyAddress(first) && !others.every(isEmptyAddress))
    faults.push({ path: ['address'], code: 'required', message: 'is required beside otherAddress' });
  return faults;
}

function nativePath([first, index, ...rest]: Fault['path']): Fault['path'] {
  if (first !== 'addresses' || typeof index !== 'number')
    return [first, index, ...rest].filter((step) => step !== undefined);
  return index === 0 ? ['address', ...rest] : ['otherAddress', index - 1, ...rest];
}
