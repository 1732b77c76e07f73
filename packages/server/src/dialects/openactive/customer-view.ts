import { compact } from '#domain/compact.ts';
import { isCountry } from '#domain/countries.ts';
import type { AddressForm, ContactForm, CustomerForm } from './customer-form.ts';
import { referenceOf } from './customer-form.ts';
import { shownText, shownUrl } from './emission.ts';

/**
 * A customer as this dialect shows it: OpenActive's members only, texts by the rule of 3.9, an address only when it is complete.
 *
 * @returns undefined for an Organization without any name: OpenActive requires one
 */
export function customerView(form: CustomerForm): CustomerForm | undefined {
  return form['@type'] === 'Organization' ? organizationView(form) : personView(form);
}

function personView(form: CustomerForm): CustomerForm {
  return compact({
    '@type': 'Person',
    identifier: referenceView(form),
    name: shownText(form.name),
    givenName: shownText(form.givenName),
    familyName: shownText(form.familyName),
    email: shownText(form.email),
    telephone: shownText(form.telephone),
    jobTitle: shownText(form.jobTitle),
    birthDate: form.birthDate,
    gender: shownText(form.gender),
    address: addressView(form.address),
    emergencyContact: contactView(form.emergencyContact),
  }) as CustomerForm;
}

function organizationView(form: CustomerForm): CustomerForm | undefined {
  const name = shownText(form.name) ?? shownText(form.legalName);
  if (name === undefined) return undefined;
  const sameAs = form.sameAs?.filter((url) => shownUrl(url) !== undefined);
  return compact({
    '@type': 'Organization',
    identifier: referenceView(form),
    name,
    legalName: shownText(form.legalName),
    email: shownText(form.email),
    telephone: shownText(form.telephone),
    url: shownUrl(form.url),
    sameAs: sameAs && sameAs.length > 0 ? sameAs : undefined,
    vatID: shownText(form.vatID),
    address: addressView(form.address),
  }) as CustomerForm;
}

function referenceView({ identifier }: CustomerForm): CustomerForm['identifier'] {
  const value = shownText(identifier?.value);
  return value === undefined ? undefined : referenceOf(value);
}

/** All five parts with a valid country, or nothing (openactive.md 2.7). */
function addressView(address: AddressForm | undefined): AddressForm | undefined {
  const streetAddress = shownText(address?.streetAddress);
  const addressLocality = shownText(address?.addressLocality);
  const addressRegion = shownText(address?.addressRegion);
  const postalCode = shownText(address?.postalCode);
  const addressCountry = address?.addressCountry;
  if (!streetAddress || !addressLocality || !addressRegion || !postalCode) return undefined;
  if (!addressCountry || !isCountry(addressCountry)) return undefined;
  return { '@type': 'PostalAddress', streetAddress, addressLocality, addressRegion, postalCode, addressCountry };
}

function contactView(contact: ContactForm | undefined): ContactForm | undefined {
  const parts = compact({ name: shownText(contact?.name), telephone: shownText(contact?.telephone) });
  if (parts.name === undefined && parts.telephone === undefined) return undefined;
  return { '@type': 'Person', ...parts } as ContactForm;
}
