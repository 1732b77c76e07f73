import { compact } from '#domain/compact.ts';
import { withUpperCountry } from '#domain/countries.ts';
import type { AccountCustomer, Address, CustomerDetails, EmergencyContact, NewAddress } from '#domain/customer.ts';
import type { DetailsInput } from '#operations/details.ts';

/*
 * A customer in the members of openactive.md 2.6, with all values as they are stored. What is shown is made from it
 * (customer-view.ts), merge patches are applied to it, and it turns back into the details that are stored.
 */

export type Reference = { '@type': 'PropertyValue'; propertyID: 'customerRef'; value: string };

export type AddressForm = { '@type': 'PostalAddress' } & NewAddress;

export type ContactForm = { '@type': 'Person'; name?: string; telephone?: string };

export type CustomerForm = {
  '@type': 'Person' | 'Organization';
  identifier?: Reference;
  name?: string;
  givenName?: string;
  familyName?: string;
  legalName?: string;
  email?: string;
  telephone?: string;
  jobTitle?: string;
  birthDate?: string;
  gender?: string;
  url?: string;
  sameAs?: string[];
  vatID?: string;
  address?: AddressForm;
  emergencyContact?: ContactForm;
};

/** The organisation's own reference as this dialect writes it. */
export function referenceOf(value: string): Reference {
  return { '@type': 'PropertyValue', propertyID: 'customerRef', value };
}

/** What is stored of a customer, in OpenActive's members; an address may be partial. */
export function formOf({
  kind,
  customerRef,
  details,
}: Pick<AccountCustomer, 'kind' | 'customerRef' | 'details'>): CustomerForm {
  const { addresses: [first] = [], emergencyContact } = details;
  return compact({
    '@type': kind === 'organization' ? 'Organization' : 'Person',
    identifier: customerRef === undefined ? undefined : referenceOf(customerRef),
    ...membersOf(details),
    address: first && addressForm(first),
    emergencyContact: emergencyContact && ({ '@type': 'Person', ...emergencyContact } as const),
  }) as CustomerForm;
}

/**
 * The details to store for a form. What OpenActive does not show survives: landline, nationality, the 13-or-over flag, further
 * addresses and so on. Empty values are dropped by the operation, as are the parts of a telephone that has changed.
 */
export function detailsOf(form: CustomerForm, stored: CustomerDetails): DetailsInput {
  const [first, ...others] = stored.addresses ?? [];
  const address = form.address && storedAddress(form.address, first);
  return compact({
    ...stored,
    ...membersOf(form),
    addresses: address ? [address, ...others] : others,
    emergencyContact: form.emergencyContact && storedContact(form.emergencyContact),
  }) as DetailsInput;
}

/** The members that have one name and one form here and in the details; those that are absent are undefined. */
function membersOf(source: Pick<CustomerDetails, (typeof sameMembers)[number]>): object {
  return Object.fromEntries(sameMembers.map((member) => [member, source[member]]));
}

const sameMembers = [
  'name',
  'givenName',
  'familyName',
  'legalName',
  'email',
  'telephone',
  'jobTitle',
  'birthDate',
  'gender',
  'url',
  'sameAs',
  'vatID',
] as const;

function addressForm({ id: _, ...parts }: Address): AddressForm {
  return { '@type': 'PostalAddress', ...parts };
}

/** The first address keeps its id; a new country is stored in upper case (openactive.md 2.7). */
function storedAddress({ '@type': _, ...parts }: AddressForm, first: Address | undefined): NewAddress | Address {
  const address = compact(parts.addressCountry === first?.addressCountry ? parts : withUpperCountry(parts));
  return first ? { id: first.id, ...address } : address;
}

function storedContact({ '@type': _, ...contact }: ContactForm): EmergencyContact {
  return contact;
}
