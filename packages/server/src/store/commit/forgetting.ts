import type { Part } from './need.ts';

/**
 * What goes when a customer, an account or an address does. It starts from the plan alone: without that every write read all of its
 * customer's past.
 */
export const forgetting: readonly Part[] = [
  {
    for: 'forgets',
    text: `gone as materialized (
  -- What is forgotten: all of a customer (no account number), or one account.
  select customer_number, null::bigint as account_number from good where forget
  union all
  select a.customer_number, a.number from acc a join good g using (n) where a.state <> 'active' and not g.forget
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_pass as (
  delete from access_pass d using gone
  where d.organisation_id = $1 and d.customer_number = gone.customer_number and (gone.account_number is null or d.account_number = gone.account_number)
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_file as (
  delete from evidence_file d using gone
  where d.organisation_id = $1 and d.customer_number = gone.customer_number and (gone.account_number is null or d.evidence_id in (
    select e.id from evidence_request e where e.organisation_id = $1 and e.customer_number = gone.customer_number and e.account_number = gone.account_number))
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_evidence as (
  delete from evidence_request d using gone
  where d.organisation_id = $1 and d.customer_number = gone.customer_number and (gone.account_number is null or d.account_number = gone.account_number)
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_revision as (
  delete from entitlement_revision d using gone
  where d.organisation_id = $1 and d.customer_number = gone.customer_number and (gone.account_number is null or d.entitlement_id in (
    select e.id from entitlement e where e.organisation_id = $1 and e.customer_number = gone.customer_number and e.account_number = gone.account_number))
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_entitlement as (
  delete from entitlement d using gone
  where d.organisation_id = $1 and d.customer_number = gone.customer_number and (gone.account_number is null or d.account_number = gone.account_number)
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_action as (
  delete from outstanding_action d using gone
  where d.organisation_id = $1 and d.customer_number = gone.customer_number and (gone.account_number is null or d.account_number = gone.account_number)
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_address as (
  delete from customer_address d using good g
  where d.organisation_id = $1 and d.customer_number = g.customer_number
    and (g.forget or d.address_id in (select a.address_id from address a where a.n = g.n and a.gone))
    and (g.forget or exists (select from address a where a.n = g.n and a.gone))
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_detail as (
  delete from change_detail d using gone
  where d.organisation_id = $1 and d.customer_number = gone.customer_number and (gone.account_number is null or d.account_number = gone.account_number)
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_answer as (
  update idempotency s set answer = null, body_digest = '' from gone
  where s.organisation_id = $1 and s.customer_number = gone.customer_number and (gone.account_number is null or s.account_number = gone.account_number)
)`,
  },
  {
    for: 'forgets',
    text: `forgotten_log as (
  update webhook_delivery d set log = (select json_agg(e.value - 'excerpt') from jsonb_array_elements(d.log::jsonb) e)
  where d.organisation_id = $1 and d.id = any(array(select w.id from gone join webhook_delivery w
    on w.organisation_id = $1 and w.customer_number = gone.customer_number and (gone.account_number is null or w.account_number = gone.account_number)
    where json_array_length(w.log) > 0 order by w.id for update of w))
)`,
  },
];
