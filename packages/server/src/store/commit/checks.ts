import type { Part } from './need.ts';

/**
 * Why a plan is not written: its number, the outcome, a rank (the lowest of a plan counts) and a detail. `lateral ... limit 1` keeps every
 * check an index look-up: a join was hashed over the whole table while statistics were young (13 ms instead of 0.1 ms at 25,000 customers).
 */
export const checks: readonly Part[] = [
  {
    text: `select p.n, 'stale' as outcome, 0 as rank, null::bigint as detail
    from plan p left join lateral (select version from customer where organisation_id = $1 and number = p.customer_number limit 1) c on true
    where p.mode <> 'none' and c.version is distinct from p.expected`,
  },
  {
    for: 'keeps',
    text: `select i.n, 'idempotency', 1, null
    from idem i cross join lateral (select created_at from idempotency s
      where s.organisation_id = $1 and s.client_id = i.client_id and s.request_hash = i.request_hash limit 1) s
    where s.created_at > i.created_at - interval '24 hours'`,
  },
  {
    for: 'adds',
    text: `select a.n, case t.state when 'erased' then 'erased-identifier' when 'deleted' then 'tombstone' else 'identifier' end, 2, t.version
    from acc a cross join lateral (select state, version from account where organisation_id = $1 and identifier = a.identifier limit 1) t
    where a.is_new and (t.state <> 'deleted' or t.version is distinct from a.replaces)`,
  },
  {
    for: 'adds',
    text: `select a.n, case f.state when 'erased' then 'erased-identifier' else 'tombstone' end, 2, f.version
    from acc a cross join lateral (select state, version from forgotten_identifier
      where organisation_id = $1 and digest = decode(a.digest, 'hex') limit 1) f
    where a.is_new and (f.state <> 'deleted' or f.version is distinct from a.replaces)`,
  },
  {
    text: `select p.n, 'email', 3, null
    from plan p cross join lateral (select number from customer where organisation_id = $1 and email_key = p.email_key limit 1) c
    where c.number <> p.customer_number`,
  },
  {
    text: `select p.n, 'username', 4, null
    from plan p cross join lateral (select number from customer where organisation_id = $1 and username_key = p.username_key limit 1) c
    where c.number <> p.customer_number`,
  },
  {
    text: `select p.n, 'customerRef', 5, null
    from plan p cross join lateral (select number from customer where organisation_id = $1 and customer_ref = p.customer_ref limit 1) c
    where c.number <> p.customer_number`,
  },
  {
    text: `select a.n, 'accountNumber', 6, null
    from acc a cross join lateral (select number from account where organisation_id = $1 and account_number = a.account_number limit 1) t
    where t.number <> a.number`,
  },
  {
    text: `select a.n, 'alias', 7, null
    from acc a cross join lateral (select number from account
      where organisation_id = $1 and customer_number = a.customer_number and alias = a.alias limit 1) t
    where t.number <> a.number`,
  },
  {
    for: 'holds',
    text: `select e.n, 'stale', 0, null
    from ent e left join lateral (select version from entitlement_type where organisation_id = $1 and number = e.type_number limit 1) t on true
    where e.is_new and t.version is distinct from e.type_version`,
  },
  {
    for: 'holds',
    text: `select p.n, 'accessPass', 8, p.i
    from pass p cross join lateral (select state, account_number from access_pass
      where organisation_id = $1 and text = p.text and namespace = p.namespace limit 1) s
    where s.state <> 'reserved' and s.account_number <> p.account_number`,
  },
];
