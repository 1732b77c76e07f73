import type { Database, Row, Statement } from './database.ts';

/** A record of a read. Ids and who, never values. */
export type ReadRecord = {
  at: string;
  requestId: string;
  correlationId: string;
  client: { id: number; name: string };
  /** As in the audit of writes: ET-Client-Name where given, else the API client's name. */
  by: string;
  dialect: string;
  operation: string;
  /** Where it was about one account; with the identifier as long as the account or its tombstone is there. */
  account?: { number: number; identifier?: string };
};

/** A time in which reads may be missing. Without `until` a process was killed soon after; without `lost` nobody knows how many. */
export type ReadGap = { id: string; from: string; until?: string; lost?: number };

/** Where a list goes on: after this instant and id, newest first. */
export type TracePosition = { at: string; id: string };

/** Latest first, so the position before everything is the highest. */
const beginning: TracePosition = { at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** A process that has not shown itself for so long is not there any more. */
const silent = `interval '1 minute'`;

export const readsOfCustomer: Statement = {
  name: 'reads-of-customer',
  text: `select r.at, r.request_id, coalesce(r.correlation_id, r.request_id::text) as correlation_id, r.client_id, r.client_name, r.actor,
      r.dialect, r.operation, r.account_number, a.identifier
    from (select * from read_record where organisation_id = $1 and customer_number = $2 and at >= $3::timestamptz and at < $4::timestamptz
      and (at, request_id) < ($5::timestamptz, $6::uuid) order by at desc, request_id desc limit $7) r
    left join lateral (select identifier from account where organisation_id = $1 and number = r.account_number limit 1) a on true
    order by r.at desc, r.request_id desc`,
};

// A process that ended before the organisation was there has read nothing of it.
const gapsOf: Statement = {
  name: 'read-gaps',
  text: `select id, began_at, ended_at, lost from (
      select id, began_at, ended_at, lost from read_gap where organisation_id = $1
      union all
      select id, seen_at, null, null from read_recorder where ended_at is null and seen_at < $2::timestamptz - ${silent}
        and seen_at > (select created_at from organisation where id = $1) - ${silent}) g
    where (began_at, id) < ($3::timestamptz, $4::uuid) order by began_at desc, id desc limit $5`,
};

// No index is in the order of time, for the sake of those who write. So this goes from customer to customer, each a step in the index.
export const pruneOfCustomers: Statement = {
  name: 'reads-prune',
  text: `with recursive walked (n, customer_number) as (
      select 1, (select min(customer_number) from read_record where organisation_id = $1 and customer_number >= $2)
      union all
      select n + 1, (select min(r.customer_number) from read_record r where r.organisation_id = $1 and r.customer_number > w.customer_number)
      from walked w where w.customer_number is not null and n <= $4
    ), old as (
      select o.ctid from (select customer_number from walked where n <= $4 and customer_number is not null) w
      cross join lateral (select ctid from read_record where organisation_id = $1 and customer_number = w.customer_number and at < $3 limit $5) o
      limit $5
    ), deleted as (
      delete from read_record where organisation_id = $1 and ctid = any(array(select ctid from old)) returning 1
    )
    select (select count(*) from deleted) as deleted, (select max(customer_number) from walked where n > $4) as next`,
};

/** Reads of the records of reads, and their end. */
export class ReadTrace {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Who read a customer's data at or after `from` and before `until`, newest first, after a position. */
  async ofCustomer(
    organisationId: number,
    customerNumber: number,
    asked: { from?: Date | undefined; until?: Date | undefined; after?: TracePosition | undefined; limit: number },
  ): Promise<ReadRecord[]> {
    const { from = '-infinity', until = 'infinity', after = beginning, limit } = asked;
    const values = [organisationId, customerNumber, from, until, after.at, after.id, limit];
    return (await this.#database.read(organisationId, readsOfCustomer, values)).map(recordOf);
  }

  /** When reads of the organisation's customers may be missing, newest first, after a position. */
  async gaps(
    organisationId: number,
    asked: { now: Date; after?: TracePosition | undefined; limit: number },
  ): Promise<ReadGap[]> {
    const { now, after = beginning, limit } = asked;
    const rows = await this.#database.read(organisationId, gapsOf, [organisationId, now, after.at, after.id, limit]);
    return rows.map(gapOf);
  }

  /**
   * Deletes records from before an instant, of `customers` customers from a number on, at most `limit` of them.
   *
   * @returns how many were deleted, and the number of the customer to go on with: the same one while there is more to delete
   */
  async prune(
    organisationId: number,
    asked: { before: Date; from: number; customers: number; limit: number },
  ): Promise<{ deleted: number; next: number | undefined }> {
    const { before, from, customers, limit } = asked;
    const values = [organisationId, from, before, customers, limit];
    const [row] = await this.#database.read(organisationId, pruneOfCustomers, values);
    const deleted = row?.deleted as number;
    return { deleted, next: deleted === limit ? from : ((row?.next as number | null) ?? undefined) };
  }

  /** Deletes what is known of gaps that ended before an instant; returns how many. */
  async pruneGaps(organisationId: number, before: Date): Promise<number> {
    const text = 'delete from read_gap where organisation_id = $1 and ended_at < $2 returning 1';
    return (await this.#database.read(organisationId, { name: '', text }, [organisationId, before])).length;
  }

  /** Deletes what is known of processes that were last seen before an instant. */
  async pruneRecorders(before: Date): Promise<void> {
    await this.#database.global('delete from read_recorder where seen_at < $1', [before]);
  }
}

function recordOf(row: Row): ReadRecord {
  const identifier = row.identifier === null ? {} : { identifier: row.identifier as string };
  return {
    at: (row.at as Date).toISOString(),
    requestId: row.request_id as string,
    correlationId: row.correlation_id as string,
    client: { id: row.client_id as number, name: row.client_name as string },
    by: row.actor as string,
    dialect: row.dialect as string,
    operation: row.operation as string,
    ...(row.account_number === null ? {} : { account: { number: row.account_number as number, ...identifier } }),
  };
}

function gapOf({ id, began_at, ended_at, lost }: Row): ReadGap {
  return {
    id: id as string,
    from: (began_at as Date).toISOString(),
    ...(ended_at === null ? {} : { until: (ended_at as Date).toISOString() }),
    ...(lost === null ? {} : { lost: lost as number }),
  };
}
