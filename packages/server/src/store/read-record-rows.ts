import type { Actor } from '#domain/actor.ts';
import type { Statement } from './database.ts';

/** Whose data was read, and of which account where it was about one. */
export type ReadSubject = { customerNumber: number; accountNumber?: number | undefined };

/** A record that waits to be stored. */
export type WaitingRecord = ReadSubject & {
  at: Date;
  requestId: string;
  /** Where the caller sent one. */
  correlationId: string | null;
  client: Actor['client'];
  actor: string;
  dialect: string;
  operation: string;
};

// Thousands a second, of which hardly any two differ in who and what: as arrays, with the readers once, they cost the database a third
// less than as JSON.
const insert: Statement = {
  name: 'read-records-insert',
  text: `insert into read_record (organisation_id, customer_number, at, request_id, account_number, correlation_id,
      client_id, client_name, actor, dialect, operation)
    select $1, r.customer_number, to_timestamp(r.at / 1000), r.request_id, r.account_number, r.correlation_id,
      w.client_id, w.client_name, w.actor, w.dialect, w.operation
    from unnest($2::bigint[], $3::float8[], $4::uuid[], $5::bigint[], $6::text[], $7::int[])
        as r (customer_number, at, request_id, account_number, correlation_id, reader)
      join json_to_recordset($8) as w (reader int, client_id bigint, client_name text, actor text, dialect text, operation text) using (reader)`,
};

// To look for each record first costs the database a third more, and hardly ever is one there.
const insertMissing: Statement = { name: 'read-records-insert-missing', text: `${insert.text} on conflict do nothing` };

/**
 * The statement that stores records of one organisation: of which none is stored yet, or with `missing` those that are not. Some are, where
 * the outcome of a batch was unknown and it is sent again, or where a request showed a customer twice.
 */
export function insertOf(
  organisationId: number,
  records: readonly WaitingRecord[],
  { missing = false } = {},
): Statement & { values: unknown[] } {
  const readers = new Map<string, object>();
  const reader = records.map(({ client, actor, dialect, operation }) => {
    const key = `${client.id} ${dialect} ${operation} ${actor} ${client.name}`;
    const known = readers.get(key) as { reader: number } | undefined;
    if (known) return known.reader;
    const one = { reader: readers.size, client_id: client.id, client_name: client.name, actor, dialect, operation };
    readers.set(key, one);
    return one.reader;
  });
  const values = [
    organisationId,
    arrayOf(records.map(({ customerNumber }) => customerNumber)),
    arrayOf(records.map(({ at }) => at.getTime())),
    arrayOf(records.map(({ requestId }) => requestId)),
    arrayOf(records.map(({ accountNumber }) => accountNumber ?? null)),
    arrayOf(records.map(({ correlationId }) => correlationId)),
    arrayOf(reader),
    JSON.stringify([...readers.values()]),
  ];
  return { ...(missing ? insertMissing : insert), values };
}

/** An array as PostgreSQL writes it: of numbers, or of texts in visible ASCII, which both escape alike. */
function arrayOf(values: readonly (number | string | null)[]): string {
  return `{${JSON.stringify(values).slice(1, -1)}}`;
}
