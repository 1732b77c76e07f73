import type { AccountDocument } from '#domain/account.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';

/** What is stored under an identifier: an account, or the tombstone of one. */
export type StoredAccount = { state: 'active'; document: AccountDocument } | { state: 'deleted' | 'erased' };

export const byIdentifier: Statement = {
  name: 'accounts-by-identifier',
  text: 'select identifier as key, state, document from account where organisation_id = $1 and identifier = any($2::text[])',
};

const byAccountNumber: Statement = {
  name: 'accounts-by-account-number',
  text: 'select account_number as key, state, document from account where organisation_id = $1 and account_number = any($2::text[])',
};

const byCustomer: Statement = {
  name: 'accounts-by-customer',
  text: `select document from account where organisation_id = $1 and customer_number = $2 and state = 'active' order by number`,
};

const list: Statement = {
  name: 'accounts-list',
  text: `select document from account where organisation_id = $1 and number > $2 and state = 'active' order by number limit $3`,
};

const byEmail: Statement = {
  name: 'accounts-by-email',
  text: `select a.document from customer c join account a on a.organisation_id = c.organisation_id and a.customer_number = c.number and a.state = 'active'
    where c.organisation_id = $1 and c.email_key = $2 order by a.number limit $3`,
};

/** Reads of accounts. The hot one, by identifier, is one statement on one row and shares round trips. */
export class Accounts {
  readonly #database: Database;
  readonly #byIdentifier: Lane<StoredAccount>;
  readonly #byAccountNumber: Lane<StoredAccount>;

  constructor(database: Database) {
    this.#database = database;
    const lane = (statement: Statement) =>
      new Lane<StoredAccount>(async (organisationId, keys) =>
        keyed(await database.lookUp(organisationId, statement, [organisationId, keys])),
      );
    this.#byIdentifier = lane(byIdentifier);
    this.#byAccountNumber = lane(byAccountNumber);
  }

  /** The account or tombstone with this identifier, undefined when there never was one in the organisation. */
  find(organisationId: number, identifier: string): Promise<StoredAccount | undefined> {
    return this.#byIdentifier.get(organisationId, identifier);
  }

  /** The account with this customer-facing number. */
  async findByAccountNumber(organisationId: number, accountNumber: string): Promise<AccountDocument | undefined> {
    const found = await this.#byAccountNumber.get(organisationId, accountNumber);
    return found?.state === 'active' ? found.document : undefined;
  }

  /** Accounts with these identifiers; identifiers without an account are missing from the map. */
  async findMany(organisationId: number, identifiers: string[]): Promise<Map<string, AccountDocument>> {
    const rows = keyed(await this.#database.read(organisationId, byIdentifier, [organisationId, identifiers]));
    return new Map([...rows].flatMap(([key, row]) => (row.state === 'active' ? [[key, row.document] as const] : [])));
  }

  /** All accounts of a customer, oldest first. */
  async ofCustomer(organisationId: number, customerNumber: number): Promise<AccountDocument[]> {
    const rows = await this.#database.read(organisationId, byCustomer, [organisationId, customerNumber]);
    return rows.map((row) => JSON.parse(row.document as string));
  }

  /** Accounts of the organisation in the order of their numbers, those after `after`. */
  async list(organisationId: number, after: number, limit: number): Promise<AccountDocument[]> {
    const rows = await this.#database.read(organisationId, list, [organisationId, after, limit]);
    return rows.map((row) => JSON.parse(row.document as string));
  }

  /** All accounts of the customer with this folded e-mail address, oldest first. */
  async byEmail(organisationId: number, emailKey: string, limit: number): Promise<AccountDocument[]> {
    const rows = await this.#database.read(organisationId, byEmail, [organisationId, emailKey, limit]);
    return rows.map((row) => JSON.parse(row.document as string));
  }
}

function keyed(rows: Row[]): Map<string, StoredAccount> {
  return new Map(
    rows.map((row) => {
      const stored =
        row.state === 'active'
          ? { state: row.state, document: JSON.parse(row.document as string) }
          : { state: row.state };
      return [row.key as string, stored as StoredAccount];
    }),
  );
}
