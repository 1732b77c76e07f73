import type { LoggedChange } from '#domain/logged-change.ts';
import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';

/**
 * Where the change log of an organisation begins and ends: changes `prunedTo < number <= newest` can be read. `newest` is 0 before the
 * first change, and -1 in a database that does not have the organisation.
 */
export type LogRange = { prunedTo: number; newest: number };

/** Changes in order, and where the log began and ended when they were read. */
export type LogPart = { range: LogRange; changes: readonly LoggedChange[] };

/** The columns of a change `c`, its client and the account's identifier, for {@link changeOf}. */
export const changeColumns = `c.number, c.at, c.subject, c.kind, c.cause, c.customer_number, c.account_number, c.subject_key, c.version,
  c.members, c.events, c.audit_number, u.client_id, a.identifier`;
/** Joined to a change `c` by look-ups. */
export const changeJoins = `
  left join lateral (select client_id from audit where organisation_id = $1 and number = c.audit_number limit 1) u on true
  left join lateral (select identifier from account where organisation_id = $1 and number = c.account_number limit 1) a on true`;

// The counter is read in the same statement, so nothing can have been pruned or committed in between.
const after: Statement = {
  name: 'changes-after',
  text: `select o.pruned_to, o.change_number as newest, ${changeColumns}
    from organisation_counter o
    left join lateral (select * from change where organisation_id = $1 and number > $2 order by number limit $3) c on true ${changeJoins}
    where o.organisation_id = $1 order by c.number`,
};

const range: Statement = {
  name: 'change-range',
  text: 'select pruned_to, change_number as newest from organisation_counter where organisation_id = $1',
};

const atOrAfter: Statement = {
  name: 'change-instant',
  text: 'select number, at from change where organisation_id = $1 and number >= $2 order by number limit 1',
};

/** Reads of the change log. Numbers are dense and appear in commit order: a reader that goes by them misses nothing. */
export class Changes {
  readonly #database: Database;
  readonly #after: Lane<LogPart>;

  constructor(database: Database) {
    this.#database = database;
    const read = async (organisationId: number, key: string): Promise<[string, LogPart]> => {
      const rows = await database.read(organisationId, after, [organisationId, ...key.split(' ').map(Number)]);
      const changes = rows.filter((row) => row.number !== null).map(changeOf);
      return [key, { range: rangeOf(rows[0]), changes }];
    };
    this.#after = new Lane(
      async (organisationId, keys) => new Map(await Promise.all(keys.map((key) => read(organisationId, key)))),
      { maxBatch: 4 },
    );
  }

  /**
   * At most `limit` changes with numbers above `number`, in order, and where the log begins and ends. Those who ask for the same at
   * once, as followers do after a commit, share one read; all together take half of the connections at most.
   */
  async after(organisationId: number, number: number, limit: number): Promise<LogPart> {
    return (await this.#after.get(organisationId, `${number} ${limit}`)) as LogPart;
  }

  /** Where the log begins and ends. */
  async range(organisationId: number): Promise<LogRange> {
    return rangeOf((await this.#database.read(organisationId, range, [organisationId]))[0]);
  }

  /**
   * The number of the first kept change whose instant is at or after the given one, by bisection: instants rise with numbers as far
   * as clocks agree. One past the newest when there is none.
   */
  async firstAt(organisationId: number, instant: Date): Promise<number> {
    const { prunedTo, newest } = await this.range(organisationId);
    let [low, high] = [prunedTo + 1, newest + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [row] = await this.#database.read(organisationId, atOrAfter, [organisationId, middle]);
      if (row && (row.at as Date) < instant) low = (row.number as number) + 1;
      else high = middle;
    }
    return low;
  }
}

/** A row with {@link changeColumns} as a change. */
export function changeOf(row: Row): LoggedChange {
  const optional = (name: string, value: unknown) => (value === null || value === undefined ? {} : { [name]: value });
  return {
    number: row.number as number,
    at: (row.at as Date).toISOString(),
    subject: row.subject as string,
    kind: row.kind as LoggedChange['kind'],
    cause: row.cause as string,
    ...optional('customerNumber', row.customer_number),
    ...optional('accountNumber', row.account_number),
    ...optional('identifier', row.identifier),
    ...optional('key', row.subject_key),
    version: row.version as number,
    members: row.members as string[],
    events: row.events as string[],
    auditNumber: row.audit_number as number,
    clientId: row.client_id as number,
  };
}

function rangeOf(row: Row | undefined): LogRange {
  return row ? { prunedTo: row.pruned_to as number, newest: row.newest as number } : { prunedTo: 0, newest: -1 };
}
