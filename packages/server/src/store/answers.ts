import type { Database, Row, Statement } from './database.ts';
import { Lane } from './lane.ts';
import type { KeptAnswer } from './plan.ts';

/** A kept answer; without `answer` its customer was erased. `shows`: whose data is in it. */
export type StoredAnswer = {
  bodyDigest: string;
  answer: KeptAnswer['answer'] | undefined;
  createdAt: Date;
  shows: { account: { customerNumber: number; number: number } } | { customer: { number: number } } | undefined;
};

const hours = 24;

/** Keys are columns, not expressions: row-level security lets only those use the index, and the rest would read every answer there is. */
export const answersByHash: Statement = {
  name: 'answers-by-hash',
  text: `select k.client_id || ':' || encode(k.request_hash, 'hex') as key, encode(i.body_digest, 'hex') as body_digest, i.answer, i.created_at,
      i.customer_number, i.account_number
    from unnest($2::bigint[], $3::bytea[]) k (client_id, request_hash) cross join lateral (select body_digest, answer, created_at, customer_number, account_number from idempotency
      where organisation_id = $1 and client_id = k.client_id and request_hash = k.request_hash limit 1) i`,
};

/** Answers kept for Idempotency-Key. They are written by the writer, with the effect they answer. */
export class Answers {
  readonly #database: Database;
  readonly #byHash: Lane<StoredAnswer>;

  constructor(database: Database) {
    this.#database = database;
    this.#byHash = new Lane(async (organisationId, keys) =>
      keyed(await database.lookUp(organisationId, answersByHash, [organisationId, ...columnsOf(keys)])),
    );
  }

  /** An answer not older than 24 hours, by the same clock by which the commit judges (the request's). */
  async find(
    organisationId: number,
    clientId: number,
    requestHash: string,
    now: Date,
  ): Promise<StoredAnswer | undefined> {
    const stored = await this.#byHash.get(organisationId, `${clientId}:${requestHash}`);
    return stored && stored.createdAt.getTime() > now.getTime() - hours * 3_600_000 ? stored : undefined;
  }

  /** Deletes answers older than 24 hours, at most `limit` of one organisation; returns how many. */
  async prune(organisationId: number, now: Date, limit: number): Promise<number> {
    const text = `delete from idempotency where organisation_id = $1 and ctid = any(array(
      select ctid from idempotency where organisation_id = $1 and created_at < $2::timestamptz - interval '${hours} hours' limit $3)) returning 1`;
    return (await this.#database.read(organisationId, { name: '', text }, [organisationId, now, limit])).length;
  }

  async organisationsWithOld(now: Date): Promise<number[]> {
    const rows = await this.#database.global(
      `select organisations_with_old_answers($1::timestamptz - interval '${hours} hours') as id`,
      [now],
    );
    return rows.map((row) => row.id as number);
  }
}

/** The two parts of keys such as `7:00ff`. */
function columnsOf(keys: string[]): [string[], Buffer[]] {
  const parts = keys.map((key) => key.split(':') as [string, string]);
  return [parts.map(([clientId]) => clientId), parts.map(([, hash]) => Buffer.from(hash, 'hex'))];
}

function keyed(rows: Row[]): Map<string, StoredAnswer> {
  return new Map(rows.map((row) => [row.key as string, storedOf(row)]));
}

function storedOf(row: Row): StoredAnswer {
  const [customerNumber, number] = [row.customer_number, row.account_number] as (number | null)[];
  const customer = customerNumber == null ? undefined : { customer: { number: customerNumber } };
  return {
    bodyDigest: row.body_digest as string,
    createdAt: row.created_at as Date,
    answer: row.answer === null ? undefined : JSON.parse(row.answer as string),
    shows: customerNumber == null || number == null ? customer : { account: { customerNumber, number } },
  };
}
