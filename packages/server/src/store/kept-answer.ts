/*
 * Parts of statements that keep an answer for an Idempotency-Key with their effect: $1 organisation, $2 answers to keep (none or one).
 */

/** The answer to keep, as `idem`, and whether its key is in use already, as `clash`: then nothing may be written. */
export const keepingAnswer = `idem as materialized (
  select client_id, decode(request_hash, 'hex') as request_hash, decode(body_digest, 'hex') as body_digest, answer, created_at
  from json_to_recordset($2::json) as x(client_id bigint, request_hash text, body_digest text, answer json, created_at timestamptz)
), clash as materialized (
  select i.client_id from idem i cross join lateral (select created_at from idempotency s
    where s.organisation_id = $1 and s.client_id = i.client_id and s.request_hash = i.request_hash limit 1) s
  where s.created_at > i.created_at - interval '24 hours'
)`;

/** Writes it, where there is a row of `good`. */
export const keptAnswer = `kept_answer as (
  insert into idempotency (organisation_id, client_id, request_hash, body_digest, answer, created_at)
  select $1, client_id, request_hash, body_digest, answer, created_at from good, idem
  on conflict (organisation_id, client_id, request_hash) do update set body_digest = excluded.body_digest, answer = excluded.answer,
    customer_number = null, account_number = null, created_at = excluded.created_at
)`;
