/** The tenant: a broker, a seller, an operator. Everything belongs to exactly one. */
export type Organisation = {
  id: number;
  slug: string;
  name: string;
  /** IANA name; "today" and all dates of the organisation are evaluated in it. */
  timeZone: string;
  /** Public base URL without trailing slash; part of every `@id`. */
  baseUrl: string;
  /** Key of the HMACs kept for this organisation (PUT digests). Never leaves the server. */
  digestKey: Buffer;
  settings: OrganisationSettings;
  /** Rises with every change of the settings or of the base URL. */
  version: number;
};

/** What an organisation decides for itself; absent members have their defaults. */
export type OrganisationSettings = {
  /** Slug of the entitlement list that the broker dialect knows; absent: none. */
  brokerList?: string;
  /** Days for which evidence is kept after its decision; absent: as the server has it. */
  evidenceRetentionDays?: number;
  /** Whether it is recorded who reads personal data. */
  recordReads?: boolean;
  /** Days for which these records are kept. */
  readRetentionDays?: number;
  /** Days for which changes are kept, with who made them and what was written; absent: for ever. */
  changeRetentionDays?: number;
  /** Days for which accounts that are gone stay in the feed, and their identifiers stay readable. */
  tombstoneRetentionDays?: number;
  /** Days for which deliveries of webhooks are kept when they are over. */
  deliveryRetentionDays?: number;
};

/** What an organisation can decide. RPDE wants deleted items to stay for seven days (openactive.md 3.10). */
export const retentionDays = {
  change: { minimum: 30, maximum: 36_500 },
  tombstone: { minimum: 7, maximum: 3650 },
  delivery: { minimum: 1, maximum: 3650 },
} as const;

/** What an organisation has that decides nothing; how long evidence is kept, the server's configuration says. */
const defaults = {
  recordReads: true,
  readRetentionDays: 365,
  tombstoneRetentionDays: 30,
  deliveryRetentionDays: 30,
} satisfies OrganisationSettings;

type Decided = Required<Pick<OrganisationSettings, keyof typeof defaults>>;

/** What an organisation has decided, or has by default. */
export function settingsOf({ settings }: Pick<Organisation, 'settings'>): OrganisationSettings & Decided {
  return { ...defaults, ...settings };
}
