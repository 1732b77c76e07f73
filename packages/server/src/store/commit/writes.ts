import type { Part } from './need.ts';

/** What is written of customers and accounts that are `good`, and the record of it. */
export const writes: readonly Part[] = [
  {
    for: 'adds',
    text: `new_customer as (
  insert into customer (organisation_id, number, version, change_number, state, document, password_hash, customer_ref, username_key, email_key,
    telephone_key, name_key, given_name_key, vipps_id, landline, birth_date, expires_at, created_at, changed_at)
  select $1, customer_number, version, base + 1, state, document, password_hash, customer_ref, username_key, email_key,
    telephone_key, name_key, given_name_key, vipps_id, landline, birth_date, expires_at, created_at, changed_at
  from good where mode = 'insert'
)`,
  },
  {
    for: 'updates',
    text: `changed_customer as (
  update customer c set version = g.version, change_number = g.base + 1, state = g.state, document = g.document, password_hash = g.password_hash,
    customer_ref = g.customer_ref, username_key = g.username_key, email_key = g.email_key, telephone_key = g.telephone_key, name_key = g.name_key,
    given_name_key = g.given_name_key, vipps_id = g.vipps_id, landline = g.landline, birth_date = g.birth_date, expires_at = g.expires_at, changed_at = g.changed_at
  from good g where g.mode = 'update' and g.customer_changed and c.organisation_id = $1 and c.number = g.customer_number
)`,
  },
  {
    for: 'updates',
    text: `touched_customer as (
  update customer c set version = g.version
  from good g where g.mode = 'update' and not g.customer_changed and c.organisation_id = $1 and c.number = g.customer_number
)`,
  },
  {
    text: `written_account as (
  insert into account (organisation_id, identifier, number, customer_number, version, change_number, state, alias, account_number, is_default, document, next_boundary, gone_at)
  select $1, a.identifier, a.number, a.customer_number, a.version, g.base + a.seq, a.state, a.alias, a.account_number, a.is_default,
    case when a.state = 'active' then json_build_object('account', a.account, 'customer', g.document) end, a.next_boundary,
    case when a.state <> 'active' then g.at end
  from acc a join good g using (n)
  on conflict (organisation_id, identifier) do update set number = excluded.number, customer_number = excluded.customer_number,
    version = excluded.version, change_number = excluded.change_number, state = excluded.state, alias = excluded.alias,
    account_number = excluded.account_number, is_default = excluded.is_default, document = excluded.document, next_boundary = excluded.next_boundary,
    gone_at = excluded.gone_at
)`,
  },
  {
    for: 'adds',
    text: `remembered_identifier as (
  delete from forgotten_identifier
  where organisation_id = $1 and digest = any(array(select decode(a.digest, 'hex') from acc a join good using (n) where a.is_new))
)`,
  },
  {
    text: `written_change as (
  insert into change (organisation_id, number, audit_number, subject, kind, cause, customer_number, account_number, version, members, events, at)
  select $1, g.base + c.seq, g.base + 1, c.subject, c.kind, c.cause, c.customer_number, c.account_number, c.version, c.members, c.events, g.at
  from chg c join good g using (n)
)`,
  },
  {
    text: `written_detail as (
  insert into change_detail (organisation_id, customer_number, change_number, account_number, document)
  select $1, c.customer_number, g.base + c.seq, coalesce(c.account_number, 0), case when c.subject = 'customer' then g.document else a.account end
  from chg c join good g using (n) left join acc a on a.n = c.n and a.number = c.account_number
  where c.kind <> 'deleted' and c.cause <> 'customer'
)`,
  },
  {
    for: 'adds',
    text: `written_address as (
  insert into customer_address (organisation_id, customer_number, address_id, street_key, postal_code)
  select $1, g.customer_number, a.address_id, a.street_key, a.postal_code from address a join good g using (n) where not a.gone
  on conflict (organisation_id, customer_number, address_id) do update set street_key = excluded.street_key, postal_code = excluded.postal_code
)`,
  },
  {
    text: `written_audit as (
  insert into audit (organisation_id, number, at, client_id, client_name, actor, dialect, channel, operation, customer_number, account_number, correlation_id, request_id)
  select $1, base + 1, at, client_id, client_name, actor, dialect, channel, operation, customer_number, account_number, correlation_id, request_id
  from good where change_count > 0
)`,
  },
  {
    for: 'keeps',
    text: `kept_answer as (
  insert into idempotency (organisation_id, client_id, request_hash, body_digest, answer, customer_number, account_number, created_at)
  select $1, i.client_id, i.request_hash, i.body_digest, i.answer, i.customer_number, i.account_number, i.created_at
  from idem i join good using (n)
  on conflict (organisation_id, client_id, request_hash) do update set body_digest = excluded.body_digest, answer = excluded.answer,
    customer_number = excluded.customer_number, account_number = excluded.account_number, created_at = excluded.created_at
)`,
  },
];
