import { isCountry, isCountryAlpha3 } from '#domain/countries.ts';
import type { CustomerDetails } from '#domain/customer.ts';
import { customerRefFault, detailsFaults } from '#domain/details-rules.ts';
import { isObject } from '#domain/merge.ts';
import type { Fault } from '#domain/refusal.ts';
import type { DetailsInput } from '#operations/details.ts';
import type { Known, ProfileBody, Unchanged } from './profile.ts';

type Judged = {
  /** The body as sent. */
  body: Record<string, unknown>;
  /** The members of the body that have the right form. */
  sound: ProfileBody;
  /** The personal data as they would become. */
  details: DetailsInput;
  same: Unchanged;
  known: Known;
};

/** The faults of a profile body that a schema cannot see (entur.md 3.4), of changed members only. */
export function memberFaults(judged: Judged): Fault[] {
  const { body, sound, same, known } = judged;
  const customer = known.stored?.customer;
  const faults: Fault[] = [];
  const fault = (member: string, code: string) => faults.push({ path: [member], code, message: 'is not valid' });
  const changed = (member: keyof ProfileBody) => sound[member] !== undefined && !same.members.has(member);

  if (sound.organisationId !== undefined && sound.organisationId !== known.organisationId)
    fault('organisationId', 'foreign');
  if (changed('customerRef') && customerRefFault(sound.customerRef, customer?.number).length > 0)
    fault('customerRef', 'reserved');
  for (const [one, other] of pairs) if (one in body && !(other in body)) fault(one, 'incomplete');
  if (changed('nationality') && !isCountryAlpha3(sound.nationality as string)) fault('nationality', 'country');
  if (changed('parentId') && (!known.parentExists || sound.parentId === customer?.number))
    fault('parentId', 'unknown-customer');
  return [...faults, ...domainFaults(judged), ...addressFaults(body.postalAddresses, same)];
}

const pairs = [
  ['countryCode', 'telephoneNumberNoCountryCode'],
  ['telephoneNumberNoCountryCode', 'countryCode'],
] as const;

/** Members by their names in the domain; addresses are judged here. */
const names: Record<string, string> = { email: 'email', birthDate: 'dateOfBirth', givenName: 'firstName' };

/** What every dialect asks of personal data, in Entur's words. */
function domainFaults({ details, known }: Judged): Fault[] {
  const { kind, details: stored } = known.stored?.customer ?? { kind: 'person', details: {} };
  const faults = detailsFaults(kind, { ...details, addresses: [] } as CustomerDetails, stored, known.today);
  return faults.map((fault) => ({ ...fault, path: [names[String(fault.path[0])] ?? String(fault.path[0])] }));
}

function addressFaults(addresses: unknown, same: Unchanged): Fault[] {
  if (!Array.isArray(addresses)) return [];
  return addresses.flatMap((address, index) => {
    if (same.addresses[index] || !isObject(address)) return [];
    const { postCode, country = 'NO' } = address;
    const wrong: string[] = [];
    if (country === 'NO' && typeof postCode === 'string' && !/^\d{4}$/.test(postCode)) wrong.push('postCode');
    if (typeof country === 'string' && !isCountry(country)) wrong.push('country');
    return wrong.map((member) => ({
      path: ['postalAddresses', index, member],
      code: 'format',
      message: 'is not valid',
    }));
  });
}
