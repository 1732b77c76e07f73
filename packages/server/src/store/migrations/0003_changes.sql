-- What reads the change log: history, feeds, webhooks; how long it is kept; and who reads personal data.

-- Changes up to this number are no longer kept.
alter table organisation_counter add column pruned_to bigint not null default 0;

create index change_customer on change (organisation_id, customer_number, number) where customer_number is not null;

-- What was before a change is the previous document of the same subject: found by one step, however much else happened to the customer
-- in between. The customer's own documents have the account number 0.
update change_detail set account_number = 0 where account_number is null;
alter table change_detail alter account_number set default 0, alter account_number set not null, drop constraint change_detail_pkey,
  add primary key (organisation_id, customer_number, account_number, change_number);

-- The feed of accounts: each once, at its newest change. A tombstone is in it until its time is over.
alter table account add column gone_at timestamptz;
update account set gone_at = now() where state <> 'active';
alter table account add constraint account_gone_at check ((state = 'active') = (gone_at is null));
create index account_change on account (organisation_id, change_number);
create index account_gone on account (organisation_id, gone_at) where gone_at is not null;

-- What is left of an identifier when its tombstone ends: an HMAC with the organisation's key, so that it is never used again (erased)
-- or never repeats a version (deleted).
create table forgotten_identifier (
  organisation_id bigint not null references organisation,
  digest          bytea not null,
  number          bigint not null,
  customer_number bigint not null,
  version         bigint not null,
  state           text not null check (state in ('deleted', 'erased')),
  primary key (organisation_id, digest)
);

-- Where changes are sent. `sealed`: signing secrets and the static header, encrypted by the server. `version` rises with what an
-- operator changes or the server switches off, not with the outcome of deliveries. `listening`: whether it was enabled when the change
-- was committed up to which deliveries were made, so that being switched off and on again takes effect in commit order.
create table webhook_subscription (
  organisation_id bigint not null references organisation,
  id              uuid not null,
  url             text collate "C" not null,
  description     text,
  format          text not null check (format in ('native', 'imin', 'entur')),
  kinds           text[] not null,
  include_account boolean not null default false,
  except_clients  bigint[] not null default '{}',
  state           text not null check (state in ('enabled', 'disabled')),
  disabled_reason text check (disabled_reason in ('operator', 'gone', 'failing')),
  disabled_at     timestamptz,
  sealed          bytea not null,
  header_name     text,
  from_change     bigint not null,
  listening       boolean not null,
  failing_since   timestamptz,
  succeeded_at    timestamptz,
  version         bigint not null,
  created_at      timestamptz not null,
  changed_at      timestamptz not null,
  primary key (organisation_id, id),
  check ((state = 'disabled') = (disabled_reason is not null) and (state = 'disabled') = (disabled_at is not null))
);

-- Up to which change deliveries were made. Its row appears with the first subscription.
create table webhook_dispatch (
  organisation_id bigint primary key references organisation,
  position        bigint not null
);

-- One message to one subscription. `id` is its webhook-id. Pending ones are due at `due_at`; whoever takes one moves that ahead, so
-- that what a crash leaves behind is due again by itself. `mergeable`: nobody has taken it yet, further changes of the account may join.
create table webhook_delivery (
  organisation_id bigint not null,
  id              uuid not null,
  subscription_id uuid not null,
  change_number   bigint,
  last_change     bigint,
  example         text,
  kinds           text[] not null,
  customer_number bigint,
  account_number  bigint,
  state           text not null check (state in ('pending', 'delivered', 'failed')),
  due_at          timestamptz,
  mergeable       boolean not null default false,
  identifier      text collate "C",
  attempts        integer not null default 0,
  log             json not null default '[]',
  at              timestamptz not null,
  finished_at     timestamptz,
  primary key (organisation_id, id),
  foreign key (organisation_id, subscription_id) references webhook_subscription on delete cascade,
  check ((state = 'pending') = (due_at is not null) and (state = 'pending') = (finished_at is null)),
  check ((change_number is null) = (example is not null))
);
create unique index webhook_delivery_change on webhook_delivery (organisation_id, subscription_id, change_number);
create index webhook_delivery_due on webhook_delivery (organisation_id, subscription_id, due_at) where due_at is not null;
create unique index webhook_delivery_mergeable on webhook_delivery (organisation_id, subscription_id, account_number) where mergeable;
create index webhook_delivery_finished on webhook_delivery (organisation_id, finished_at) where finished_at is not null;
create index webhook_delivery_customer on webhook_delivery (organisation_id, customer_number) where customer_number is not null;

-- Who read whose personal data. Apart from the audit of writes, because there is far more of it: no number, no order, written in batches.

-- One row per request and customer, ids only: it outlives the customer. `account_number`: where the read was about one account.
-- `correlation_id`: where the caller sent one. The only index is the question that is asked of it; it is also what makes a batch that
-- is sent twice count once.
create table read_record (
  organisation_id bigint not null,
  customer_number bigint not null,
  at              timestamptz not null,
  request_id      uuid not null,
  account_number  bigint,
  client_id       bigint not null,
  client_name     text not null,
  actor           text not null,
  dialect         text not null,
  operation       text not null,
  correlation_id  text,
  primary key (organisation_id, customer_number, at, request_id)
);

-- Reads that could not be recorded: how many, and when.
create table read_gap (
  organisation_id bigint not null,
  id              uuid not null,
  began_at        timestamptz not null,
  ended_at        timestamptz not null,
  lost            bigint not null check (lost > 0),
  primary key (organisation_id, id)
);

-- One row per process that records reads, of no organisation. What it noted before `seen_at` is stored. Without `ended_at` and with an
-- old `seen_at` it was killed, and what it noted afterwards is not known to anybody.
create table read_recorder (
  id         uuid primary key,
  started_at timestamptz not null,
  seen_at    timestamptz not null,
  ended_at   timestamptz
);

alter table change drop constraint change_subject_check,
  add constraint change_subject_check check (subject in
    ('customer', 'account', 'organisation', 'entitlement-list', 'entitlement-type', 'pass-namespace', 'access-pass', 'webhook-subscription'));

-- Looked up before an organisation is known; returns ids and numbers only.
create function organisations_to_dispatch() returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select d.organisation_id from webhook_dispatch d join organisation_counter c using (organisation_id) where c.change_number > d.position $$;

create function change_positions(organisations bigint[]) returns table (organisation_id bigint, change_number bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select c.organisation_id, c.change_number from organisation_counter c where c.organisation_id = any(organisations) $$;

create function due_webhook_subscriptions(until timestamptz) returns table (organisation_id bigint, id uuid, due_at timestamptz)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select s.organisation_id, s.id, d.due_at from webhook_subscription s cross join lateral (
    select w.due_at from webhook_delivery w where w.organisation_id = s.organisation_id and w.subscription_id = s.id and w.due_at <= until
    order by w.due_at limit 1) d where s.state = 'enabled' $$;

create function webhook_backlog() returns table (undispatched bigint, pending bigint, oldest timestamptz)
  language sql stable security definer set search_path = public, pg_temp
  as $$ select
    (select coalesce(sum(c.change_number - d.position), 0)::bigint from webhook_dispatch d join organisation_counter c using (organisation_id)),
    count(*), min(w.at)
    from webhook_delivery w join webhook_subscription s on s.organisation_id = w.organisation_id and s.id = w.subscription_id
    where w.due_at is not null and s.state = 'enabled' $$;

create function organisations_with_tombstones(before timestamptz) returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select id from organisation o where exists (select from account where organisation_id = o.id and gone_at < before) $$;

create function organisations_with_finished_deliveries(before timestamptz) returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select id from organisation o where exists (select from webhook_delivery where organisation_id = o.id and finished_at < before) $$;

revoke execute on function organisations_to_dispatch, change_positions, due_webhook_subscriptions, webhook_backlog,
  organisations_with_tombstones, organisations_with_finished_deliveries from public;
grant execute on function organisations_to_dispatch, change_positions, due_webhook_subscriptions, webhook_backlog,
  organisations_with_tombstones, organisations_with_finished_deliveries to tessera_server;

alter table forgotten_identifier alter digest set statistics 0;
alter table webhook_subscription alter sealed set statistics 0, alter url set statistics 0;
alter table webhook_delivery alter log set statistics 0;

grant select, insert, update, delete on forgotten_identifier, webhook_subscription, webhook_dispatch, webhook_delivery to tessera_server;
grant select, insert, delete on read_record to tessera_server;
grant select, insert, update, delete on read_gap, read_recorder to tessera_server;
grant delete on account, change, audit to tessera_server;

do $$
declare
  tenant_table text;
begin
  foreach tenant_table in array array['forgotten_identifier', 'webhook_subscription', 'webhook_dispatch', 'webhook_delivery',
    'read_record', 'read_gap']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy organisation on %I to tessera_server
      using (organisation_id = (select current_organisation()))
      with check (organisation_id = (select current_organisation()))', tenant_table);
    execute format('create policy owner on %I to current_user using (true) with check (true)', tenant_table);
  end loop;
end $$;
