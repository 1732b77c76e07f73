import { isDeepStrictEqual } from 'node:util';
import type { Organisation } from '#domain/organisation.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';
import { organisationColumns, organisationOf } from './organisations.ts';

/** Rate limits of one API client; absent means the default of the dialect (architecture.md, Settled 8). */
export type RateLimits = { perSecond?: number; enturPerMinute?: number; enturUnidentifiedPerMinute?: number };

/** A credential holder of an organisation. */
export type ApiClient = {
  id: number;
  name: string;
  /** Absent: all scopes. */
  scopes?: string[];
  rateLimits: RateLimits;
  createdAt: Date;
  revokedAt?: Date;
};

export type StoredClient = Readonly<{ client: ApiClient; keyHash: Buffer; organisation: Organisation }>;

export const byId: Statement = {
  name: 'clients-by-id',
  text: `select c.id::text as key, c.id as client_id, c.name as client_name, c.key_hash, c.scopes, c.rate_limits, c.created_at, c.revoked_at,
      ${organisationColumns}
    from api_client c join organisation o on o.id = c.organisation_id where c.organisation_id = $1 and c.id = any($2::bigint[])`,
};

/** API clients. A key names its organisation and client, so finding it needs no look-up across organisations. */
export class Clients {
  readonly #database: Database;
  readonly #byId: Lane<StoredClient>;
  readonly #organisations: Lane<true>;
  /** Organisations are never deleted, so one that was there is there. */
  readonly #known = new Set<number>();
  /** As they were last found: as many as there are. */
  readonly #last = new Map<string, StoredClient>();

  constructor(database: Database) {
    this.#database = database;
    this.#organisations = new Lane(async (_none, keys) => {
      const rows = await database.global('select id from organisation where id = any($1::bigint[])', [keys]);
      return new Map(rows.map((row) => [String(row.id), true]));
    });
    this.#byId = new Lane(async (organisationId, keys) => {
      const rows = await database.lookUp(organisationId, byId, [organisationId, keys]);
      return new Map(rows.map((row) => [row.key as string, this.#found(storedOf(row))]));
    });
  }

  /** The client as this process found it last, without asking: for what may be begun before it is certain. */
  last(organisationId: number, id: number): StoredClient | undefined {
    return this.#last.get(`${organisationId}:${id}`);
  }

  /** What has not changed is the same object as before: so that it is seen at a glance. */
  #found(now: StoredClient): StoredClient {
    const key = `${now.organisation.id}:${now.client.id}`;
    const before = this.#last.get(key);
    if (before && isDeepStrictEqual(before, now)) return before;
    this.#last.set(key, now);
    return now;
  }

  /**
   * The client with this id, revoked or not. Asked anew for every request, in a shared round trip: a revocation counts at once.
   * Keys of organisations that do not exist share one round trip too, whatever they name: a flood of them delays nobody.
   */
  async find(organisationId: number, id: number): Promise<StoredClient | undefined> {
    if (!this.#known.has(organisationId)) {
      if (!(await this.#organisations.get(0, String(organisationId)))) return undefined;
      this.#known.add(organisationId);
    }
    return this.#byId.get(organisationId, String(id));
  }

  async create(
    organisationId: number,
    client: { id: number; name: string; keyHash: Buffer; scopes?: string[]; rateLimits: RateLimits },
  ): Promise<void> {
    const text =
      'insert into api_client (organisation_id, id, name, key_hash, scopes, rate_limits) values ($1, $2, $3, $4, $5, $6)';
    await this.#database.read(organisationId, { name: '', text }, [
      organisationId,
      client.id,
      client.name,
      client.keyHash,
      client.scopes ?? null,
      client.rateLimits,
    ]);
  }

  async list(organisationId: number): Promise<ApiClient[]> {
    const text =
      'select id as client_id, name as client_name, scopes, rate_limits, created_at, revoked_at from api_client where organisation_id = $1 order by id';
    return (await this.#database.read(organisationId, { name: '', text }, [organisationId])).map(clientOf);
  }

  /** Revokes a key; false when there is no such client. Repeating it changes nothing. */
  async revoke(organisationId: number, id: number): Promise<boolean> {
    const text =
      'update api_client set revoked_at = coalesce(revoked_at, now()) where organisation_id = $1 and id = $2 returning id';
    return (await this.#database.read(organisationId, { name: '', text }, [organisationId, id])).length > 0;
  }
}

function storedOf(row: Row): StoredClient {
  return { client: clientOf(row), keyHash: row.key_hash as Buffer, organisation: organisationOf(row) };
}

function clientOf(row: Row): ApiClient {
  return {
    id: row.client_id as number,
    name: row.client_name as string,
    rateLimits: row.rate_limits as RateLimits,
    createdAt: row.created_at as Date,
    ...(row.scopes === null ? {} : { scopes: row.scopes as string[] }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at as Date }),
  };
}
