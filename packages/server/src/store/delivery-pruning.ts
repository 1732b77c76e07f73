import type { Database, Statement } from './database.ts';

export const pruneDeliveries: Statement = {
  name: 'prune-deliveries',
  text: `delete from webhook_delivery where organisation_id = $1 and ctid = any(array(
    select ctid from webhook_delivery where organisation_id = $1 and finished_at < $2 order by finished_at limit $3 for update skip locked))
    returning 1`,
};

/** Deletes deliveries of webhooks that are over. */
export class DeliveryPruning {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Organisations with deliveries that were over before an instant. */
  async organisations(before: Date): Promise<number[]> {
    const rows = await this.#database.global('select organisations_with_finished_deliveries($1) as id', [before]);
    return rows.map((row) => row.id as number);
  }

  /** Deletes deliveries that were over before an instant, at most `limit`; returns how many. */
  async prune(organisationId: number, before: Date, limit: number): Promise<number> {
    return (await this.#database.read(organisationId, pruneDeliveries, [organisationId, before, limit])).length;
  }
}
