-- The foundation: organisations, API clients, customers, accounts, and the record of everything that happened.
-- Every tenant table has organisation_id first in its primary key and forces row-level security (architecture.md, Settled 5).

create sequence customer_number start 4100001;
create sequence row_number;

create function current_organisation() returns bigint
  language sql stable parallel safe
  as $$ select nullif(current_setting('tessera.organisation', true), '')::bigint $$;

create table organisation (
  id          bigint generated always as identity (start 9001) primary key,
  slug        text collate "C" not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
  name        text not null,
  time_zone   text not null,
  base_url    text collate "C" not null unique,
  digest_key  bytea not null,
  created_at  timestamptz not null default now()
);

-- The newest change number of an organisation. Its row lock is what makes change numbers dense and in commit order.
create table organisation_counter (
  organisation_id bigint primary key references organisation,
  change_number   bigint not null default 0
);

create table api_client (
  organisation_id bigint not null references organisation,
  id              bigint not null,
  name            text not null,
  key_hash        bytea not null,
  scopes          text[],
  rate_limits     jsonb not null default '{}',
  created_at      timestamptz not null default now(),
  revoked_at      timestamptz,
  primary key (organisation_id, id)
);

create table customer (
  organisation_id bigint not null references organisation,
  number          bigint not null,
  version         bigint not null,
  change_number   bigint not null,
  state           text not null check (state in ('active', 'passive', 'erased')),
  document        json,
  password_hash   text,
  customer_ref    text collate "C",
  username_key    text collate "C",
  email_key       text collate "C",
  telephone_key   text collate "C",
  name_key        text collate "C",
  given_name_key  text collate "C",
  vipps_id        text collate "C",
  landline        text collate "C",
  birth_date      date,
  expires_at      timestamptz,
  created_at      timestamptz not null,
  changed_at      timestamptz not null,
  primary key (organisation_id, number),
  constraint customer_erased_is_empty check (
    (state = 'erased') = (document is null) and (state <> 'erased' or
      coalesce(password_hash, customer_ref, username_key, email_key, telephone_key, name_key, given_name_key, vipps_id, landline) is null
      and birth_date is null and expires_at is null))
);
create unique index customer_email on customer (organisation_id, email_key) where email_key is not null;
create unique index customer_username on customer (organisation_id, username_key) where username_key is not null;
create unique index customer_customer_ref on customer (organisation_id, customer_ref) where customer_ref is not null;
create index customer_telephone on customer (organisation_id, telephone_key) where telephone_key is not null;
create index customer_name on customer (organisation_id, name_key) where name_key is not null;
create index customer_given_name on customer (organisation_id, given_name_key) where given_name_key is not null;
create index customer_vipps on customer (organisation_id, vipps_id) where vipps_id is not null;
create index customer_landline on customer (organisation_id, landline) where landline is not null;
create index customer_birth_date on customer (organisation_id, birth_date) where birth_date is not null;
create index customer_changed on customer (organisation_id, changed_at, number);
create index customer_expires on customer (organisation_id, expires_at) where expires_at is not null;

-- The addresses that Entur shows and searches by: equality on columns, because row-level security keeps anything else off an index.
create table customer_address (
  organisation_id bigint not null,
  customer_number bigint not null,
  address_id      bigint not null,
  street_key      text collate "C" not null,
  postal_code     text collate "C" not null,
  primary key (organisation_id, customer_number, address_id),
  foreign key (organisation_id, customer_number) references customer
);
create index customer_address_street on customer_address (organisation_id, street_key);
create index customer_address_postal_code on customer_address (organisation_id, postal_code);

-- One row per identifier, also after the account is gone: then a tombstone without personal data.
create table account (
  organisation_id bigint not null,
  identifier      text collate "C" not null,
  number          bigint not null,
  customer_number bigint not null,
  version         bigint not null,
  change_number   bigint not null,
  state           text not null check (state in ('active', 'deleted', 'erased')),
  alias           text collate "C",
  account_number  text collate "C",
  is_default      boolean not null default false,
  document        json,
  next_boundary   date,
  primary key (organisation_id, identifier),
  constraint account_number_unique unique (organisation_id, number),
  foreign key (organisation_id, customer_number) references customer,
  constraint account_gone_is_empty check (
    (state = 'active') = (document is not null) and (state = 'active' or
      coalesce(alias, account_number) is null and not is_default)),
  -- A partial unique index that is checked at the end of the statement: a switch of the default touches two rows.
  constraint account_default exclude using btree (organisation_id with =, customer_number with =) where (is_default)
    deferrable initially immediate
);
create index account_customer on account (organisation_id, customer_number);
create unique index account_alias on account (organisation_id, customer_number, alias) where alias is not null;
create unique index account_account_number on account (organisation_id, account_number) where account_number is not null;

-- Everything that happened, once. `change` and `audit` hold ids, kinds and member names, never values.
create table change (
  organisation_id bigint not null references organisation,
  number          bigint not null,
  audit_number    bigint not null,
  subject         text not null check (subject in ('customer', 'account')),
  kind            text not null check (kind in ('created', 'updated', 'deleted')),
  cause           text not null,
  customer_number bigint not null,
  account_number  bigint,
  version         bigint not null,
  members         text[] not null,
  at              timestamptz not null,
  primary key (organisation_id, number)
);

-- The document after a change; what was before is the previous row of the same subject. Keyed by customer, so that erasure finds it.
create table change_detail (
  organisation_id bigint not null,
  customer_number bigint not null,
  change_number   bigint not null,
  account_number  bigint,
  document        json not null,
  primary key (organisation_id, customer_number, change_number)
);

create table audit (
  organisation_id bigint not null references organisation,
  number          bigint not null,
  at              timestamptz not null,
  client_id       bigint not null,
  client_name     text not null,
  actor           text not null,
  dialect         text not null,
  channel         text not null,
  operation       text not null,
  customer_number bigint not null,
  account_number  bigint,
  correlation_id  text not null,
  request_id      text not null,
  primary key (organisation_id, number)
);

-- Stored answers, for 24 hours. Neither the key nor the request is kept, only digests; the answer goes when its customer is erased.
create table idempotency (
  organisation_id bigint not null references organisation,
  client_id       bigint not null,
  request_hash    bytea not null,
  body_digest     bytea not null,
  answer          json,
  customer_number bigint,
  account_number  bigint,
  created_at      timestamptz not null,
  primary key (organisation_id, client_id, request_hash)
);
create index idempotency_customer on idempotency (organisation_id, customer_number) where customer_number is not null;
create index idempotency_created on idempotency (organisation_id, created_at);

-- Looked up before an organisation is known; returns ids only.
create function organisations_with_due_customers(due timestamptz) returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select id from organisation o where exists (select from customer where organisation_id = o.id and expires_at <= due) $$;

create function organisations_with_old_answers(before timestamptz) returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select id from organisation o where exists (select from idempotency where organisation_id = o.id and created_at < before) $$;

-- Plans made while the tables were empty read them whole until the first analyze. The server asks for it while a database is young.
create function refresh_statistics() returns void
  language plpgsql security definer set search_path = public, pg_temp
  as $$ begin
    if pg_try_advisory_xact_lock(hashtext('tessera statistics')) then
      analyze customer, customer_address, account, idempotency, change, change_detail;
    end if;
  end $$;

revoke execute on function organisations_with_due_customers, organisations_with_old_answers, refresh_statistics from public;
grant execute on function organisations_with_due_customers, organisations_with_old_answers, refresh_statistics to tessera_server;

-- Statistics would keep values of erased customers until the next analyze. These columns are looked up by equality on indexes that
-- need none.
alter table customer alter customer_ref set statistics 0, alter username_key set statistics 0, alter email_key set statistics 0,
  alter telephone_key set statistics 0, alter name_key set statistics 0, alter given_name_key set statistics 0,
  alter vipps_id set statistics 0, alter landline set statistics 0, alter birth_date set statistics 0, alter password_hash set statistics 0;
alter table customer_address alter street_key set statistics 0, alter postal_code set statistics 0;
alter table account alter alias set statistics 0, alter account_number set statistics 0, alter identifier set statistics 0;

grant usage on all sequences in schema public to tessera_server;
grant select, insert on organisation, organisation_counter, api_client, customer, customer_address, account, change, change_detail, audit, idempotency to tessera_server;
grant update on organisation, organisation_counter, api_client, customer, customer_address, account, idempotency to tessera_server;
grant delete on customer_address, change_detail, idempotency to tessera_server;

-- The second wall: the server's role sees the rows of the organisation it has named, and no others.
do $$
declare
  tenant_table text;
begin
  for tenant_table in
    select table_name from information_schema.columns
    where table_schema = 'public' and column_name = 'organisation_id' order by table_name
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy organisation on %I to tessera_server
      using (organisation_id = (select current_organisation()))
      with check (organisation_id = (select current_organisation()))', tenant_table);
    execute format('create policy owner on %I to current_user using (true) with check (true)', tenant_table);
  end loop;
end $$;
