import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';

/** A webhook subscription, as far as others than those who send care. */
export async function subscriptionOf(
  { query }: Pick<TestDatabase, 'query'>,
  organisationId: number,
  state: 'enabled' | 'disabled' = 'enabled',
): Promise<string> {
  const id = randomUUID();
  await query(
    `insert into webhook_subscription (organisation_id, id, url, format, kinds, state, disabled_reason, disabled_at, sealed, from_change,
        listening, version, created_at, changed_at)
      values ($1, $2, 'https://receiver.example.com/', 'native', '{account.updated}', $3, case when $3 = 'disabled' then 'operator' end,
        case when $3 = 'disabled' then now() end, '', 0, $3 = 'enabled', 1, now(), now())`,
    [organisationId, id, state],
  );
  return id;
}

/** Where the dispatcher stands. */
export async function dispatchedTo({ query }: Pick<TestDatabase, 'query'>, organisationId: number, position: number) {
  await query(
    `insert into webhook_dispatch values ($1, $2) on conflict (organisation_id) do update set position = excluded.position`,
    [organisationId, position],
  );
}

/** A delivery of a change, or of an example; waiting to be sent unless it was finished at an instant. */
export async function deliveryOf(
  { query }: Pick<TestDatabase, 'query'>,
  organisationId: number,
  subscriptionId: string,
  delivery: { change?: number; customer?: number; account?: number; finishedAt?: Date; log?: object[] },
): Promise<string> {
  const id = randomUUID();
  const { change, customer, account, finishedAt, log = [] } = delivery;
  await query(
    `insert into webhook_delivery (organisation_id, id, subscription_id, change_number, example, kinds, customer_number, account_number,
        state, due_at, finished_at, log, at)
      values ($1, $2, $3, $4, case when $4::bigint is null then 'account.updated' end, '{account.updated}', $5, $6,
        case when $7::timestamptz is null then 'pending' else 'delivered' end, case when $7::timestamptz is null then now() end, $7, $8, now())`,
    [organisationId, id, subscriptionId, change, customer, account, finishedAt, JSON.stringify(log)],
  );
  return id;
}
