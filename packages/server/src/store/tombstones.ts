import type { Organisation } from '#domain/organisation.ts';
import { lockCounter } from './commit/commit.ts';
import type { Database, Row, Statement } from './database.ts';
import { identifierDigest } from './forgotten-identifiers.ts';

/** An account that is gone: which, and in which state it was found. */
export type Tombstone = { identifier: string; number: number; version: number };

export const tombstonesDue: Statement = {
  name: 'tombstones-due',
  text: `select identifier, number, version from account where organisation_id = $1 and gone_at < $2 order by gone_at limit $3`,
};

/**
 * Runs after the counter is locked: nobody creates an account meanwhile, so an identifier is either here or there. What has
 * changed since it was found stays. $2 tombstones with their digests.
 */
export const endTombstones: Statement = {
  name: 'tombstones-end',
  text: `with found as materialized (
    select x.digest, a.ctid as place from json_to_recordset($2::json) as x(number bigint, version bigint, digest text)
      cross join lateral (select ctid, version, state from account where organisation_id = $1 and number = x.number limit 1) a
      where a.state <> 'active' and a.version = x.version
  ), ended as (
    delete from account where organisation_id = $1 and ctid = any(array(select place from found)) returning ctid as place, number, customer_number, version, state
  ), unnamed as (
    update webhook_delivery d set identifier = null
    where d.organisation_id = $1 and d.id = any(array(select w.id from ended e join webhook_delivery w
      on w.organisation_id = $1 and w.customer_number = e.customer_number and w.account_number = e.number
      where w.identifier is not null order by w.id for update of w))
  )
  insert into forgotten_identifier (organisation_id, digest, number, customer_number, version, state)
  select $1, decode(f.digest, 'hex'), e.number, e.customer_number, e.version, e.state from ended e join found f using (place)
  on conflict (organisation_id, digest) do update set number = excluded.number, customer_number = excluded.customer_number,
    version = excluded.version, state = excluded.state
  returning 1`,
};

/** Accounts that are gone, as long as they are in the feed. */
export class Tombstones {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Organisations with accounts that were gone before an instant. */
  async organisations(before: Date): Promise<number[]> {
    const rows = await this.#database.global('select organisations_with_tombstones($1) as id', [before]);
    return rows.map((row) => row.id as number);
  }

  /** Accounts that were gone before an instant, the first of them first. */
  async due(organisationId: number, before: Date, limit: number): Promise<Tombstone[]> {
    const rows = await this.#database.read(organisationId, tombstonesDue, [organisationId, before, limit]);
    return rows.map((row) => ({
      identifier: row.identifier as string,
      number: row.number as number,
      version: row.version as number,
    }));
  }

  /**
   * Ends tombstones: of each identifier only a digest stays, with what keeps it from being used again or from repeating a version.
   * One transaction.
   *
   * @returns how many were ended: those that somebody else has ended, or created anew, are not among them
   */
  async end(organisation: Organisation, tombstones: readonly Tombstone[]): Promise<number> {
    const { id } = organisation;
    const rows = tombstones.map(({ identifier, ...tombstone }) => ({
      ...tombstone,
      digest: identifierDigest(organisation, identifier),
    }));
    const [, ended] = await this.#database.write(id, [
      { ...lockCounter, values: [id] },
      { ...endTombstones, values: [id, JSON.stringify(rows)] },
    ]);
    return (ended as Row[]).length;
  }
}
