import type { Account, Aggregate } from '#domain/account.ts';
import type { Customer } from '#domain/customer.ts';
import type { Database, Row, Statement } from './database.ts';
import { type DocumentFilter, documentConditions } from './document-conditions.ts';
import { Lane } from './lane.ts';

/** What is stored under a customer number: the customer with all accounts, or a tombstone. */
export type StoredCustomer = { state: 'active' | 'passive'; aggregate: Aggregate } | { state: 'erased' };

// The accounts come without their copy of the customer: `document -> 'account'`.
const columns = `c.number, c.version, c.state, c.document, c.password_hash,
  (select json_agg(a.document -> 'account' order by a.number) from account a
    where a.organisation_id = c.organisation_id and a.customer_number = c.number and a.state = 'active') as accounts`;

const byNumber: Statement = {
  name: 'customers-by-number',
  text: `select c.number::text as key, ${columns} from customer c where c.organisation_id = $1 and c.number = any($2::bigint[])`,
};

// One look-up after the other: joined, they were hashed over the whole table, 91,796 pages of a million customers for one of them.
const byIdentifier: Statement = {
  name: 'customers-by-account',
  text: `select k.identifier as key, ${columns} from unnest($2::text[]) k (identifier)
    cross join lateral (select customer_number from account
      where organisation_id = $1 and identifier = k.identifier and state = 'active' limit 1) a
    cross join lateral (select * from customer where organisation_id = $1 and number = a.customer_number limit 1) c`,
};

/** A customer whose expiration date has passed, and where that stands in the order of what is due. */
export type DueCustomer = { expiresAt: string; number: number };

/** Which customers to list. All that is given must match. Keys are folded by the caller. */
export type CustomerFilter = DocumentFilter & {
  emailKey?: string;
  telephoneKey?: string;
  customerRef?: string;
  /** Prefix of the folded family name, full name or organisation name. */
  namePrefix?: string;
  nameKey?: string;
  givenNameKey?: string;
  vippsId?: string;
  landline?: string;
  birthDate?: string;
  number?: number;
  state?: 'active' | 'passive';
  /** Instant: customers whose own data changed then or later, in order of change. */
  changedSince?: string;
  /** Continue after this customer. */
  after?: { changedAt: string; number: number };
};

/** Reads of customers, always with their accounts: the whole that a write guards. */
export class Customers {
  readonly #database: Database;
  readonly #byNumber: Lane<StoredCustomer>;
  readonly #byIdentifier: Lane<StoredCustomer>;

  constructor(database: Database) {
    this.#database = database;
    const lane = (statement: Statement) =>
      new Lane<StoredCustomer>(async (organisationId, keys) => {
        const rows = await database.lookUp(organisationId, statement, [organisationId, keys]);
        return new Map(rows.map((row) => [row.key as string, storedOf(row)]));
      });
    this.#byNumber = lane(byNumber);
    this.#byIdentifier = lane(byIdentifier);
  }

  /** The customer with this number, undefined when there never was one in the organisation. */
  find(organisationId: number, number: number): Promise<StoredCustomer | undefined> {
    return this.#byNumber.get(organisationId, String(number));
  }

  /** The customer who holds this account, undefined when the account is not there. */
  findByAccount(organisationId: number, identifier: string): Promise<StoredCustomer | undefined> {
    return this.#byIdentifier.get(organisationId, identifier);
  }

  /** Customers that match, by number; with `changedSince` by time of change, then number. */
  async list(organisationId: number, filter: CustomerFilter, limit: number): Promise<Aggregate[]> {
    const values: unknown[] = [organisationId];
    const bind = (value: unknown) => `$${values.push(value)}`;
    const where = ['c.organisation_id = $1', `c.state <> 'erased'`];
    const equal = {
      email_key: filter.emailKey,
      telephone_key: filter.telephoneKey,
      name_key: filter.nameKey,
      given_name_key: filter.givenNameKey,
      vipps_id: filter.vippsId,
      landline: filter.landline,
      birth_date: filter.birthDate,
      state: filter.state,
      number: filter.number,
    };
    for (const [column, value] of Object.entries(equal))
      if (value !== undefined) where.push(`c.${column} = ${bind(value)}`);
    where.push(...documentConditions(filter, bind));
    if (filter.customerRef !== undefined) where.push(refCondition(filter.customerRef, bind));
    // Under "C" collation a prefix is a range of the index; U+10FFFF sorts after every continuation.
    if (filter.namePrefix !== undefined)
      where.push(`c.name_key >= ${bind(filter.namePrefix)} and c.name_key < ${bind(`${filter.namePrefix}\u{10FFFF}`)}`);
    if (filter.changedSince !== undefined) where.push(`c.changed_at >= ${bind(filter.changedSince)}`);
    const order = filter.changedSince === undefined ? 'c.number' : 'c.changed_at, c.number';
    if (filter.after && filter.changedSince === undefined) where.push(`c.number > ${bind(filter.after.number)}`);
    else if (filter.after)
      where.push(
        `(c.changed_at, c.number) > (${bind(filter.after.changedAt)}::timestamptz, ${bind(filter.after.number)}::bigint)`,
      );
    const text = `select ${columns} from customer c where ${where.join(' and ')} order by ${order} limit ${bind(limit)}`;
    const rows = await this.#database.read(organisationId, { name: '', text }, values);
    return rows.map(aggregateOf);
  }

  /** Passive or temporary customers whose expiration date has passed, earliest first, those after `after`. */
  async due(
    organisationId: number,
    now: Date,
    limit: number,
    after: DueCustomer = { expiresAt: '-infinity', number: 0 },
  ): Promise<DueCustomer[]> {
    // Times as text: a Date would lose the microseconds, and with them the position.
    const text = `select expires_at::text as expires_at, number from customer
      where organisation_id = $1 and expires_at <= $2 and (expires_at, number) > ($4::timestamptz, $5::bigint)
      order by customer.expires_at, number limit $3`;
    const values = [organisationId, now, limit, after.expiresAt, after.number];
    const rows = await this.#database.read(organisationId, { name: 'customers-due', text }, values);
    return rows.map((row) => ({ expiresAt: row.expires_at as string, number: row.number as number }));
  }

  /** Organisations that have customers whose expiration date has passed. */
  async organisationsWithDue(now: Date): Promise<number[]> {
    const rows = await this.#database.global('select organisations_with_due_customers($1) as id', [now]);
    return rows.map((row) => row.id as number);
  }
}

/** An unset reference is shown as the customer number, so it is found by that too. */
function refCondition(customerRef: string, bind: (value: unknown) => string): string {
  const stored = `c.customer_ref = ${bind(customerRef)}`;
  if (!/^[1-9]\d{0,15}$/.test(customerRef)) return stored;
  return `(${stored} or (c.customer_ref is null and c.number = ${bind(Number(customerRef))}))`;
}

function storedOf(row: Row): StoredCustomer {
  return row.state === 'erased'
    ? { state: 'erased' }
    : { state: row.state as 'active' | 'passive', aggregate: aggregateOf(row) };
}

function aggregateOf(row: Row): Aggregate {
  const document = JSON.parse(row.document as string) as Omit<Customer, 'version'>;
  const accounts = row.accounts === null ? [] : (JSON.parse(row.accounts as string) as Account[]);
  return {
    customer: { ...document, version: row.version as number },
    passwordHash: row.password_hash as string | null,
    accounts,
  };
}
