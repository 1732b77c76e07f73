import type { ChangeKind } from '#domain/change-kinds.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import type { WebhookAttempt, WebhookFormat } from '#domain/webhook-subscription.ts';
import { changeColumns, changeJoins, changeOf } from './changes.ts';
import type { Database, Row, Statement } from './database.ts';
import { forgetErasedAnswers } from './erased-answers.ts';

/** Where deliveries of a subscription go, as the worker needs it. */
export type DeliveryTarget = {
  url: string;
  format: WebhookFormat;
  includeAccount: boolean;
  headerName?: string;
  sealed: Buffer;
};

/** A delivery that was taken to be sent now. `change` is the newest that it tells of; absent for examples. */
export type TakenDelivery = {
  id: string;
  example?: ChangeKind;
  kinds: ChangeKind[];
  change?: LoggedChange;
  attempts: number;
  /** Instant of the change. */
  at: Date;
};

/** What came of one attempt. `dueAt`: when the next one is made; absent: there is none. */
export type AttemptRecord = {
  id: string;
  attempt: WebhookAttempt;
  /** Where was sent to; absent when nothing was. */
  url?: string;
  dueAt?: Date;
};

/** How a subscription stands after attempts were recorded. */
export type SubscriptionHealth = { enabled: boolean; failingSince: Date | undefined };

const target: Statement = {
  name: 'delivery-target',
  text: `select url, format, include_account, header_name, sealed from webhook_subscription
    where organisation_id = $1 and id = $2 and state = 'enabled'`,
};

// Taking one moves its due time to the end of the lease: what a crash leaves behind is due again by itself. Here and below rows are
// named by an array of ids: merely joined by them, all of the organisation's are read for each batch as long as the table's statistics
// are young. (By ctid it would be as quick, but a row that somebody else has just changed would not be found.)
const take: Statement = {
  name: 'delivery-take',
  text: `with due as materialized (
    select id from webhook_delivery where organisation_id = $1 and subscription_id = $2 and due_at <= $3
    order by due_at limit $4 for update skip locked
  ), taken as (
    update webhook_delivery d set due_at = $5, mergeable = false where organisation_id = $1 and id = any(array(select id from due))
    returning d.id as delivery_id, d.example, d.kinds, coalesce(d.last_change, d.change_number) as change_number, d.identifier as sent_as,
      d.attempts, d.at as delivery_at
  )
  select t.delivery_id, t.sent_as, t.example, t.kinds, t.attempts, t.delivery_at, ${changeColumns} from taken t
    left join lateral (select * from change where organisation_id = $1 and number = t.change_number limit 1) c on true ${changeJoins}
    order by t.delivery_at, t.change_number`,
};

// Of the log of attempts the newest 20 stay. Whoever locks several deliveries, here and elsewhere, does so in the order of their ids, or
// skips those that are locked: otherwise two would wait for each other.
const record: Statement = {
  name: 'delivery-record',
  text: `with x as materialized (
    select * from json_to_recordset($3::json) as x(id uuid, delivered boolean, url text, due_at timestamptz, attempt jsonb)
  ), recorded as (
    update webhook_delivery d set attempts = d.attempts + 1, due_at = x.due_at,
      state = case when x.delivered then 'delivered' when x.due_at is null then 'failed' else 'pending' end,
      finished_at = case when x.due_at is null then $4::timestamptz end,
      identifier = case when x.due_at is not null then d.identifier end,
      log = (case when json_array_length(d.log) >= 20 then d.log::jsonb - 0 else d.log::jsonb end || x.attempt)::json
    from x where d.organisation_id = $1 and d.id = any(array(
      select id from webhook_delivery where organisation_id = $1 and id = any($5::uuid[]) order by id for update)) and d.id = x.id and d.state = 'pending'
  ), seen as materialized (
    select url, bool_or(delivered) as succeeded from x where url is not null group by url
  ), judged as (
    update webhook_subscription s set
      succeeded_at = case when seen.succeeded then $4::timestamptz else s.succeeded_at end,
      failing_since = case when seen.succeeded then null else coalesce(s.failing_since, $4::timestamptz) end
    from seen where s.organisation_id = $1 and s.id = $2 and s.url = seen.url
    returning s.state, s.failing_since
  )
  select state, failing_since from judged
  union all
  (select state, null from webhook_subscription where organisation_id = $1 and id = $2)
  limit 1`,
};

const nextDue: Statement = {
  name: 'delivery-next',
  text: 'select min(due_at) as due_at from webhook_delivery where organisation_id = $1 and subscription_id = $2 and due_at is not null',
};

/** Deliveries as the worker handles them: taken for a while, sent, recorded. Several workers may do so at once. */
export class WebhookDeliveries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Where deliveries go; undefined when the subscription is not enabled, or not there any more. */
  async target(organisationId: number, subscriptionId: string): Promise<DeliveryTarget | undefined> {
    const [row] = await this.#database.read(organisationId, target, [organisationId, subscriptionId]);
    return (
      row && {
        url: row.url as string,
        format: row.format as WebhookFormat,
        includeAccount: row.include_account as boolean,
        ...(row.header_name === null ? {} : { headerName: row.header_name as string }),
        sealed: row.sealed as Buffer,
      }
    );
  }

  /**
   * Takes deliveries that are due, the longest due first, so that nobody else takes them before `until`.
   *
   * @param limit at most so many
   */
  async take(
    organisationId: number,
    subscriptionId: string,
    { now, until, limit }: { now: Date; until: Date; limit: number },
  ): Promise<TakenDelivery[]> {
    const values = [organisationId, subscriptionId, now, limit, until];
    return (await this.#database.read(organisationId, take, values)).map(takenOf);
  }

  /** Writes down what came of attempts. Undefined when the subscription is not there any more. */
  async record(
    organisationId: number,
    subscriptionId: string,
    attempts: readonly AttemptRecord[],
    now: Date,
  ): Promise<SubscriptionHealth | undefined> {
    const rows = attempts.map(({ id, attempt, url, dueAt }) => ({
      id,
      delivered: attempt.outcome === 'delivered',
      url: url ?? null,
      due_at: dueAt ?? null,
      attempt,
    }));
    const ids = attempts.map(({ id }) => id);
    const [recorded] = await this.#database.write(organisationId, [
      { ...record, values: [organisationId, subscriptionId, JSON.stringify(rows), now, ids] },
      { ...forgetErasedAnswers, values: [organisationId, ids] },
    ]);
    const row = recorded?.[0];
    return (
      row && {
        enabled: row.state === 'enabled',
        failingSince: (row.failing_since as Date | null) ?? undefined,
      }
    );
  }

  /** When the next delivery of a subscription is due; undefined when none waits. */
  async nextDue(organisationId: number, subscriptionId: string): Promise<Date | undefined> {
    const [row] = await this.#database.read(organisationId, nextDue, [organisationId, subscriptionId]);
    return (row?.due_at as Date | null) ?? undefined;
  }
}

function takenOf(row: Row): TakenDelivery {
  return {
    id: row.delivery_id as string,
    ...(row.example === null ? {} : { example: row.example as ChangeKind }),
    kinds: row.kinds as ChangeKind[],
    ...(row.number === null ? {} : { change: changeOf({ ...row, identifier: row.identifier ?? row.sent_as }) }),
    attempts: row.attempts as number,
    at: row.delivery_at as Date,
  };
}
