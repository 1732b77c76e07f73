import { readFileSync } from 'node:fs';
import type { OpenedDatabase } from '../../installation/database.ts';

type Query = Pick<OpenedDatabase, 'query'>;

/** What must hold at every moment, in sentences where it does not. Each question sees one moment. */
export async function look({ query }: Query): Promise<string[]> {
  const [deadlocks] = await query<{ count: number }>(
    'select deadlocks as count from pg_stat_database where datname = current_database()',
  );
  const defaults = await query<{ organisation: number; customer: number }>(
    `select organisation_id as organisation, customer_number as customer from account where is_default
      group by 1, 2 having count(*) > 1`,
  );
  const gaps = await query<{ organisation: number; changes: number; newest: number; from: number; to: number }>(
    `select o.organisation_id as organisation, o.pruned_to as from, o.change_number as to, count(c.number) as changes,
        coalesce(max(c.number), o.pruned_to) as newest
      from organisation_counter o left join change c using (organisation_id) group by 1, 2, 3
      having count(c.number) <> o.change_number - o.pruned_to or coalesce(max(c.number), o.pruned_to) <> o.change_number`,
  );
  return [
    ...(deadlocks?.count ? [`PostgreSQL has found ${deadlocks.count} deadlocks`] : []),
    ...defaults.map(({ organisation, customer }) => `customer ${customer} of ${organisation} has two default accounts`),
    ...gaps.map(
      ({ organisation, changes, newest, from, to }) =>
        `the log of ${organisation} has ${changes} changes up to ${newest}, where there are those from ${from + 1} to ${to}`,
    ),
  ];
}

/** What must hold in the end: documents say what the rows say, and every change that is kept has its audit record. */
export async function lookAtTheEnd({ query }: Query): Promise<string[]> {
  const [row] = await query<Record<string, number>>(`select
    (select count(*) from account a join customer c on c.organisation_id = a.organisation_id and c.number = a.customer_number
      where a.state = 'active' and (a.document -> 'customer')::jsonb <> c.document::jsonb) as outdated,
    (select count(*) from account a join customer c on c.organisation_id = a.organisation_id and c.number = a.customer_number
      where a.state = 'active' and c.state = 'erased') as orphans,
    (select count(*) from change c left join audit a on a.organisation_id = c.organisation_id and a.number = c.audit_number
      where a.number is null) as unaudited,
    (select count(*) from access_pass p left join account a on a.organisation_id = p.organisation_id and a.number = p.account_number
      where p.state <> 'reserved' and a.state is distinct from 'active') as lost_passes`);
  const { outdated, orphans, unaudited, lost_passes: lost } = row as Record<string, number>;
  return [
    ...(outdated ? [`${outdated} accounts show a customer that is not as it is stored`] : []),
    ...(orphans ? [`${orphans} accounts have outlived their customer`] : []),
    ...(unaudited ? [`${unaudited} changes have no audit record`] : []),
    ...(lost ? [`${lost} passes are of accounts that are gone`] : []),
  ];
}

/** Has PostgreSQL write down, of each deadlock, which statements it was between. For connections from now on. */
export async function logDetails({ query, connection }: OpenedDatabase): Promise<void> {
  await query(`alter database "${connection.database}" set log_error_verbosity = 'default'`);
}

/** What PostgreSQL has written down of deadlocks. */
export function deadlocksIn(logFile: string): string[] {
  const entries = readFileSync(logFile, 'utf8').split(/\n(?=\d{4}-\d\d-\d\d )/);
  return entries.flatMap((entry, index) =>
    entry.includes('deadlock detected') ? [entries.slice(index, index + 4).join('\n')] : [],
  );
}
