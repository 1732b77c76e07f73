import type { Statement } from './database.ts';

/**
 * Writes one change of the catalogue whole, or leaves no trace and says why. Runs after the counter is locked, so what it sees of
 * stored rows stays true until the commit.
 *
 * $1 organisation, $2 what must be so (the version that each subject has, null: it is not there), $3 lists, $4 types, $5 namespaces,
 * each as it becomes, $6 names of namespaces to delete, $7 settings of the organisation or null, $8 changes, $9 who and what (audit),
 * $10 answers to keep for idempotency, $11 webhook subscriptions as they become, $12 ids of those to delete, $13 how many there can be.
 * Row: outcome ('written' | 'stale' | 'in-use' | 'full' | 'idempotency').
 *
 * A subscription that is new, or on again, begins with the first change after this write.
 */
export const commitCatalogue: Statement = {
  name: 'commit-catalogue',
  text: `
with guard as materialized (
  select * from json_to_recordset($2::json) as x(subject text, key text, expected bigint)
), idem as materialized (
  select client_id, decode(request_hash, 'hex') as request_hash, decode(body_digest, 'hex') as body_digest, answer, created_at
  from json_to_recordset($10::json) as x(client_id bigint, request_hash text, body_digest text, answer json, created_at timestamptz)
), wanted_subscription as materialized (
  select * from json_to_recordset($11::json) as x(id uuid, url text, description text, format text, kinds text[], include_account boolean,
    except_clients bigint[], state text, disabled_reason text, disabled_at timestamptz, sealed text, header_name text, version bigint,
    created_at timestamptz, changed_at timestamptz)
), failed as materialized (
  select 'stale' as outcome, 0 as rank
    from guard g left join lateral (
      select version from entitlement_list where g.subject = 'entitlement-list' and organisation_id = $1 and slug = g.key
      union all
      select version from pass_namespace where g.subject = 'pass-namespace' and organisation_id = $1 and name = g.key
      union all
      select version from organisation where g.subject = 'organisation' and id = $1
      union all
      select version from webhook_subscription
        where organisation_id = $1 and id = case g.subject when 'webhook-subscription' then g.key::uuid end) s on true
    where s.version is distinct from g.expected
  union all
  select 'in-use', 1
    from unnest($6::text[]) k (name) cross join lateral (select from access_pass
      where organisation_id = $1 and namespace = k.name limit 1) p
  union all
  select 'full', 2
    from wanted_subscription
    where version = 1 and $13 <= (select count(*) from webhook_subscription where organisation_id = $1)
  union all
  select 'idempotency', 3
    from idem i cross join lateral (select created_at from idempotency s
      where s.organisation_id = $1 and s.client_id = i.client_id and s.request_hash = i.request_hash limit 1) s
    where s.created_at > i.created_at - interval '24 hours'
), good as materialized (
  select change_number as base from organisation_counter where organisation_id = $1 and not exists (select from failed)
), chg as materialized (
  select * from json_to_recordset($8::json) as x(
    seq int, subject text, subject_key text, kind text, cause text, version bigint, members text[], events text[])
), written_list as (
  insert into entitlement_list (organisation_id, slug, title, description, license, uri, published, version, created_at, changed_at)
  select $1, slug, title, description, license, uri, published, version, created_at, changed_at
  from good, json_to_recordset($3::json) as x(slug text, title text, description text, license text, uri text, published boolean,
    version bigint, created_at timestamptz, changed_at timestamptz)
  on conflict (organisation_id, slug) do update set title = excluded.title, description = excluded.description,
    license = excluded.license, published = excluded.published, version = excluded.version, changed_at = excluded.changed_at
), written_type as (
  insert into entitlement_type as t (organisation_id, number, list_slug, id, uri, position, version, propagating, label, status, hidden,
    default_duration, category, evidence, evidence_deadline_days, evidence_name, evidence_description, evidence_url)
  select $1, number, list_slug, id, uri, position, version, propagating, label, status, hidden,
    default_duration, category, evidence, evidence_deadline_days, evidence_name, evidence_description, evidence_url
  from good, json_to_recordset($4::json) as x(number bigint, list_slug text, id text, uri text, position int, version bigint,
    propagating boolean, label text, status text, hidden boolean, default_duration text, category text, evidence text,
    evidence_deadline_days int, evidence_name text, evidence_description text, evidence_url text)
  on conflict (organisation_id, number) do update set position = excluded.position, version = excluded.version,
    propagating = t.propagating or excluded.propagating, label = excluded.label, status = excluded.status, hidden = excluded.hidden,
    default_duration = excluded.default_duration, category = excluded.category, evidence = excluded.evidence,
    evidence_deadline_days = excluded.evidence_deadline_days, evidence_name = excluded.evidence_name,
    evidence_description = excluded.evidence_description, evidence_url = excluded.evidence_url
), written_namespace as (
  insert into pass_namespace (organisation_id, name, is_default, prefix, pattern, min_length, max_length, check_digit, code_type,
    max_active_per_account, version, created_at, changed_at)
  select $1, name, is_default, prefix, pattern, min_length, max_length, check_digit, code_type,
    max_active_per_account, version, created_at, changed_at
  from good, json_to_recordset($5::json) as x(name text, is_default boolean, prefix text, pattern text, min_length int, max_length int,
    check_digit text, code_type text, max_active_per_account int, version bigint, created_at timestamptz, changed_at timestamptz)
  on conflict (organisation_id, name) do update set is_default = excluded.is_default, prefix = excluded.prefix,
    pattern = excluded.pattern, min_length = excluded.min_length, max_length = excluded.max_length, check_digit = excluded.check_digit,
    code_type = excluded.code_type, max_active_per_account = excluded.max_active_per_account, version = excluded.version,
    changed_at = excluded.changed_at
), deleted_namespace as (
  delete from pass_namespace using good where organisation_id = $1 and name = any($6::text[])
), written_settings as (
  update organisation set settings = $7::jsonb, version = version + 1 from good where id = $1 and $7::jsonb is not null
), written_subscription as (
  insert into webhook_subscription as w (organisation_id, id, url, description, format, kinds, include_account, except_clients, state,
    disabled_reason, disabled_at, sealed, header_name, from_change, listening, version, created_at, changed_at)
  select $1, id, url, description, format, kinds, include_account, except_clients, state, disabled_reason, disabled_at,
    decode(sealed, 'hex'), header_name, base + (select count(*) from chg), state = 'enabled', version, created_at, changed_at
  from good, wanted_subscription
  on conflict (organisation_id, id) do update set url = excluded.url, description = excluded.description, kinds = excluded.kinds,
    include_account = excluded.include_account, except_clients = excluded.except_clients, state = excluded.state,
    disabled_reason = excluded.disabled_reason, disabled_at = excluded.disabled_at, sealed = excluded.sealed,
    header_name = excluded.header_name, version = excluded.version, changed_at = excluded.changed_at,
    failing_since = case when w.url = excluded.url and (w.state = 'enabled' or excluded.state = 'disabled') then w.failing_since end
), written_dispatch as (
  insert into webhook_dispatch (organisation_id, position)
  select $1, base + (select count(*) from chg) from good where exists (select from wanted_subscription)
  on conflict (organisation_id) do nothing
), deleted_subscription as (
  delete from webhook_subscription using good where organisation_id = $1 and id = any($12::uuid[])
), written_change as (
  insert into change (organisation_id, number, audit_number, subject, subject_key, kind, cause, version, members, events, at)
  select $1, base + seq, base + 1, subject, subject_key, chg.kind, cause, version, members, events, at
  from good, chg, json_to_record($9::json) as x(at timestamptz)
), written_audit as (
  insert into audit (organisation_id, number, at, client_id, client_name, actor, dialect, channel, operation, subject_key, correlation_id, request_id)
  select $1, base + 1, at, client_id, client_name, actor, dialect, dialect, operation, subject_key, correlation_id, request_id
  from good, json_to_record($9::json) as x(at timestamptz, client_id bigint, client_name text, actor text, dialect text, operation text,
    subject_key text, correlation_id text, request_id text)
  where exists (select from chg)
), kept_answer as (
  insert into idempotency (organisation_id, client_id, request_hash, body_digest, answer, created_at)
  select $1, client_id, request_hash, body_digest, answer, created_at from good, idem
  on conflict (organisation_id, client_id, request_hash) do update set body_digest = excluded.body_digest, answer = excluded.answer,
    customer_number = null, account_number = null, created_at = excluded.created_at
), counted as (
  update organisation_counter set change_number = base + (select count(*) from chg) from good
  where organisation_id = $1 and exists (select from chg)
)
select 'written' as outcome from good
union all
(select outcome from failed order by rank limit 1)`,
};
