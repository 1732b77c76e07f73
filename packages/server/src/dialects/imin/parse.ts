import { compact } from '#domain/compact.ts';
import { withUpperCountry } from '#domain/countries.ts';
import type { Address, CustomerDetails, EmergencyContact, NewAddress } from '#domain/customer.ts';
import { mergePatch } from '#domain/merge.ts';
import type { DetailsInput } from '#operations/details.ts';

type Nullable<T> = { [M in keyof T]?: T[M] | null };
type Typed = { '@type'?: string; type?: string };

/** A Person as callers write it, whole or in part: what is absent stays, null clears (imin.md 2.2, 3.3). */
export type PersonInput = Typed &
  Nullable<Pick<CustomerDetails, 'email' | 'givenName' | 'familyName' | 'telephone' | 'birthDate' | 'gender'>> & {
    'imin:is13OrOver'?: boolean | null;
    address?: (Typed & Nullable<NewAddress>) | null;
    emergencyContact?: (Typed & Nullable<EmergencyContact>) | null;
  };

/**
 * Merges a Person into the stored personal data (RFC 7396). What this dialect does not show stays as it is: further addresses,
 * landline, nationality and so on. A new Person is one merged into nothing. What becomes empty is left to the operation to drop.
 */
export function mergePerson(stored: CustomerDetails, person: PersonInput): DetailsInput {
  const { '@type': _, type: __, 'imin:is13OrOver': is13OrOver, address, emergencyContact, ...plain } = person;
  const patch = compact({ ...plain, is13OrOver, emergencyContact: emergencyContact && untyped(emergencyContact) });
  const merged = mergePatch(stored, patch) as CustomerDetails;
  return { ...merged, addresses: mergeAddress(stored.addresses ?? [], address) };
}

/** `address` is the first of the stored ones. It keeps its id as long as something of it is left. */
function mergeAddress(stored: Address[], patch: PersonInput['address']): (NewAddress | Address)[] {
  if (patch === undefined) return stored;
  const [first = {}, ...others] = stored;
  if (patch === null) return others;
  return [mergePatch(first, withUpperCountry(untyped(patch))) as NewAddress | Address, ...others];
}

function untyped<T extends Typed>({ '@type': _, type: __, ...members }: T): Omit<T, keyof Typed> {
  return members;
}
