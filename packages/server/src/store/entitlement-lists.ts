import type { EntitlementList } from '#domain/entitlement-list.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';

const columns = 'l.slug, l.title, l.description, l.license, l.uri, l.published, l.version, l.created_at, l.changed_at';

const bySlug: Statement = {
  name: 'entitlement-lists-by-slug',
  text: `select ${columns} from entitlement_list l where l.organisation_id = $1 and l.slug = any($2::text[])`,
};

/** Reads of entitlement lists. They are written by the catalogue writer. */
export class EntitlementLists {
  readonly #database: Database;
  readonly #bySlug: Lane<EntitlementList>;

  constructor(database: Database) {
    this.#database = database;
    this.#bySlug = new Lane(async (organisationId, slugs) => {
      const rows = await database.read(organisationId, bySlug, [organisationId, slugs]);
      return new Map(rows.map((row) => [row.slug as string, listOf(row)]));
    });
  }

  /** The list with this slug; callers that ask at the same time share a round trip. */
  find(organisationId: number, slug: string): Promise<EntitlementList | undefined> {
    return this.#bySlug.get(organisationId, slug);
  }

  /** The list that was adopted from this URI. */
  async findByUri(organisationId: number, uri: string): Promise<EntitlementList | undefined> {
    const text = `select ${columns} from entitlement_list l where l.organisation_id = $1 and l.uri = $2`;
    const [row] = await this.#database.read(organisationId, { name: '', text }, [organisationId, uri]);
    return row && listOf(row);
  }

  /** Lists by slug, those after `after`. */
  async list(organisationId: number, after: string, limit: number): Promise<EntitlementList[]> {
    const text = `select ${columns} from entitlement_list l where l.organisation_id = $1 and l.slug > $2 order by l.slug limit $3`;
    const rows = await this.#database.read(organisationId, { name: '', text }, [organisationId, after, limit]);
    return rows.map(listOf);
  }
}

function listOf(row: Row): EntitlementList {
  return {
    slug: row.slug as string,
    title: row.title as string,
    ...(row.description === null ? {} : { description: row.description as string }),
    ...(row.license === null ? {} : { license: row.license as string }),
    ...(row.uri === null ? {} : { uri: row.uri as string }),
    published: row.published as boolean,
    version: row.version as number,
    createdAt: (row.created_at as Date).toISOString(),
    changedAt: (row.changed_at as Date).toISOString(),
  };
}
