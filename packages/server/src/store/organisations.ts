import type { Organisation, OrganisationSettings } from '#domain/organisation.ts';
import { lockCounter } from './commit/commit.ts';
import type { Database, Row } from './database.ts';
import { Lane } from './lane.ts';

/** What {@link organisationOf} reads, of the table under the name `o`. */
export const organisationColumns = 'o.id, o.slug, o.name, o.time_zone, o.base_url, o.digest_key, o.settings, o.version';

/** Organisations: the one table that belongs to none. */
export class Organisations {
  readonly #database: Database;
  readonly #bySlug: Lane<Organisation>;

  constructor(database: Database) {
    this.#database = database;
    this.#bySlug = new Lane(async (_none, slugs) => {
      const text = `select ${organisationColumns}, o.id = first.id as first from organisation o, (select min(id) as id from organisation) first
        where o.slug = any($1::text[]) or o.id = first.id`;
      const rows = await database.global(text, [slugs]);
      return new Map(
        rows.flatMap((row) =>
          (row.first ? ['', row.slug] : [row.slug]).map((key) => [key as string, organisationOf(row)]),
        ),
      );
    });
  }

  /** Creates an organisation with its change counter and its first pass namespace, in one transaction; undefined when slug or base URL is taken. */
  async create(organisation: Omit<Organisation, 'id' | 'settings' | 'version'>): Promise<Organisation | undefined> {
    const { slug, name, timeZone, baseUrl, digestKey } = organisation;
    // Drawn first: a transaction has to name its organisation before it writes the organisation's rows.
    const [drawn] = await this.#database.global(`select nextval('organisation_id_seq') as id`);
    const id = drawn?.id as number;
    const insert = `insert into organisation (id, slug, name, time_zone, base_url, digest_key) overriding system value
      values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id`;
    const counter = 'insert into organisation_counter (organisation_id) select id from organisation where id = $1';
    const namespace = `insert into pass_namespace (organisation_id, name, is_default, version, created_at, changed_at)
      select id, 'card', true, 1, now(), now() from organisation where id = $1`;
    const [created] = await this.#database.write(id, [
      { name: '', text: insert, values: [id, slug, name, timeZone, baseUrl, digestKey] },
      { name: '', text: counter, values: [id] },
      { name: '', text: namespace, values: [id] },
    ]);
    return created?.length === 1 ? { id, ...organisation, settings: {}, version: 1 } : undefined;
  }

  /** The organisation with this slug; without a slug the first one. Asked by everybody, so round trips are shared. */
  find(slug = ''): Promise<Organisation | undefined> {
    return this.#bySlug.get(0, slug);
  }

  async get(id: number): Promise<Organisation | undefined> {
    const rows = await this.#database.global(`select ${organisationColumns} from organisation o where o.id = $1`, [id]);
    return rows[0] && organisationOf(rows[0]);
  }

  async list(): Promise<Organisation[]> {
    const rows = await this.#database.global(`select ${organisationColumns} from organisation o order by o.id`);
    return rows.map(organisationOf);
  }

  /** Changes the base URL; false when the organisation has, or ever had, an account: its `@id`s are fixed then. */
  async moveBaseUrl(id: number, baseUrl: string): Promise<boolean> {
    const text = `update organisation set base_url = $2, version = version + 1 where id = $1
        and not exists (select from account where organisation_id = $1)
        and not exists (select from forgotten_identifier where organisation_id = $1) returning id`;
    // Under the counter lock: a first account that is just being committed is seen.
    const [, rows] = await this.#database.write(id, [
      { ...lockCounter, values: [id] },
      { name: '', text, values: [id, baseUrl] },
    ]);
    return (rows as Row[]).length > 0;
  }
}

export function organisationOf(row: Row): Organisation {
  return {
    id: row.id as number,
    slug: row.slug as string,
    name: row.name as string,
    timeZone: row.time_zone as string,
    baseUrl: row.base_url as string,
    digestKey: row.digest_key as Buffer,
    settings: row.settings as OrganisationSettings,
    version: row.version as number,
  };
}
