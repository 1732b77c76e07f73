import type { Socket } from 'node:net';
import pg from 'pg';
import { assertWritable, openPool, serverRole } from './pool.ts';
import { isSilence, Silence } from './silence.ts';
import { Unavailable } from './unavailable.ts';

/** A statement of the hot paths: prepared once per connection under its name. */
export type Statement = { name: string; text: string };

export type Row = Record<string, unknown>;

/** What became of a query of a flush. */
type Settled = PromiseSettledResult<pg.QueryResult<Row>>;

type LookUp = {
  statement: Statement;
  values: unknown[];
  resolve: (rows: Row[]) => void;
  reject: (error: unknown) => void;
};

const setOrganisation: Statement = {
  name: 'organisation',
  text: `select set_config('tessera.organisation', $1, false)`,
};

// json stays text (it is parsed once, by whoever needs it); bigint is a JavaScript number: Tessera issues none above 2^53-1.
const types = new pg.TypeOverrides();
types.setTypeParser(20, Number);
types.setTypeParser(114, (text: string) => text);
types.setTypeParser(1082, (text: string) => text);

const stopping = 'the server stops';

/** The pool of connections to PostgreSQL. All SQL goes through {@link Database.read} or {@link Database.write}, one organisation at a time. */
export class Database {
  readonly #pool: pg.Pool;
  readonly #silence: Silence;
  /** Which organisation a connection's session is known to work for. */
  readonly #organisations = new WeakMap<pg.PoolClient, number>();
  /** Look-ups of this moment, by organisation. */
  readonly #gathered = new Map<number, LookUp[]>();
  /** Those who wait for a connection. */
  readonly #connecting = new Set<(error: Error) => void>();
  #refusing = false;

  /** @param connection pg connection parameters, or a connection string in `connectionString` */
  constructor(
    connection: pg.ClientConfig,
    options: {
      maxConnections?: number;
      /** Milliseconds after which an answer is no longer waited for; absent: a little after PostgreSQL would have given up. */
      queryTimeout?: number;
      /** Whether it may be a standby, and is only read. */
      standby?: boolean;
      onError?: (error: Error) => void;
    } = {},
  ) {
    const { maxConnections: max = 16, queryTimeout, standby = false, onError } = options;
    const timeout = queryTimeout === undefined ? {} : { query_timeout: queryTimeout };
    const check = standby ? {} : { onConnect: assertWritable };
    this.#pool = openPool(connection, { types, max, ...timeout, ...check }, onError);
    this.#silence = new Silence(this.#pool);
  }

  /**
   * Makes sure that connections really work as the server role: a pooler in between may drop what is asked for when connecting.
   *
   * @throws Error when they do not: row-level security would not hold
   */
  async assertRole(): Promise<void> {
    const [row] = await this.global('select current_user::text as role');
    if (row?.role !== serverRole) throw new Error(`connections work as the role ${row?.role}, not as ${serverRole}`);
  }

  /**
   * Makes sure that what is committed is durable.
   *
   * @throws Error that names the setting which would lose acknowledged writes
   */
  async assertDurable(): Promise<void> {
    const [row] = await this.global(
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
    );
    if (row?.fsync !== 'on') throw new Error('fsync is off');
    if (row?.commit === 'off') throw new Error('synchronous_commit is off');
  }

  /** Runs one statement for one organisation, in one round trip. Throws {@link Unavailable} when the database cannot be reached. */
  async read(organisationId: number, statement: Statement, values: unknown[]): Promise<Row[]> {
    const [result] = await this.#forOrganisation(organisationId, (client) => [client.query({ ...statement, values })]);
    return resultOf(result).rows;
  }

  /**
   * As {@link Database.read}, for quick look-ups by key: those of the same moment go out in one flush, on one connection. One that fails
   * does not take the others with it, unless the connection fails.
   */
  lookUp(organisationId: number, statement: Statement, values: unknown[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      const mine = { statement, values, resolve, reject };
      const others = this.#gathered.get(organisationId);
      if (others) return void others.push(mine);
      const all = [mine];
      this.#gathered.set(organisationId, all);
      queueMicrotask(() => {
        this.#gathered.delete(organisationId);
        void this.#lookAllUp(organisationId, all);
      });
    });
  }

  async #lookAllUp(organisationId: number, all: LookUp[]): Promise<void> {
    try {
      const results = await this.#forOrganisation(organisationId, (client) =>
        all.map(({ statement, values }) => client.query({ ...statement, values })),
      );
      for (const [index, { resolve, reject }] of all.entries()) {
        try {
          resolve(resultOf(results[index]).rows);
        } catch (error) {
          reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  /** Runs statements in one transaction of one organisation, sent in one flush: no client round trip while a lock is held. Returns the rows of each. */
  async write(organisationId: number, statements: (Statement & { values: unknown[] })[]): Promise<Row[][]> {
    const settled = await this.#forOrganisation(organisationId, (client) => [
      client.query('begin isolation level read committed'), // what the statement sees must be what the lock waited for
      ...statements.map((statement) => client.query(statement)),
      client.query('commit'),
    ]);
    const results = settled.map(resultOf);
    if (results.at(-1)?.command !== 'COMMIT') throw new Error('the transaction was rolled back without an error');
    return results.slice(1, -1).map(({ rows }) => rows);
  }

  /** Runs one statement that belongs to no organisation: sequences, the organisation table, the named look-up functions. */
  async global(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.#with(async (client) => (await client.query<Row>({ text, values })).rows);
  }

  /** Ends whatever waits for the database now, and what is asked until `over` is settled, with {@link Unavailable}. */
  async refuseUntil(over: Promise<unknown>): Promise<void> {
    this.#refusing = true;
    const goOn = () => {
      this.#refusing = false;
    };
    over.then(goOn, goOn);
    for (const refuse of this.#connecting) refuse(new Error(stopping));
    this.#connecting.clear();
    await this.#silence.cutOff();
  }

  /** Takes seconds at most: what does not end in that time is cut off, and rejects with {@link Unavailable}. */
  async close(): Promise<void> {
    await this.#silence.end();
  }

  /**
   * Sends queries in one flush, and before them for whom, where the session does not know: it outlives statement and transaction.
   * Returns what became of each; throws when that is not known, or they were not asked for the organisation.
   */
  #forOrganisation(
    organisationId: number,
    queries: (client: pg.PoolClient) => Promise<pg.QueryResult<Row>>[],
  ): Promise<Settled[]> {
    return this.#with(async (client) => {
      const known = this.#organisations.get(client) === organisationId;
      // Forgotten until all has gone well, whatever happens on the way.
      this.#organisations.delete(client);
      const settled = await inOneFlush(client, () => [
        ...(known ? [] : [client.query<Row>({ ...setOrganisation, values: [organisationId] })]),
        ...queries(client),
      ]);
      const failures = settled.filter((result) => result.status === 'rejected');
      const ofAll = failures.find((failure) => isConnectionError(failure.reason) || (!known && failure === settled[0]));
      if (ofAll) throw ofAll.reason;
      if (failures.length === 0) this.#organisations.set(client, organisationId);
      return known ? settled : settled.slice(1);
    });
  }

  async #with<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.#refusing) throw new Unavailable(new Error(stopping));
    let client: pg.PoolClient;
    try {
      client = await this.#connect();
    } catch (error) {
      throw new Unavailable(error);
    }
    let fatal = false;
    const sent = performance.now();
    try {
      return await work(client);
    } catch (error) {
      fatal = isConnectionError(error);
      if (isSilence(error)) await this.#silence.cutOff(sent);
      throw fatal ? new Unavailable(error) : failureOf(error);
    } finally {
      client.release(fatal);
    }
  }

  #connect(): Promise<pg.PoolClient> {
    const { promise, resolve, reject } = Promise.withResolvers<pg.PoolClient>();
    this.#connecting.add(reject);
    this.#pool.connect().then(
      (client) => {
        if (this.#connecting.delete(reject)) resolve(client);
        else client.release();
      },
      (error) => {
        this.#connecting.delete(reject);
        reject(error);
      },
    );
    return promise;
  }
}

/**
 * Sends queries by one system call, so that the server wakes up once, and while it holds a lock has all that it needs. Waits for all:
 * no query of a flush may outlive it on a released connection.
 */
async function inOneFlush(client: pg.PoolClient, queries: () => Promise<pg.QueryResult<Row>>[]): Promise<Settled[]> {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.cork();
  let sent: Promise<pg.QueryResult<Row>>[];
  try {
    sent = queries();
  } finally {
    stream.uncork();
  }
  return Promise.allSettled(sent);
}

function resultOf(settled: Settled | undefined): pg.QueryResult<Row> {
  if (settled?.status === 'fulfilled') return settled.value;
  throw failureOf(settled?.reason);
}

/** As callers get to see it. */
function failureOf(error: unknown): unknown {
  return isBusy(error) ? new Unavailable(error) : error;
}

/**
 * Without a SQLSTATE, or with one of classes 08, 57P and 53: the connection or the server is gone, nothing is known of the outcome. Or
 * the server is not the one that writes any more (25006): another connection may lead to that one.
 */
function isConnectionError(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return !(error instanceof pg.DatabaseError) || code === undefined || /^(08|57P|53|25006)/.test(code);
}

/** lock_timeout, statement_timeout, idle timeout, conflicts: the caller may try again. */
function isBusy(error: unknown): boolean {
  return ['55P03', '57014', '25P03', '40001', '40P01'].includes((error as { code?: string }).code ?? '');
}
