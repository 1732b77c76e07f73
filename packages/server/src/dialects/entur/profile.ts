import { isDeepStrictEqual } from 'node:util';
import type { TSchema } from 'typebox';
import type { Aggregate } from '#domain/account.ts';
import { compact } from '#domain/compact.ts';
import type { Customer, CustomerDetails } from '#domain/customer.ts';
import { isObject } from '#domain/merge.ts';
import { pointerOf, Refusal, refuseFaults } from '#domain/refusal.ts';
import { validatorOf } from '#http/validation.ts';
import type { DetailsInput } from '#operations/details.ts';
import { unchangedAddresses, writtenAddresses } from './addresses.ts';
import { inTableOrder } from './members.ts';
import { memberFaults } from './profile-faults.ts';
import type { CreateProfile, UpdateProfile } from './profile-schema.ts';
import { renderProfile } from './render.ts';
import { shownLandline, writtenTelephone } from './telephones.ts';

/** A profile body without what is absent; after judgement also without what is faulty. */
export type ProfileBody = Partial<CreateProfile> & Partial<UpdateProfile>;

/** What a body is judged by, besides the contract. */
export type Known = {
  organisationId: number;
  /** The organisation's calendar date. */
  today: string;
  /** Whether the customer that `parentId` names is there. */
  parentExists: boolean;
  /** Absent for a new profile. */
  stored?: Aggregate | undefined;
};

/** What a body makes of a profile: `customerRef` undefined leaves it, null means "the customer number". */
export type WrittenProfile = { body: ProfileBody; details: DetailsInput; customerRef: string | null | undefined };

/**
 * Judges a profile body as a full overwrite of what is stored (entur.md 3.4). A value that is sent back as it is shown always
 * passes, and what Entur cannot show stays (architecture.md, Settled 12).
 *
 * @throws Refusal `invalid` with every fault, or `foreign-organisation` where `organisationId` is the first of them
 */
export function readProfile(sent: unknown, schema: TSchema, known: Known): WrittenProfile {
  const body = present(sent);
  const { customer } = known.stored ?? {};
  const addresses = customer?.details.addresses ?? [];
  const shown: Record<string, unknown> = known.stored ? renderProfile(known.stored, known.organisationId) : {};
  const same = {
    members: new Set(Object.keys(body).filter((member) => isDeepStrictEqual(body[member], shown[member]))),
    addresses: unchangedAddresses(Array.isArray(body.postalAddresses) ? body.postalAddresses : [], addresses),
  };

  const shape = validatorOf(schema)(isObject(sent) ? body : sent).filter(({ path: [member, index] }) =>
    member === 'postalAddresses' && index !== undefined
      ? same.addresses[Number(index)] === undefined
      : !same.members.has(String(member)),
  );
  const faulty = new Set(shape.map(({ path }) => path[0]));
  const sound = Object.fromEntries(Object.entries(body).filter(([member]) => !faulty.has(member))) as ProfileBody;
  const details = detailsOf(sound, customer, same);
  const told = new Set(shape.map(({ path }) => pointerOf(path)));
  const more = memberFaults({ body, sound, details, same, known }).filter(({ path }) => !told.has(pointerOf(path)));
  const faults = inTableOrder([...shape, ...more]);
  if (faults[0]?.code === 'foreign') throw new Refusal({ kind: 'foreign-organisation', others: faults.slice(1) });
  refuseFaults(faults);
  return { body: sound, details, customerRef: customerRefOf(sound, customer, same.members) };
}

/** Which members and addresses of a body are what the profile shows already. */
export type Unchanged = { members: ReadonlySet<string>; addresses: ReturnType<typeof unchangedAddresses> };

/** A copy, because validation trims in place: without nulls, and without the telephone number that a pair overrules. */
function present(sent: unknown): Record<string, unknown> {
  if (!isObject(sent)) return {};
  const body = new Map(Object.entries(structuredClone(sent)).filter(([, value]) => value !== null));
  if (body.has('countryCode') && body.has('telephoneNumberNoCountryCode')) body.delete('telephoneNumber');
  const addresses = body.get('postalAddresses');
  if (Array.isArray(addresses)) body.set('postalAddresses', addresses.map(withoutNulls));
  return Object.fromEntries(body);
}

function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function detailsOf(body: ProfileBody, customer: Customer | undefined, same: Unchanged): DetailsInput {
  const stored: CustomerDetails = customer?.details ?? {};
  const hiddenLandline = shownLandline(stored) === undefined ? stored.landline : undefined;
  const addresses = body.postalAddresses
    ? writtenAddresses(body.postalAddresses, same.addresses, stored.addresses ?? [])
    : stored.addresses;
  const { telephone: _, telephoneParts: __, ...rest } = stored;
  return compact({
    ...rest,
    ...namesOf(body, customer, same.members),
    ...writtenTelephone(body, stored),
    email: body.email,
    landline: body.landlineNumber ?? hiddenLandline,
    birthDate: body.dateOfBirth,
    nationality: body.nationality,
    language: same.members.has('languagePreferenceISO6393') ? stored.language : languageOf(body, stored),
    vippsId: body.vippsId,
    parent: body.parentId,
    addresses,
  }) as DetailsInput;
}

/** Names that are sent back as shown stay as they are stored, also the empty ones that stand for "missing". */
function namesOf({ firstName, surname }: ProfileBody, customer: Customer | undefined, same: ReadonlySet<string>) {
  const { kind = 'person', details = {} } = customer ?? {};
  const givenName = same.has('firstName') ? details.givenName : firstName;
  if (kind === 'organization') return { givenName, name: same.has('surname') ? details.name : surname };
  return { givenName, familyName: same.has('surname') ? details.familyName : surname };
}

const languages = new Map<unknown, string>([
  ['NO', 'NOB'],
  ['NN', 'NNO'],
  ['EN', 'ENG'],
]);

function languageOf(body: ProfileBody, stored: CustomerDetails): string | undefined {
  return body.languagePreferenceISO6393?.toUpperCase() ?? languages.get(body.languagePreference) ?? stored.language;
}

function customerRefOf({ customerRef }: ProfileBody, customer: Customer | undefined, same: ReadonlySet<string>) {
  if (same.has('customerRef')) return undefined;
  return customer && customerRef === String(customer.number) ? null : customerRef;
}
