import { compact } from '#domain/compact.ts';
import type { Customer } from '#domain/customer.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import { shownNames } from './render.ts';

/** An EntitlementResponse (entur.md 4.6): an entitlement as the contract of a product. */
export function renderEntitlement({ id, type, validFrom, validUntil }: Entitlement, owner: Customer) {
  const passengerCategory = type.category ?? 'ADULT';
  return compact({
    productId: `${type.list}:${type.id}`,
    productVersion: '1',
    // Labels are in one language, which is not recorded: it counts as this dialect's default.
    displayName: [{ languageCode: 'NOB', text: type.label }],
    contractUUID: id,
    contractValidFrom: validFrom,
    contractValidTo: validUntil,
    contractOwnerCustomerNumber: owner.number,
    contractOwnerDisplayName: displayName(owner),
    passengerCategory,
    isSeniorCitizen: passengerCategory === 'SENIOR',
  });
}

/** First and last name; empty when neither is known. */
function displayName(owner: Customer): string {
  const { firstName, surname } = shownNames(owner);
  const names = [firstName, surname].filter((name) => name !== '').join(' ');
  return names === '' ? (owner.details.name ?? '') : names;
}
