import { type Static, Type } from 'typebox';
import { foldKey } from '#domain/keys.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { CustomerFilter } from '#operations/customers/list.ts';

const given = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const noData = 'Tessera holds no such data: matches nothing';

/** The parameters of P1 (entur.md 3.3). Unknown ones are ignored. */
export const Search = Type.Object({
  firstName: given('compared ignoring case'),
  surname: given('compared ignoring case'),
  email: given('compared ignoring case'),
  customerRef: given("the organisation's own reference"),
  countryCode: given('together with telephoneNumberNoCountryCode'),
  telephoneNumberNoCountryCode: given('together with countryCode'),
  telephoneNumber: given('ignored when the two above are given'),
  landlineNumber: given('equal'),
  dateOfBirth: Type.Optional(Type.String({ format: 'date' })),
  postalAddress: given('street, compared ignoring case'),
  postCode: given('equal'),
  vippsId: given('equal'),
  ticketRightOwner: given(noData),
  ticketRightBearer: given(noData),
  invoiceOrganisationId: given(noData),
  organisationId: Type.Optional(Type.Integer({ format: 'int64', description: "the token's organisation" })),
  maxResultSet: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  includeTemporary: Type.Optional(Type.Boolean({ default: false })),
});

/** The customers that are sought, and how many at most; without a filter none can match. */
export type ReadSearch = { filter: CustomerFilter | undefined; limit: number };

/**
 * What a search looks for: active customers to whom all effective parameters apply.
 *
 * @throws Refusal `foreign-organisation`; `invalid` without any effective parameter
 */
export function readSearch(query: Static<typeof Search>, organisationId: number): ReadSearch {
  if (query.organisationId !== undefined && query.organisationId !== organisationId) {
    throw new Refusal({ kind: 'foreign-organisation' });
  }
  const { filter, unmatched } = filtersOf(query);
  if (Object.keys(filter).length === 0 && !unmatched) {
    refuseFaults([{ path: [], code: 'no-parameter', message: 'needs at least one parameter' }], 'query');
  }
  const { maxResultSet: limit = 100, includeTemporary = false } = query;
  if (unmatched) return { filter: undefined, limit };
  return { filter: { ...filter, state: 'active', ...(includeTemporary ? {} : { exceptTemporary: true }) }, limit };
}

function filtersOf(query: Static<typeof Search>): { filter: CustomerFilter; unmatched: boolean } {
  const { firstName, surname, email, countryCode, postalAddress, postCode } = query;
  const number = query.telephoneNumberNoCountryCode;
  const filter: CustomerFilter = {};
  if (firstName !== undefined) filter.givenNameKey = foldKey(firstName);
  if (surname !== undefined) filter.surnameKey = foldKey(surname);
  if (email !== undefined) filter.emailKey = foldKey(email).replaceAll(' ', '+');
  if (query.customerRef !== undefined) filter.customerRef = query.customerRef;
  if (countryCode !== undefined && number !== undefined) {
    filter.telephoneParts = { countryCode: withPlus(countryCode), number };
  } else if (query.telephoneNumber !== undefined) {
    filter.telephone = withPlus(query.telephoneNumber);
  }
  if (query.landlineNumber !== undefined) filter.landline = withPlus(query.landlineNumber);
  if (query.dateOfBirth !== undefined) filter.birthDate = query.dateOfBirth;
  if (query.vippsId !== undefined) filter.vippsId = query.vippsId;
  if (postalAddress !== undefined || postCode !== undefined) {
    filter.address = {
      ...(postalAddress === undefined ? {} : { street: postalAddress }),
      ...(postCode === undefined ? {} : { postalCode: postCode }),
    };
  }
  const noSuchData = [query.ticketRightOwner, query.ticketRightBearer, query.invoiceOrganisationId];
  return { filter, unmatched: noSuchData.some((value) => value !== undefined) };
}

/** A `+` that was sent without percent-encoding arrives as a blank, which none of these can begin with. */
function withPlus(text: string): string {
  return text.replace(/^ /, '+');
}
