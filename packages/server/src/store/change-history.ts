import type { Account } from '#domain/account.ts';
import { compact } from '#domain/compact.ts';
import type { AccountCustomer } from '#domain/customer.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import type { Organisation } from '#domain/organisation.ts';
import { changesOfCustomer, lookedAt, stateAt } from './change-history-statements.ts';
import { changeOf } from './changes.ts';
import type { Database, Row, Statement } from './database.ts';
import { identifierDigest } from './forgotten-identifiers.ts';

/** Whose history: of a customer with all accounts, or of one account. */
export type HistorySubject = { customerNumber: number; accountNumber?: number };

/** A subject, with the number of the newest change of the customer or of any of the accounts; 0 when none is kept. */
export type KnownSubject<S = HistorySubject> = S & { newest: number };

/** Which of its changes. */
export type HistorySearch = {
  /** Only changes with lower numbers. */
  below?: number | undefined;
  /** Changes with lower numbers are not looked at. */
  least?: number | undefined;
  /** Only changes made at or after this instant. */
  from?: Date | undefined;
  /** Only changes made before this instant. */
  until?: Date | undefined;
  /** Only changes whose own kind or one of whose events is among these. */
  kinds?: readonly string[] | undefined;
};

/** Who made a change, through what. */
export type ChangeAudit = {
  clientId: number;
  clientName: string;
  actor: string;
  dialect: string;
  channel: string;
  operation: string;
  correlationId: string;
  requestId: string;
};

/** What was written before a change and with it; what was not written, or is not kept any more, is absent. */
export type Written<T> = { before?: T; after?: T };

/**
 * A change with what is kept of it. In the history of an account `customer` is there where the same write changed the customer, or
 * created the account; in that of a customer at the customer's own changes only.
 */
export type RecordedChange = {
  change: LoggedChange;
  audit: ChangeAudit;
  account: Written<Account>;
  customer: Written<AccountCustomer>;
};

/** An account and its customer as they were written at a change; absent: there is none (any more). */
export type StateAt = {
  /** The number of the organisation's newest change then; -1 in a database that does not have the organisation. */
  position: number;
  /** The newest change that counts; 0: nothing had happened yet. */
  number: number;
  /** Changes up to this number are no longer kept; 0: all are. */
  prunedTo: number;
  /** When the first change that is kept was made; absent: none is kept. */
  keptSince?: Date;
  account?: Account;
  customer?: AccountCustomer;
};

/** So many changes of a customer are looked at for one page: whoever asks for rare ones gets short pages. */
const scanned = 2_000;

/** The number above all others. */
const beyond = Number.MAX_SAFE_INTEGER;

/** The newest change of the customer `s`, and of its accounts. */
const newest = `(select number from change where organisation_id = $1 and customer_number = s.customer_number
  order by number desc limit 1) as newest`;

const byIdentifier: Statement = {
  name: 'history-subject',
  text: `select s.*, ${newest} from (
      select number, customer_number from account where organisation_id = $1 and identifier = $2
      union all
      select number, customer_number from forgotten_identifier where organisation_id = $1 and digest = decode($3, 'hex')
      limit 1) s`,
};

const byNumber: Statement = {
  name: 'history-customer',
  text: `select ${newest} from (select number as customer_number from customer where organisation_id = $1 and number = $2) s`,
};

/** Reads of what happened to customers and accounts, with what was written: the past as far as it is kept. */
export class ChangeHistory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Which account an identifier stands for, or stood for last: there, deleted or erased, also when its tombstone is over. Undefined when
   * there never was one in the organisation.
   */
  async subjectOf(
    organisation: Organisation,
    identifier: string,
  ): Promise<KnownSubject<Required<HistorySubject>> | undefined> {
    const values = [organisation.id, identifier, identifierDigest(organisation, identifier)];
    const [row] = await this.#database.read(organisation.id, byIdentifier, values);
    if (!row) return undefined;
    const { customer_number: customerNumber, number: accountNumber } = row as Record<string, number>;
    return { customerNumber, accountNumber, newest: newestIn(row) } as KnownSubject<Required<HistorySubject>>;
  }

  /** The customer who has or had this number; undefined when there never was one in the organisation. */
  async customer(organisationId: number, customerNumber: number): Promise<KnownSubject | undefined> {
    const [row] = await this.#database.read(organisationId, byNumber, [organisationId, customerNumber]);
    return row && { customerNumber, newest: newestIn(row) };
  }

  /**
   * Changes that match, newest first, at most `limit`.
   *
   * @returns also `next`: matching changes below this number, if any, were not returned; absent: there are no more
   */
  async page(
    organisationId: number,
    { customerNumber, accountNumber }: HistorySubject,
    search: HistorySearch,
    limit: number,
  ): Promise<{ changes: RecordedChange[]; next?: number }> {
    const range = [organisationId, customerNumber, search.below ?? beyond, search.least ?? 0, scanned];
    const rows = await this.#database.read(organisationId, changesOfCustomer, [
      ...range,
      accountNumber ?? null,
      search.from ?? '-infinity',
      search.until ?? 'infinity',
      search.kinds ?? null,
      limit + 1,
      accountNumber !== undefined,
    ]);
    const changes = rows.slice(0, limit).map(recordedOf);
    const last = changes.at(-1)?.change.number;
    if (rows.length > limit) return { changes, ...(last === undefined ? {} : { next: last }) };
    const [end] = await this.#database.read(organisationId, lookedAt, range);
    // Changes may have come since: those that were returned are not to come again.
    return { changes, ...(end ? { next: Math.min(end.number as number, last ?? beyond) } : {}) };
  }

  /**
   * What was written of a customer, and of one of the accounts, when the newest change made at or before an instant was.
   *
   * @param below changes from this number on are known to be later
   */
  async stateAt(
    organisationId: number,
    { customerNumber, accountNumber }: HistorySubject,
    instant: Date,
    below: number | undefined,
  ): Promise<StateAt> {
    const values = [organisationId, customerNumber, accountNumber ?? null, below ?? beyond, instant];
    const [row] = await this.#database.read(organisationId, stateAt, values);
    if (!row) return { position: -1, number: 0, prunedTo: 0 };
    return compact({
      position: row.position as number,
      number: row.number as number,
      prunedTo: row.pruned_to as number,
      keptSince: (row.kept_since as Date | null) ?? undefined,
      account: parsed(row.account),
      customer: parsed(row.customer),
    }) as StateAt;
  }
}

function newestIn(row: Row): number {
  return (row.newest as number | null) ?? 0;
}

function recordedOf(row: Row): RecordedChange {
  return {
    change: changeOf(row),
    audit: auditOf(row),
    account: writtenOf(row.account_before, row.account_after),
    customer: writtenOf(row.customer_before, row.customer_after),
  };
}

function auditOf(row: Row): ChangeAudit {
  return {
    clientId: row.client_id as number,
    clientName: row.client_name as string,
    actor: row.actor as string,
    dialect: row.dialect as string,
    channel: row.channel as string,
    operation: row.operation as string,
    correlationId: row.correlation_id as string,
    requestId: row.request_id as string,
  };
}

function writtenOf<T>(before: unknown, after: unknown): Written<T> {
  return compact({ before: parsed(before), after: parsed(after) }) as Written<T>;
}

function parsed(document: unknown): unknown {
  return document === null ? undefined : JSON.parse(document as string);
}
