-- What an account holds: entitlements with evidence, access passes, outstanding actions; and the organisation's catalogue behind them.
-- The account's document keeps what is current; these tables keep what is unique, what is over, and what jobs look for.

alter table organisation add column settings jsonb not null default '{}', add column version bigint not null default 1;

-- A SKOS ConceptScheme: the organisation's own, or an adopted one with its external `uri`.
create table entitlement_list (
  organisation_id bigint not null references organisation,
  slug            text collate "C" not null check (slug ~ '^[a-z0-9-]{1,60}$'),
  title           text not null,
  description     text,
  license         text,
  uri             text collate "C",
  published       boolean not null default true,
  version         bigint not null,
  created_at      timestamptz not null,
  changed_at      timestamptz not null,
  primary key (organisation_id, slug)
);
create unique index entitlement_list_uri on entitlement_list (organisation_id, uri) where uri is not null;

-- A SKOS Concept. `version` rises with every change; `propagating` until every account that holds it shows the new label.
create table entitlement_type (
  organisation_id        bigint not null,
  number                 bigint not null,
  list_slug              text collate "C" not null,
  id                     text collate "C" not null,
  uri                    text collate "C",
  position               integer not null,
  version                bigint not null,
  propagating            boolean not null default false,
  label                  text not null,
  status                 text not null check (status in ('active', 'retired')),
  hidden                 boolean not null default false,
  default_duration       text,
  category               text,
  evidence               text not null default 'none' check (evidence in ('none', 'before', 'after')),
  evidence_deadline_days integer not null default 14 check (evidence_deadline_days between 1 and 3650),
  evidence_name          text,
  evidence_description   text,
  evidence_url           text,
  primary key (organisation_id, number),
  constraint entitlement_type_id unique (organisation_id, list_slug, id),
  foreign key (organisation_id, list_slug) references entitlement_list
);
create unique index entitlement_type_uri on entitlement_type (organisation_id, uri) where uri is not null;
create index entitlement_type_propagating on entitlement_type (organisation_id, number) where propagating;

-- The rules that texts of passes follow; within one namespace a text is unique.
create table pass_namespace (
  organisation_id        bigint not null references organisation,
  name                   text collate "C" not null check (name ~ '^[a-z0-9-]{1,60}$'),
  is_default             boolean not null default false,
  prefix                 text,
  pattern                text,
  min_length             integer not null default 1,
  max_length             integer not null default 128,
  check_digit            text not null default 'none' check (check_digit in ('none', 'luhn', 'ean13', 'mod97')),
  code_type              text not null default 'qrcode',
  max_active_per_account integer not null default 50 check (max_active_per_account between 1 and 1000),
  version                bigint not null,
  created_at             timestamptz not null,
  changed_at             timestamptz not null,
  primary key (organisation_id, name),
  check (1 <= min_length and min_length <= max_length and max_length <= 128),
  -- Like account_default: a switch of the default touches two rows in one statement.
  constraint pass_namespace_default exclude using btree (organisation_id with =) where (is_default) deferrable initially immediate
);
insert into pass_namespace (organisation_id, name, is_default, version, created_at, changed_at)
  select id, 'card', true, 1, now(), now() from organisation;

-- One row per text and namespace, whether it is in use, kept for the account that had it, or reserved for nobody yet (printed cards).
create table access_pass (
  organisation_id bigint not null references organisation,
  text            text collate "C" not null,
  namespace       text collate "C" not null,
  id              uuid not null,
  state           text not null check (state in ('reserved', 'active', 'retired')),
  customer_number bigint,
  account_number  bigint,
  document        json not null,
  primary key (organisation_id, text, namespace),
  constraint access_pass_id unique (organisation_id, id),
  foreign key (organisation_id, namespace) references pass_namespace,
  foreign key (organisation_id, customer_number) references customer,
  check ((state = 'reserved') = (account_number is null) and (state = 'reserved') = (customer_number is null))
);
create index access_pass_customer on access_pass (organisation_id, customer_number) where customer_number is not null;
create index access_pass_reserved on access_pass (organisation_id, namespace, text) where state = 'reserved';

-- The present state of every entitlement there ever was; its former states are in entitlement_revision.
create table entitlement (
  organisation_id bigint not null,
  customer_number bigint not null,
  id              uuid not null,
  account_number  bigint not null,
  type_number     bigint not null,
  type_version    bigint not null,
  state           text not null check (state in ('pending', 'active', 'revoked', 'expired')),
  valid_from      date not null,
  valid_until     date,
  document        json not null,
  primary key (organisation_id, customer_number, id),
  foreign key (organisation_id, customer_number) references customer,
  foreign key (organisation_id, type_number) references entitlement_type,
  check (valid_from < valid_until)
);
create unique index entitlement_one_open on entitlement (organisation_id, account_number, type_number) where state in ('pending', 'active');
create index entitlement_of_type on entitlement (organisation_id, type_number, customer_number, id) where state in ('pending', 'active');

create table entitlement_revision (
  organisation_id bigint not null,
  customer_number bigint not null,
  entitlement_id  uuid not null,
  revision        integer not null,
  document        json not null,
  primary key (organisation_id, customer_number, entitlement_id, revision),
  foreign key (organisation_id, customer_number, entitlement_id) references entitlement deferrable initially deferred
);

create table evidence_request (
  organisation_id bigint not null,
  customer_number bigint not null,
  id              uuid not null,
  account_number  bigint not null,
  entitlement_id  uuid not null,
  state           text not null check (state in ('requested', 'submitted', 'approved', 'rejected', 'expired', 'withdrawn')),
  requested_at    timestamptz not null,
  document        json not null,
  primary key (organisation_id, customer_number, id),
  constraint evidence_request_id unique (organisation_id, id),
  foreign key (organisation_id, customer_number, entitlement_id) references entitlement deferrable initially deferred
);
create unique index evidence_request_one_open on evidence_request (organisation_id, entitlement_id) where state in ('requested', 'submitted');
create index evidence_request_queue on evidence_request (organisation_id, state, requested_at, id);

-- Uploaded proof, encrypted before it comes here. `delete_at` is near until the upload is committed, absent while it is needed.
create table evidence_file (
  organisation_id bigint not null,
  customer_number bigint not null,
  id              uuid not null,
  evidence_id     uuid not null,
  content_type    text not null,
  size            integer not null,
  sealed          bytea not null,
  created_at      timestamptz not null,
  delete_at       timestamptz,
  primary key (organisation_id, customer_number, id),
  foreign key (organisation_id, customer_number) references customer
);
create index evidence_file_delete on evidence_file (organisation_id, delete_at) where delete_at is not null;

-- A fingerprint of the key that the files are encrypted with, so that no server uses another one. One row, of no organisation.
create table evidence_key (
  only_one    boolean primary key default true check (only_one),
  fingerprint text collate "C" not null,
  created_at  timestamptz not null default now()
);

create table outstanding_action (
  organisation_id bigint not null,
  customer_number bigint not null,
  id              uuid not null,
  account_number  bigint not null,
  state           text not null check (state in ('open', 'completed', 'cancelled')),
  document        json not null,
  primary key (organisation_id, customer_number, id),
  foreign key (organisation_id, customer_number) references customer
);

-- Accounts from before this migration hold nothing.
update account set document = jsonb_set(jsonb_set(document::jsonb, '{account,accessPass}', '[]'), '{account,outstandingAction}', '[]')::json
  where document is not null;
create index account_boundary on account (organisation_id, next_boundary, number) where next_boundary is not null;

-- What happened, in the words of the catalogue of events (`entitlement.granted`); and changes of what belongs to no customer.
alter table change add column events text[] not null default '{}', add column subject_key text, alter customer_number drop not null,
  drop constraint change_subject_check,
  add constraint change_subject_check check (subject in ('customer', 'account', 'organisation', 'entitlement-list', 'entitlement-type', 'pass-namespace', 'access-pass')),
  add constraint change_of_somebody check ((subject in ('customer', 'account')) = (customer_number is not null));
alter table audit add column subject_key text, alter customer_number drop not null;

-- Looked up before an organisation is known; returns ids only.
create function organisations_with_boundaries(until date) returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select id from organisation o where exists (select from account where organisation_id = o.id and next_boundary <= until) $$;

create function organisations_with_propagating_types() returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select id from organisation o where exists (select from entitlement_type where organisation_id = o.id and propagating) $$;

create function organisations_with_due_files(due timestamptz) returns setof bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$ select id from organisation o where exists (select from evidence_file where organisation_id = o.id and delete_at <= due) $$;

create or replace function refresh_statistics() returns void
  language plpgsql security definer set search_path = public, pg_temp
  as $$ begin
    if pg_try_advisory_xact_lock(hashtext('tessera statistics')) then
      analyze customer, customer_address, account, idempotency, change, change_detail, access_pass, entitlement, entitlement_revision,
        evidence_request, outstanding_action;
    end if;
  end $$;

revoke execute on function organisations_with_boundaries, organisations_with_propagating_types, organisations_with_due_files from public;
grant execute on function organisations_with_boundaries, organisations_with_propagating_types, organisations_with_due_files to tessera_server;

alter table access_pass alter text set statistics 0;
alter table evidence_file alter sealed set statistics 0;

grant select, insert, update on entitlement_list, entitlement_type, pass_namespace, access_pass, entitlement, entitlement_revision,
  evidence_request, evidence_file, outstanding_action to tessera_server;
grant select, insert on evidence_key to tessera_server;
grant delete on pass_namespace, access_pass, entitlement, entitlement_revision, evidence_request, evidence_file, outstanding_action to tessera_server;

do $$
declare
  tenant_table text;
begin
  foreach tenant_table in array array['entitlement_list', 'entitlement_type', 'pass_namespace', 'access_pass', 'entitlement',
    'entitlement_revision', 'evidence_request', 'evidence_file', 'outstanding_action']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy organisation on %I to tessera_server
      using (organisation_id = (select current_organisation()))
      with check (organisation_id = (select current_organisation()))', tenant_table);
    execute format('create policy owner on %I to current_user using (true) with check (true)', tenant_table);
  end loop;
end $$;
