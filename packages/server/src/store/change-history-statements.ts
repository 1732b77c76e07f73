import { changeColumns } from './changes.ts';
import type { Statement } from './database.ts';

/**
 * $1 organisation, $2 customer, $3 below, $4 least, $5 how many to look at, $6 account or null, $7 from, $8 until, $9 kinds or null,
 * $10 limit, $11 whether with the customer's documents at changes of accounts. A write's change of the customer has the number of
 * its audit record. Documents of subjects are looked up one by one; the customer's own have the account number 0.
 */
export const changesOfCustomer: Statement = {
  name: 'history',
  text: `select ${changeColumns}, u.client_name, u.actor, u.dialect, u.channel, u.operation, u.correlation_id, u.request_id,
      own.document as account_after, former.document as account_before,
      customer.document as customer_after, customer_before.document as customer_before
    from (
      select * from (
        select * from change where organisation_id = $1 and customer_number = $2 and number < $3 and number >= $4 order by number desc limit $5
      ) looked_at
      where ($6::bigint is null or account_number = $6) and at >= $7::timestamptz and at < $8::timestamptz
        and ($9::text[] is null or subject || '.' || kind = any($9) or events && $9)
      order by number desc limit $10
    ) c
    left join lateral (select * from audit where organisation_id = $1 and number = c.audit_number limit 1) u on true
    left join lateral (select identifier from account where organisation_id = $1 and number = c.account_number limit 1) a on true
    left join lateral (select document from change_detail
      where organisation_id = $1 and customer_number = $2 and account_number = c.account_number and change_number = c.number limit 1) own on true
    left join lateral (select document from change_detail
      where organisation_id = $1 and customer_number = $2 and account_number = c.account_number and change_number < c.number
        and c.kind = 'updated' and own.document is not null
      order by change_number desc limit 1) former on true
    left join lateral (select document from change_detail
      where organisation_id = $1 and customer_number = $2 and account_number = 0 and change_number <= c.number
        and change_number >= case when c.subject = 'account' and c.kind = 'created' then 0 else c.audit_number end
        and (c.subject = 'customer' or $11)
      order by change_number desc limit 1) customer on true
    left join lateral (select document from change_detail
      where organisation_id = $1 and customer_number = $2 and account_number = 0 and change_number < c.audit_number
        and c.kind = 'updated' and customer.document is not null
      order by change_number desc limit 1) customer_before on true
    order by c.number desc`,
};

/** The last of the changes that are looked at for a page; no row: all were. $1 to $5 as above. */
export const lookedAt: Statement = {
  name: 'history-looked-at',
  text: `select number from change where organisation_id = $1 and customer_number = $2 and number < $3 and number >= $4
    order by number desc offset $5 - 1 limit 1`,
};

/**
 * $1 organisation, $2 customer, $3 account or null, $4 below, $5 instant. The newest change is that of the customer and all accounts:
 * accounts of one customer are read as of one moment. Where it is not kept any more, what was written is that was (change-pruning.ts).
 */
export const stateAt: Statement = {
  name: 'state-at',
  text: `with moment as materialized (
      select o.change_number as position, o.pruned_to, kept.at as kept_since, coalesce(newest.number, o.pruned_to) as number
      from organisation_counter o
      left join lateral (select at from change where organisation_id = $1 and number > o.pruned_to order by number limit 1) kept on true
      left join lateral (select number from change
        where organisation_id = $1 and customer_number = $2 and number < $4 and at <= $5::timestamptz
        order by number desc limit 1) newest on true
      where o.organisation_id = $1)
    select m.position, m.number, m.pruned_to, m.kept_since, account.document as account, customer.document as customer
    from moment m
    left join lateral (select document from change_detail
      where organisation_id = $1 and customer_number = $2 and account_number = $3 and change_number <= m.number
      order by change_number desc limit 1) account on true
    left join lateral (select document from change_detail
      where organisation_id = $1 and customer_number = $2 and account_number = 0 and change_number <= m.number
      order by change_number desc limit 1) customer on true`,
};
