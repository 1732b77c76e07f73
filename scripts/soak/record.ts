import type { OpenedDatabase } from '../installation/database.ts';
import type { Tenant } from '../installation/tenant.ts';

/** A committed change, as the database has it. */
export type CommittedChange = {
  number: number;
  at: Date;
  subject: string;
  kind: string;
  cause: string;
  version: number;
  customerNumber: number | null;
  accountNumber: number | null;
  identifier: string | null;
};

export type TenantLog = {
  tenant: Tenant;
  changes: CommittedChange[];
  /** Numbers of the newest change, and of the newest one that the feed of accounts tells of. */
  newest: number;
  newestOfAccounts: number;
  accounts: { identifier: string; state: string; changeNumber: number }[];
  customers: number;
};

/** A delivery as the database has it. Numbers are those of the changes that it tells of. */
export type StoredDelivery = {
  subscriptionId: string;
  webhookId: string;
  state: string;
  accountNumber: number | null;
  first: number;
  last: number;
};

/** What really happened. */
export type Record = {
  logs: TenantLog[];
  /** Up to which change each subscription had nothing to be told. */
  fromChange: Map<string, number>;
  deliveries: StoredDelivery[];
  /** Recorded attempts by result. */
  attempts: { result: string; count: number }[];
  /** Changes that no deliveries were made of yet, and deliveries that are not over. */
  pending: number;
};

type Query = Pick<OpenedDatabase, 'query'>;

/** What is still to be dispatched or delivered. */
export async function readPending({ query }: Query): Promise<number> {
  const [row] = await query<{ left: number }>(`select (select count(*) from webhook_delivery where state = 'pending')
    + (select coalesce(sum(c.change_number - d.position), 0)::bigint from webhook_dispatch d join organisation_counter c using (organisation_id))
    as left`);
  return row?.left as number;
}

/** Reads everything as the superuser, past all that the server does. */
export async function readRecord(database: Query, tenants: readonly Tenant[]): Promise<Record> {
  const { query } = database;
  const pending = await readPending(database);
  const subscriptions = await query<{ id: string; from: number }>(
    'select id, from_change as from from webhook_subscription',
  );
  const deliveries =
    await query<StoredDelivery>(`select subscription_id as "subscriptionId", 'msg_' || replace(id::text, '-', '') as "webhookId",
    state, account_number as "accountNumber", change_number as first, coalesce(last_change, change_number) as last from webhook_delivery`);
  const attempts = await query<{
    result: string;
    count: number;
  }>(`select coalesce(a -> 'error' ->> 'code', a ->> 'outcome') as result, count(*) as count
    from webhook_delivery, json_array_elements(log) a group by 1 order by 2 desc`);
  return {
    logs: await Promise.all(tenants.map((tenant) => readLog(database, tenant))),
    fromChange: new Map(subscriptions.map(({ id, from }) => [id, from])),
    deliveries,
    attempts,
    pending,
  };
}

async function readLog({ query }: Query, tenant: Tenant): Promise<TenantLog> {
  const changes = await query<CommittedChange>(
    `select c.number, c.at, c.subject, c.kind, c.cause, c.version, c.customer_number as "customerNumber", c.account_number as "accountNumber",
      a.identifier from change c left join account a on a.organisation_id = c.organisation_id and a.number = c.account_number
      where c.organisation_id = $1 order by c.number`,
    [tenant.id],
  );
  const accounts = await query<TenantLog['accounts'][number]>(
    'select identifier, state, change_number as "changeNumber" from account where organisation_id = $1',
    [tenant.id],
  );
  const [customers] = await query<{ count: number }>('select count(*) from customer where organisation_id = $1', [
    tenant.id,
  ]);
  return {
    tenant,
    changes,
    newest: changes.at(-1)?.number ?? 0,
    newestOfAccounts: Math.max(0, ...accounts.map(({ changeNumber }) => changeNumber)),
    accounts,
    customers: customers?.count as number,
  };
}
