import type { EntitlementType, EvidencePolicy } from '#domain/entitlement-list.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';

/** How an entitlement type is named: by its list and id, by the URI it was adopted with, or by its number. */
export type TypeRef = { list: string; id: string } | { uri: string } | { number: number };

const columns = `t.number, t.list_slug, t.id, t.uri, t.position, t.version, t.label, t.status, t.hidden, t.default_duration, t.category,
  t.evidence, t.evidence_deadline_days, t.evidence_name, t.evidence_description, t.evidence_url,
  (select l.uri from entitlement_list l where l.organisation_id = t.organisation_id and l.slug = t.list_slug) as scheme`;

export const typesById: Statement = {
  name: 'entitlement-types-by-id',
  text: `select ${columns} from unnest($2::text[], $3::text[]) k (list, id) cross join lateral (select * from entitlement_type
    where organisation_id = $1 and list_slug = k.list and id = k.id limit 1) t`,
};

export const typesByUri: Statement = {
  name: 'entitlement-types-by-uri',
  text: `select ${columns} from unnest($2::text[]) k (uri) cross join lateral (select * from entitlement_type
    where organisation_id = $1 and uri = k.uri limit 1) t`,
};

export const typesByNumber: Statement = {
  name: 'entitlement-types-by-number',
  text: `select ${columns} from unnest($2::bigint[]) k (number) cross join lateral (select * from entitlement_type
    where organisation_id = $1 and number = k.number limit 1) t`,
};

// In list order, as it is published.
const shownOfList: Statement = {
  name: 'entitlement-types-shown',
  text: `select ${columns} from entitlement_type t where t.organisation_id = $1 and t.list_slug = any($2::text[])
    and t.status = 'active' and not t.hidden order by t.position, t.number`,
};

/** Reads of entitlement types, whatever their status. They are written by the catalogue writer. */
export class EntitlementTypes {
  readonly #database: Database;
  readonly #byId: Lane<EntitlementType>;
  readonly #byUri: Lane<EntitlementType>;
  readonly #byNumber: Lane<EntitlementType>;
  readonly #shown: Lane<EntitlementType[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#byId = new Lane(async (organisationId, keys) => {
      const refs = keys.map(refOfKey);
      const values = [organisationId, refs.map(({ list }) => list), refs.map(({ id }) => id)];
      const types = (await database.read(organisationId, typesById, values)).map(typeOf);
      return new Map(types.map((type) => [keyOfRef(type), type]));
    });
    this.#byUri = new Lane(async (organisationId, uris) => {
      const types = (await database.read(organisationId, typesByUri, [organisationId, uris])).map(typeOf);
      return new Map(types.map((type) => [type.uri as string, type]));
    });
    this.#byNumber = new Lane(async (organisationId, numbers) => {
      const types = (await database.read(organisationId, typesByNumber, [organisationId, numbers])).map(typeOf);
      return new Map(types.map((type) => [String(type.number), type]));
    });
    this.#shown = new Lane(
      async (organisationId, slugs) => {
        const types = (await database.read(organisationId, shownOfList, [organisationId, slugs])).map(typeOf);
        return Map.groupBy(types, ({ list }) => list);
      },
      { maxBatch: 20 }, // a list may have thousands of types
    );
  }

  /** The types that are named, in that order; undefined for those that do not exist. Callers at the same time share round trips. */
  find(organisationId: number, refs: readonly TypeRef[]): Promise<(EntitlementType | undefined)[]> {
    return Promise.all(
      refs.map((ref) => {
        if ('uri' in ref) return this.#byUri.get(organisationId, ref.uri);
        if ('number' in ref) return this.#byNumber.get(organisationId, String(ref.number));
        return this.#byId.get(organisationId, keyOfRef(ref));
      }),
    );
  }

  /** What others may see of a list: its active types that are not hidden, in list order. */
  async shownOf(organisationId: number, list: string): Promise<EntitlementType[]> {
    return (await this.#shown.get(organisationId, list)) ?? [];
  }

  /** Types of a list in list order, those after `after`; all of them without a limit. */
  async ofList(
    organisationId: number,
    list: string,
    after?: { position: number; number: number },
    limit?: number,
  ): Promise<EntitlementType[]> {
    const text = `select ${columns} from entitlement_type t where t.organisation_id = $1 and t.list_slug = $2
      and (t.position, t.number) > ($3::integer, $4::bigint) order by t.position, t.number limit $5`;
    const values = [organisationId, list, after?.position ?? -1, after?.number ?? 0, limit ?? null];
    return (await this.#database.read(organisationId, { name: '', text }, values)).map(typeOf);
  }

  /** How many types a list has, retired ones included, and their greatest position (-1: there is none). */
  async extentOf(organisationId: number, list: string): Promise<{ count: number; lastPosition: number }> {
    const text = `select count(*)::int as count, coalesce(max(position), -1) as last_position from entitlement_type
      where organisation_id = $1 and list_slug = $2`;
    const [row] = await this.#database.read(organisationId, { name: '', text }, [organisationId, list]);
    return { count: row?.count as number, lastPosition: row?.last_position as number };
  }
}

// A slug has no #.
function keyOfRef({ list, id }: { list: string; id: string }): string {
  return `${list}#${id}`;
}

function refOfKey(key: string): { list: string; id: string } {
  const cut = key.indexOf('#');
  return { list: key.slice(0, cut), id: key.slice(cut + 1) };
}

function typeOf(row: Row): EntitlementType {
  const optional = {
    uri: row.uri,
    scheme: row.scheme,
    defaultDuration: row.default_duration,
    category: row.category,
    evidenceName: row.evidence_name,
    evidenceDescription: row.evidence_description,
    evidenceUrl: row.evidence_url,
  };
  return {
    number: row.number as number,
    list: row.list_slug as string,
    id: row.id as string,
    position: row.position as number,
    version: row.version as number,
    label: row.label as string,
    status: row.status as EntitlementType['status'],
    hidden: row.hidden as boolean,
    evidence: row.evidence as EvidencePolicy,
    evidenceDeadlineDays: row.evidence_deadline_days as number,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)) as Partial<EntitlementType>),
  };
}
