import type { TelephoneParts } from '#domain/customer.ts';
import { telephoneKey } from '#domain/keys.ts';

/** Filters on members of a customer that have no column, as Entur's search needs them. */
export type DocumentFilter = {
  /** Folded family name of a person or name of an organisation, but not a person's full name. */
  surnameKey?: string;
  /** Exactly as stored. */
  telephone?: string;
  telephoneParts?: TelephoneParts;
  landline?: string;
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
  if (filter.landline !== undefined) where.push(`c.document #>> '{details,landline}' = ${bind(filter.landline)}`);
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

function addressCondition(address: { street?: string; postalCode?: string }, bind: (value: unknown) => string): string {
  const conditions = [`a ->> 'addressLocality' is not null`];
  conditions.push(
    address.street === undefined
      ? `a ->> 'streetAddress' is not null`
      : streetCondition(address.street.normalize('NFC').trim(), bind),
  );
  conditions.push(
    address.postalCode === undefined
      ? `a ->> 'postalCode' is not null`
      : `a ->> 'postalCode' = ${bind(address.postalCode)}`,
  );
  return `exists (select from json_array_elements(c.document #> '{details,addresses}') a where ${conditions.join(' and ')})`;
}

/** Equal, ignoring case. The length is asked first: it is the same in lower case, and tells most apart 10 times as fast. */
function streetCondition(street: string, bind: (value: unknown) => string): string {
  const stored = `btrim(a ->> 'streetAddress')`;
  const equal = `translate(${stored}, ${bind(upper)}, ${bind(lower)}) = ${bind(lowered(street))}`;
  return `case when char_length(${stored}) = ${bind([...street].length)} then ${equal} else false end`;
}

// The letters that have one lower-case letter, and those: the database's locale has no say in what equals what.
const letters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
  (letter) => letter.toLowerCase() !== letter && letter.toLowerCase().length === 1,
);
const pairs = new Map(letters.map((letter) => [letter, letter.toLowerCase()]));
const upper = [...pairs.keys()].join('');
const lower = [...pairs.values()].join('');

function lowered(text: string): string {
  return [...text].map((letter) => pairs.get(letter) ?? letter).join('');
}
