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
};
