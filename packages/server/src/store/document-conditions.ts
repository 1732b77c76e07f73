import type { TelephoneParts } from '#domain/customer.ts';
import { foldKey, telephoneKey } from '#domain/keys.ts';

/** Filters that take more than one column, as Entur's search needs them. */
export type DocumentFilter = {
  /** Folded family name of a person or name of an organisation, but not a person's full name. */
  surnameKey?: string;
  /** Exactly as stored. */
  telephone?: string;
  telephoneParts?: TelephoneParts;
  /** One address with street, postal code and city has these; the street ignoring case. */
  address?: { street?: string; postalCode?: string };
  exceptTemporary?: boolean;
};

/** SQL conditions on the alias `c` of the customer table; every value is bound. */
export function documentConditions(filter: DocumentFilter, bind: (value: unknown) => string): string[] {
  const where: string[] = [];
  if (filter.surnameKey !== undefined) {
    where.push(`c.name_key = ${bind(filter.surnameKey)}`);
    where.push(`(c.document ->> 'kind' = 'organization' or c.document #>> '{details,familyName}' is not null)`);
  }
  if (filter.telephone !== undefined) where.push(...telephoneConditions(filter.telephone, bind));
  if (filter.telephoneParts) {
    const { countryCode, number } = filter.telephoneParts;
    where.push(...telephoneConditions(countryCode + number, bind));
    where.push(`c.document #>> '{details,telephoneParts,countryCode}' = ${bind(countryCode)}`);
  }
  if (filter.address) where.push(addressCondition(filter.address, bind));
  if (filter.exceptTemporary) where.push(`c.document ->> 'type' <> 'temporary'`);
  return where;
}

/** The key finds the few candidates by its index. */
function telephoneConditions(telephone: string, bind: (value: unknown) => string): string[] {
  const equal = `c.document #>> '{details,telephone}' = ${bind(telephone)}`;
  const key = telephoneKey(telephone);
  return key === undefined ? [equal] : [`c.telephone_key = ${bind(key)}`, equal];
}

/** The customers with such an address, found first: few, on an index. `$1` is the organisation. */
function addressCondition(address: { street?: string; postalCode?: string }, bind: (value: unknown) => string): string {
  const where = ['organisation_id = $1'];
  if (address.street !== undefined) where.push(`street_key = ${bind(foldKey(address.street))}`);
  if (address.postalCode !== undefined) where.push(`postal_code = ${bind(address.postalCode)}`);
  return `c.number = any(array(select customer_number from customer_address where ${where.join(' and ')}))`;
}
