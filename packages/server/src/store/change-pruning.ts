import { lockCounter } from './commit/commit.ts';
import type { Database, Row, Statement } from './database.ts';

/** How far the change log of an organisation can be cut off now. */
export type PruningPlan = {
  /** Changes up to this number are gone already. */
  prunedTo: number;
  /** Changes up to this number can go. */
  cut: number;
  /** Why not more of what is old enough: a consumer waits. `since`: when the first change was made that has to stay. */
  heldBack?: { by: 'dispatch' | 'deliveries'; since: Date };
};

/**
 * Reads only: what it finds stays true. Positions move on, and deliveries are made of what lies above them. $2 instant before which
 * changes are old enough, $3 how many to look at. Pending deliveries are looked for in the range alone, subscription by
 * subscription: a backlog may be long.
 */
export const planPruning: Statement = {
  name: 'prune-plan',
  text: `with range as materialized (
    select o.pruned_to, least(o.pruned_to + $3, o.change_number) as most from organisation_counter o where o.organisation_id = $1
  ), old as materialized (
    select r.pruned_to, coalesce((select min(number) - 1 from change
      where organisation_id = $1 and number > r.pruned_to and number <= r.most and at >= $2::timestamptz), r.most) as number from range r
  ), waiting as materialized (
    select (select position from webhook_dispatch where organisation_id = $1) as position,
      (select min(d.change_number) - 1 from webhook_subscription s cross join lateral (
        select change_number from webhook_delivery where organisation_id = $1 and subscription_id = s.id
          and change_number > o.pruned_to and change_number <= o.number and due_at is not null order by change_number limit 1) d
        where s.organisation_id = $1) as undelivered
    from old o
  )
  select o.pruned_to, o.number as old_to, w.position, w.undelivered, cut.number as cut, held.at as held_since
  from old o cross join waiting w cross join lateral (select least(o.number, w.position, w.undelivered) as number) cut
    left join lateral (select at from change where organisation_id = $1 and number = cut.number + 1 and cut.number < o.number limit 1) held on true`,
};

/**
 * Runs after the counter is locked. Nothing happens when somebody else has moved the beginning of the log since it was read ($2); $3 is
 * the new one. A write's audit record goes with its last change. What was written of a customer or an account goes when what was
 * written after it is cut off too: so that the state at every instant that is kept can still be told. Row: how many changes went.
 */
export const prune: Statement = {
  name: 'prune-changes',
  text: `with moved as (
    update organisation_counter set pruned_to = $3 where organisation_id = $1 and pruned_to = $2 returning organisation_id
  ), doomed as materialized (
    select c.* from moved cross join lateral (
      select * from change where organisation_id = $1 and number > $2 and number <= $3 offset 0) c
  ), rewritten as materialized (
    select customer_number, coalesce(account_number, 0) as account_number, max(number) as number from doomed
    where subject in ('customer', 'account') and kind <> 'deleted' and cause <> 'customer' group by 1, 2
  ), former as materialized (
    select d.place from rewritten r cross join lateral (select ctid as place from change_detail
      where organisation_id = $1 and customer_number = r.customer_number and account_number = r.account_number and change_number < r.number offset 0) d
  ), deleted_detail as (
    delete from change_detail where organisation_id = $1 and ctid = any(array(select place from former))
  ), deleted_audit as (
    delete from audit where organisation_id = $1 and number = any(array(select distinct audit_number from doomed))
      and number is distinct from (select audit_number from change where organisation_id = $1 and number = $3::bigint + 1)
  ), deleted_change as (
    delete from change where organisation_id = $1 and number > $2 and number <= $3 and exists (select from moved)
  )
  select count(*) as count from doomed`,
};

/** Cuts off the beginning of the change log. */
export class ChangePruning {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Organisations that do not keep changes for ever. */
  async organisations(): Promise<number[]> {
    const text = `select id from organisation where settings ->> 'changeRetentionDays' is not null order by id`;
    return (await this.#database.global(text)).map((row) => row.id as number);
  }

  /**
   * How far the log can be cut off: contiguously, as far as changes were made before an instant and no webhook consumer may need
   * them any more.
   *
   * @param limit how many changes are looked at
   */
  async plan(organisationId: number, before: Date, limit: number): Promise<PruningPlan> {
    const [row] = await this.#database.read(organisationId, planPruning, [organisationId, before, limit]);
    const { pruned_to: prunedTo, cut, position, held_since: since } = row as Record<string, number | Date | null>;
    const by = position !== null && position === cut ? 'dispatch' : 'deliveries';
    const heldBack = since === null ? {} : { heldBack: { by, since: since as Date } as const };
    return { prunedTo: prunedTo as number, cut: cut as number, ...heldBack };
  }

  /**
   * Deletes the changes of a plan, with what is kept of them, in one transaction.
   *
   * @returns how many: none when somebody else was first
   */
  async carryOut(organisationId: number, { prunedTo, cut }: PruningPlan): Promise<number> {
    const [, rows] = await this.#database.write(organisationId, [
      { ...lockCounter, values: [organisationId] },
      { ...prune, values: [organisationId, prunedTo, cut] },
    ]);
    return (rows as Row[])[0]?.count as number;
  }
}
