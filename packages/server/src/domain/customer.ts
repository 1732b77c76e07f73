/** A postal address; every part is optional and kept as given. `id` is Entur's int64. */
export type Address = {
  id: number;
  streetAddress?: string;
  addressLocality?: string;
  addressRegion?: string;
  postalCode?: string;
  /** ISO 3166-1 alpha-2, upper case. */
  addressCountry?: string;
};

/** Whether an address can be written on a letter: what Entur calls a postal address (architecture.md, Settled 12). */
export function isPostalAddress(
  address: Address,
): address is Address & { streetAddress: string; postalCode: string; addressLocality: string } {
  return [address.streetAddress, address.postalCode, address.addressLocality].every((part) => part !== undefined);
}

/** What a dialect sends of an address: the server gives the id. */
export type NewAddress = Omit<Address, 'id'>;

export type EmergencyContact = { name?: string; telephone?: string };

/** Country code and number apart, as Entur keeps them. Together they are `telephone`. */
export type TelephoneParts = { countryCode: string; number: string };

/** The personal data of a customer, in schema.org words, shared by all dialects. */
export type CustomerDetails = {
  givenName?: string;
  familyName?: string;
  /** A person's full name where it is not known in parts, or an organisation's name. */
  name?: string;
  legalName?: string;
  email?: string;
  telephone?: string;
  /** Present only while `telephone` was given as a pair. */
  telephoneParts?: TelephoneParts;
  landline?: string;
  jobTitle?: string;
  /** `YYYY-MM-DD` */
  birthDate?: string;
  gender?: string;
  is13OrOver?: boolean;
  /** ISO 3166-1 alpha-3. */
  nationality?: string;
  /** ISO 639-3, upper case; absent means Entur's default `NOB`. */
  language?: string;
  vippsId?: string;
  /** Customer number of the parent customer, same organisation. */
  parent?: number;
  url?: string;
  sameAs?: string[];
  vatID?: string;
  /** The first one is `address` in the dialects that know one. */
  addresses?: Address[];
  emergencyContact?: EmergencyContact;
};

/** active, passive (deactivated, to be erased at `expiresAt`), erased (a tombstone without personal data). */
export type CustomerState = 'active' | 'passive' | 'erased';

/** Entur's S, P and T. */
export type CustomerType = 'standard' | 'personnel' | 'temporary';

/** A person or an organisation known to the tenant. Instants are ISO 8601 UTC with milliseconds. */
export type Customer = {
  number: number;
  /** 32 random alphanumerics (Entur); not an RFC 4122 UUID. */
  uuid: string;
  kind: 'person' | 'organization';
  type: CustomerType;
  state: CustomerState;
  /** Rises with every committed write to the customer or any of the customer's accounts. */
  version: number;
  /** The organisation's own reference; unset means "the customer number". */
  customerRef?: string;
  /** Login name (Entur), folded. */
  username?: string;
  details: CustomerDetails;
  expiresAt?: string;
  createdAt: string;
  createdBy: string;
  createdByChannel: string;
  changedAt: string;
  changedBy: string;
  changedByChannel: string;
};

/** The customer as every account carries it: without what changes when other accounts of the customer do. */
export type AccountCustomer = Omit<Customer, 'version'>;
