/** A SKOS ConceptScheme: what an organisation can grant (openactive.md 2.4). Instants are ISO 8601 UTC. */
export type EntitlementList = {
  slug: string;
  title: string;
  description?: string;
  license?: string;
  /** The scheme's own URI where the list was adopted from elsewhere; absent: the organisation's own list. */
  uri?: string;
  published: boolean;
  version: number;
  createdAt: string;
  changedAt: string;
};

/** none: granted at once; before: granted when proved; after: granted, withdrawn unless proved in time (openactive.md 3.6). */
export type EvidencePolicy = 'none' | 'before' | 'after';

/** A SKOS Concept with the settings of openactive.md 2.4. */
export type EntitlementType = {
  number: number;
  list: string;
  /** The fragment of the concept's `@id`; unique in its list. */
  id: string;
  /** The concept's `@id`, verbatim, where it was adopted from elsewhere. */
  uri?: string;
  /** `inScheme` of an adopted concept. */
  scheme?: string;
  /** Place in its list: ordered by it, then by number. */
  position: number;
  version: number;
  label: string;
  status: 'active' | 'retired';
  /** In no list that others read, and not granted through the dialects that only know public lists. */
  hidden: boolean;
  /** ISO 8601 duration of years, months, weeks and days; absent: open-ended. */
  defaultDuration?: string;
  /** Passenger category in Entur's words; absent: `ADULT`. */
  category?: string;
  evidence: EvidencePolicy;
  evidenceDeadlineDays: number;
  evidenceName?: string;
  evidenceDescription?: string;
  /** Page to which the customer is sent instead of our own. */
  evidenceUrl?: string;
};

/** What an account's document keeps of an entitlement type: all that any dialect shows of it. */
export type TypeLabel = Pick<
  EntitlementType,
  'number' | 'list' | 'id' | 'uri' | 'scheme' | 'version' | 'label' | 'hidden' | 'category'
>;

/** The part of a type that accounts carry. */
export function labelOf(type: EntitlementType): TypeLabel {
  const { number, list, id, uri, scheme, version, label, hidden, category } = type;
  return {
    number,
    list,
    id,
    version,
    label,
    hidden,
    ...(uri === undefined ? {} : { uri }),
    ...(scheme === undefined ? {} : { scheme }),
    ...(category === undefined ? {} : { category }),
  };
}

/** URI of a list: its own where adopted, else below the organisation's base URL. */
export function listUri(baseUrl: string, list: { slug: string; uri?: string }): string {
  return list.uri ?? `${baseUrl}/openactive/entitlement-lists/${list.slug}`;
}

/** URI of a concept, the `@id` that all dialects show and take (openactive.md 2.4). */
export function typeUri(baseUrl: string, type: Pick<TypeLabel, 'list' | 'id' | 'uri'>): string {
  return type.uri ?? `${listUri(baseUrl, { slug: type.list })}#${type.id}`;
}

/** URI of the scheme that a concept belongs to. */
export function schemeUri(baseUrl: string, type: Pick<TypeLabel, 'list' | 'scheme'>): string {
  return type.scheme ?? listUri(baseUrl, { slug: type.list });
}
