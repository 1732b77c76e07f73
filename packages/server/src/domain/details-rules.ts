import { compact } from './compact.ts';
import { isCountry } from './countries.ts';
import type { Address, Customer, CustomerDetails } from './customer.ts';
import type { Fault } from './refusal.ts';

/** `local@domain`: one `@`, no white space (openactive.md 2.6). */
export const emailPattern = '^[^\\s@]+@[^\\s@]+$';
const email = new RegExp(emailPattern);

/** Whether it has that form and at most 254 characters. */
export function isEmail(text: string): boolean {
  return [...text].length <= 254 && email.test(text);
}

/**
 * The rules on personal data that every dialect shares. Only values that differ from the stored ones are judged: limits bind
 * new values (architecture.md, Settled 12).
 *
 * @param today the organisation's calendar date
 * @returns faults with paths in the words of {@link CustomerDetails}; the address stands as `addresses/<index>`
 */
export function detailsFaults(
  kind: Customer['kind'],
  next: CustomerDetails,
  stored: CustomerDetails,
  today: string,
): Fault[] {
  const faults: Fault[] = [];
  if (next.email !== undefined && next.email !== stored.email && !isEmail(next.email)) {
    faults.push({
      path: ['email'],
      code: 'format',
      message: 'must be an e-mail address of at most 254 characters: one @, no spaces',
    });
  }
  if (
    next.birthDate !== undefined &&
    next.birthDate !== stored.birthDate &&
    (next.birthDate < '1900-01-01' || next.birthDate > today)
  ) {
    faults.push({ path: ['birthDate'], code: 'range', message: 'must be between 1900-01-01 and today' });
  }
  for (const [index, { addressCountry }] of (next.addresses ?? []).entries()) {
    if (addressCountry === undefined || isCountry(addressCountry)) continue;
    if (stored.addresses?.some((known) => known.addressCountry === addressCountry)) continue;
    faults.push({
      path: ['addresses', index, 'addressCountry'],
      code: 'country',
      message: 'must be an assigned ISO 3166-1 alpha-2 code such as GB',
    });
  }
  for (const member of kind === 'organization' ? personOnly : organizationOnly) {
    if (next[member] !== undefined && next[member] !== stored[member]) {
      const whose = kind === 'organization' ? 'a person' : 'an organisation';
      faults.push({ path: [member], code: 'kind', message: `is a member of ${whose}` });
    }
  }
  return faults;
}

const personOnly = [
  'givenName',
  'familyName',
  'birthDate',
  'gender',
  'jobTitle',
  'emergencyContact',
  'is13OrOver',
] as const;
const organizationOnly = ['legalName', 'url', 'sameAs', 'vatID'] as const;

/** Native and OpenActive ask for at least one of these (openactive.md 2.6, architecture.md "Reconciled"). */
export function hasWayToName(details: CustomerDetails): boolean {
  return [details.email, details.telephone, details.familyName, details.name].some((value) => value !== undefined);
}

/** A customer reference made of digits only could be mistaken for another customer's number: refused unless it is the own number. */
export function customerRefFault(customerRef: string | undefined, number: number | undefined): Fault[] {
  if (customerRef === undefined || !/^\d+$/.test(customerRef) || customerRef === String(number)) return [];
  return [
    {
      path: ['customerRef'],
      code: 'reserved',
      message: 'must not consist of digits only, other than the own customer number',
    },
  ];
}

/** Personal data without what is empty, so that "absent" has one form. Addresses are left to the caller, who counts them. */
export function withoutEmpty<T extends Pick<CustomerDetails, 'emergencyContact' | 'sameAs'>>(details: T): T {
  if (details.emergencyContact === undefined && details.sameAs === undefined) return details;
  const { emergencyContact, sameAs, ...rest } = details;
  return {
    ...rest,
    ...(emergencyContact && Object.keys(compact(emergencyContact)).length > 0 ? { emergencyContact } : {}),
    ...(sameAs && sameAs.length > 0 ? { sameAs } : {}),
  } as T;
}

/** Whether an address holds anything besides its id. */
export function isEmptyAddress(address: Omit<Address, 'id'>): boolean {
  return Object.entries(address).every(([member, value]) => member === 'id' || value === undefined);
}
