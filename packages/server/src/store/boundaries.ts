import type { Database, Statement } from './database.ts';

/** A customer whom a job has to visit because of one account, and where that account stands in the order of what is due. */
export type Visit = { customerNumber: number; position: readonly unknown[] };

export const accountsDue: Statement = {
  name: 'accounts-due',
  text: `select customer_number, next_boundary as first, number as second from account
    where organisation_id = $1 and next_boundary <= $2 and (next_boundary, number) > ($4::date, $5::bigint)
    order by next_boundary, number limit $3`,
};

/** What jobs look for: accounts whose day has come, and accounts that show a former label of an entitlement type. */
export class Boundaries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Organisations with accounts whose boundary is on or before the date. */
  async organisations(until: string): Promise<number[]> {
    const rows = await this.#database.global('select organisations_with_boundaries($1) as id', [until]);
    return rows.map((row) => row.id as number);
  }

  /** Accounts whose boundary is on or before today, earliest first, those after `after`. */
  async due(organisationId: number, today: string, limit: number, after?: Visit): Promise<Visit[]> {
    const position = after?.position ?? ['-infinity', 0];
    return this.#visits(organisationId, accountsDue, [organisationId, today, limit, ...position]);
  }

  /** Organisations with types whose label is being carried to the accounts. */
  async organisationsWithPropagatingTypes(): Promise<number[]> {
    const rows = await this.#database.global('select organisations_with_propagating_types() as id');
    return rows.map((row) => row.id as number);
  }

  /** Numbers of the types whose label is being carried to the accounts. */
  async propagatingTypes(organisationId: number): Promise<number[]> {
    const text = 'select number from entitlement_type where organisation_id = $1 and propagating order by number';
    const rows = await this.#database.read(organisationId, { name: 'types-propagating', text }, [organisationId]);
    return rows.map((row) => row.number as number);
  }

  /** Accounts with an open entitlement of the type that shows another version of it, those after `after`. */
  async outdated(
    organisationId: number,
    { number, version }: { number: number; version: number },
    limit: number,
    after?: Visit,
  ): Promise<Visit[]> {
    const text = `select e.customer_number, e.customer_number as first, e.id as second from entitlement e
      where e.organisation_id = $1 and e.type_number = $2 and e.type_version < $3 and e.state in ('pending', 'active')
        and (e.customer_number, e.id) > ($5::bigint, $6::uuid) order by e.customer_number, e.id limit $4`;
    const position = after?.position ?? [0, '00000000-0000-0000-0000-000000000000'];
    const values = [organisationId, number, version, limit, ...position];
    return this.#visits(organisationId, { name: 'accounts-outdated', text }, values);
  }

  /** Notes that all accounts show this version of the type; not when there is a newer one. */
  async propagated(organisationId: number, typeNumber: number, version: number): Promise<void> {
    const text =
      'update entitlement_type set propagating = false where organisation_id = $1 and number = $2 and version = $3';
    await this.#database.read(organisationId, { name: '', text }, [organisationId, typeNumber, version]);
  }

  async #visits(
    organisationId: number,
    statement: { name: string; text: string },
    values: unknown[],
  ): Promise<Visit[]> {
    const rows = await this.#database.read(organisationId, statement, values);
    return rows.map((row) => ({
      customerNumber: row.customer_number as number,
      position: [row.first, row.second],
    }));
  }
}
