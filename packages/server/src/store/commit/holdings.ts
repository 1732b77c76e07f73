import type { Part } from './need.ts';

/** What is written of that which accounts hold. */
export const holdings: readonly Part[] = [
  {
    for: 'holds',
    text: `written_entitlement as (
  insert into entitlement (organisation_id, customer_number, id, account_number, type_number, type_version, state, valid_from, valid_until, document)
  select $1, e.customer_number, e.id, e.account_number, e.type_number, e.type_version, e.state, e.valid_from, e.valid_until, e.document
  from ent e join good using (n) order by e.state in ('pending', 'active')
  on conflict (organisation_id, customer_number, id) do update set type_version = excluded.type_version, state = excluded.state,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until, document = excluded.document
)`,
  },
  {
    for: 'holds',
    text: `written_revision as (
  insert into entitlement_revision (organisation_id, customer_number, entitlement_id, revision, document)
  select $1, e.customer_number, e.id, e.revision, e.document from ent e join good using (n) where e.revised
)`,
  },
  {
    for: 'holds',
    text: `written_evidence as (
  insert into evidence_request (organisation_id, customer_number, id, account_number, entitlement_id, state, requested_at, document)
  select $1, e.customer_number, e.id, e.account_number, e.entitlement_id, e.state, e.requested_at, e.document from evi e join good using (n)
  on conflict (organisation_id, customer_number, id) do update set state = excluded.state, document = excluded.document
)`,
  },
  {
    for: 'holds',
    text: `kept_file as (
  update evidence_file f set delete_at = e.delete_at from evi e join good using (n)
  where f.organisation_id = $1 and f.customer_number = e.customer_number and f.id = any(e.files)
)`,
  },
  {
    for: 'holds',
    text: `written_pass as (
  insert into access_pass (organisation_id, text, namespace, id, state, customer_number, account_number, document)
  select $1, p.text, p.namespace, p.id, p.state, p.customer_number, p.account_number, p.document
  from pass p join good using (n) where p.state <> 'released'
  on conflict (organisation_id, text, namespace) do update set id = excluded.id, state = excluded.state,
    customer_number = excluded.customer_number, account_number = excluded.account_number,
    -- A text that comes back to its account is a new pass; the ones before stay in its row.
    document = case
      when access_pass.state = 'reserved' then excluded.document
      when access_pass.id <> excluded.id then (excluded.document::jsonb || jsonb_build_object('earlier',
        coalesce(access_pass.document::jsonb -> 'earlier', '[]') || jsonb_build_array(access_pass.document::jsonb - 'earlier')))::json
      when access_pass.document -> 'earlier' is not null then (excluded.document::jsonb || jsonb_build_object('earlier',
        access_pass.document::jsonb -> 'earlier'))::json
      else excluded.document end
)`,
  },
  {
    for: 'holds',
    text: `released_pass as (
  delete from access_pass s using pass p join good using (n)
  where s.organisation_id = $1 and s.text = p.text and s.namespace = p.namespace and p.state = 'released'
)`,
  },
  {
    for: 'holds',
    text: `written_action as (
  insert into outstanding_action (organisation_id, customer_number, id, account_number, state, document)
  select $1, a.customer_number, a.id, a.account_number, a.state, a.document from act a join good using (n)
  on conflict (organisation_id, customer_number, id) do update set state = excluded.state, document = excluded.document
)`,
  },
];
