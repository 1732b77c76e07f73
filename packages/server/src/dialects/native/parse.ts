import type { Aggregate } from '#domain/account.ts';
import { compact } from '#domain/aggregate.ts';
import { isCountryAlpha3 } from '#domain/countries.ts';
import type { Address, Customer, CustomerDetails, NewAddress } from '#domain/customer.ts';
import { hasWayToName } from '#domain/details-rules.ts';
import { mergePatch } from '#domain/merge.ts';
import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
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

/** A new customer from a request body, or from the member of it at `path`. Throws Refusal `invalid`. */
export function parseNewCustomer(input: CustomerInput, path: string[] = []): NewCustomer {
  const details = detailsOf(input, {});
  const faults = [...minimumFaults(details), ...nationalityFaults(details)];
  refuseFaults(faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] })));
  return {
    kind: input.type === 'Organization' ? 'organization' : 'person',
    details,
    ...(input.customerRef === undefined ? {} : { customerRef: input.customerRef }),
  };
}

/** What a merge patch makes of the present customer. Throws Refusal `invalid`. */
export function parseCustomerPatch(patch: Record<string, unknown>, { customer }: Aggregate): CustomerEdit {
  const merged = mergePatch(inputOf(customer), patch) as CustomerInput;
  const details = detailsOf(merged, customer.details);
  const faults = minimumFaults(details);
  if (merged.type !== undefined && merged.type !== typeOf(customer))
    faults.push({ path: ['type'], code: 'fixed', message: 'cannot change' });
  if (details.nationality !== customer.details.nationality) faults.push(...nationalityFaults(details));
  refuseFaults(faults);
  return { details, customerRef: merged.customerRef ?? null };
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
  const addresses = [address ?? {}, ...otherAddress].map(upperCountry);
  // A telephone that was given in parts and is now another one is no longer in parts.
  const telephoneParts = plain.telephone === stored.telephone ? stored.telephoneParts : undefined;
  return compact({ ...plain, telephoneParts, addresses: keepIds(addresses, stored.addresses ?? []) }) as DetailsInput;
}

function upperCountry<T extends NewAddress>(address: T): T {
  return address.addressCountry === undefined
    ? address
    : { ...address, addressCountry: address.addressCountry.toUpperCase() };
}

/** An address that stays, or is edited in its place, keeps its id. */
function keepIds(addresses: (NewAddress | Address)[], stored: Address[]): (NewAddress | Address)[] {
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

function nationalityFaults({ nationality }: DetailsInput): Fault[] {
  if (nationality === undefined || isCountryAlpha3(nationality)) return [];
  return [
    { path: ['nationality'], code: 'country', message: 'must be an assigned ISO 3166-1 alpha-3 code such as GBR' },
  ];
}

/** Runs an operation and puts its faults, which are in domain words, into the members of the native body. */
export async function inNativeWords<T>(prefix: string[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason.kind !== 'invalid' || (error.reason.in ?? 'body') !== 'body')
      throw error;
    const faults = error.reason.faults.map((fault) => ({ ...fault, path: [...prefix, ...nativePath(fault.path)] }));
    throw new Refusal({ ...error.reason, faults });
  }
}

function nativePath([first, index, ...rest]: Fault['path']): Fault['path'] {
  if (first !== 'addresses' || typeof index !== 'number')
    return [first, index, ...rest].filter((step) => step !== undefined);
  return index === 0 ? ['address', ...rest] : ['otherAddress', index - 1, ...rest];
}
