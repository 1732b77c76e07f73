-- What each write pays for without getting anything.

-- Rows of these logs are written under the lock of the organisation's counter, which proves that the organisation is there; none is ever
-- deleted. Checked again for each row, the keys cost a tenth of a create.
alter table change drop constraint change_organisation_id_fkey;
alter table audit drop constraint audit_organisation_id_fkey;
alter table idempotency drop constraint idempotency_organisation_id_fkey;

-- A write to an account moves its customer's version, which no index holds: with room in the page none of a dozen indexes is touched.
alter table customer set (fillfactor = 80);

-- Plans are kept, made for tables as large as they were when statistics were taken: where a table has more than doubled since, look-ups
-- may read all of it. Only these are looked at, so that it can be asked for often.
create or replace function refresh_statistics() returns void
  language plpgsql security definer set search_path = public, pg_temp
  as $$ declare
    outgrown regclass;
  begin
    if pg_try_advisory_xact_lock(hashtext('tessera statistics')) then
      for outgrown in
        select oid from pg_class
        where relnamespace = 'public'::regnamespace and relname = any(array['customer', 'customer_address', 'account', 'idempotency', 'change',
            'change_detail', 'access_pass', 'entitlement', 'entitlement_revision', 'evidence_request', 'outstanding_action'])
          and pg_relation_size(oid) / current_setting('block_size')::int > greatest(2 * relpages, 10)
      loop
        execute format('analyze %s', outgrown);
      end loop;
    end if;
  end $$;
