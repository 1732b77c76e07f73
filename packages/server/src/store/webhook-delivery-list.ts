import type { Actor } from '#domain/actor.ts';
import type { ChangeKind } from '#domain/change-kinds.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import type { WebhookDelivery } from '#domain/webhook-subscription.ts';
import { lockCounter } from './commit/commit.ts';
import type { Database, Row, Statement } from './database.ts';
import { keepingAnswer, keptAnswer } from './kept-answer.ts';
import type { KeptAnswer } from './plan.ts';
import { answerRecords } from './records.ts';

/** A delivery as it is shown: with the account's identifier, as long as its tombstone lasts. */
export type ListedDelivery = WebhookDelivery & { identifier?: string };

/** Which deliveries to list. All that is given must match. `from` <= instant of the change < `until`. */
export type DeliveryFilter = {
  state?: WebhookDelivery['state'];
  kind?: ChangeKind;
  from?: Date;
  until?: Date;
  /** Continue after the delivery with this id. */
  after?: string;
};

/** A delivery that somebody asks for, of a change or an example. */
export type AddedDelivery = Pick<
  WebhookDelivery,
  'id' | 'changeNumber' | 'lastChange' | 'example' | 'kinds' | 'customerNumber' | 'accountNumber' | 'at'
>;

/** What is to be sent: new deliveries, and ids of deliveries of the subscription that are to be sent again. */
export type Steering = { added?: readonly AddedDelivery[]; repeated?: readonly string[] };

/** How steering ended; only `written` left anything behind. `disabled`: the subscription is not enabled, or not there, any more. */
export type SteeringOutcome =
  | { outcome: 'written'; added: number; repeated: number }
  | { outcome: 'disabled' }
  | { outcome: 'idempotency' };

const columns = `d.id, d.subscription_id, d.change_number, d.last_change, d.example, d.kinds, d.customer_number, d.account_number, d.state,
  d.due_at, d.attempts, d.log, d.at, d.finished_at, a.identifier`;
const joined = `webhook_delivery d left join lateral (
    select identifier from account where organisation_id = $1 and number = d.account_number limit 1) a on true`;

const byId: Statement = {
  name: 'webhook-delivery-by-id',
  text: `select ${columns} from ${joined} where d.organisation_id = $1 and d.subscription_id = $2 and d.id = $3`,
};

/**
 * $3 numbers of changes, $4 customers and $5 accounts that they are of: a message may stand for several changes of an account. `offset`
 * keeps the customer the way to them: without it a range of changes may look cheaper, and never is.
 */
export const deliveriesOfChanges: Statement = {
  name: 'webhook-deliveries-of-changes',
  text: `select w.number, d.id, d.state from unnest($3::bigint[]) w (number)
      cross join lateral (select id, state from webhook_delivery
        where organisation_id = $1 and subscription_id = $2 and change_number = w.number limit 1) d
    union all
    select w.number, d.id, d.state from unnest($3::bigint[], $4::bigint[], $5::bigint[]) w (number, customer_number, account_number)
      cross join lateral (select id, subscription_id, account_number, change_number, last_change, state from webhook_delivery
        where organisation_id = $1 and customer_number = w.customer_number offset 0) d
      where d.subscription_id = $2 and d.account_number = w.account_number and d.change_number < w.number and d.last_change >= w.number`,
};

// The subscription is held while deliveries are added, so that it is not deleted beneath them.
export const steerDeliveries: Statement = {
  name: 'webhook-delivery-steer',
  text: `with ${keepingAnswer}, target as materialized (
  select id from webhook_subscription where organisation_id = $1 and id = $3 and state = 'enabled' for key share
), good as materialized (
  select id as subscription_id from target where not exists (select from clash)
), added as (
  insert into webhook_delivery (organisation_id, id, subscription_id, change_number, last_change, example, kinds, customer_number,
    account_number, state, due_at, at)
  select $1, x.id, good.subscription_id, "changeNumber", "lastChange", example, kinds, "customerNumber", "accountNumber", 'pending', $6, at
  from good, json_to_recordset($4::json) as x(id uuid, "changeNumber" bigint, "lastChange" bigint, example text, kinds text[],
    "customerNumber" bigint, "accountNumber" bigint, at timestamptz)
  on conflict (organisation_id, subscription_id, change_number) do nothing returning 1
), repeated as (
  update webhook_delivery d set due_at = $6, state = 'pending', finished_at = null, mergeable = false,
    attempts = case d.state when 'pending' then d.attempts else 0 end
  from good where d.organisation_id = $1 and d.id = any(array(
    select id from webhook_delivery where organisation_id = $1 and id = any($5::uuid[]) order by id for update)) returning 1
), ${keptAnswer}
select 'written' as outcome, (select count(*) from added) as added, (select count(*) from repeated) as repeated from good
union all
(select outcome, null, null from (select 'idempotency' as outcome, 0 as rank from clash union all select 'disabled', 1) failed
  where not exists (select from good) order by rank limit 1)`,
};

/** Deliveries as people look at them and steer them. What sends them is in webhook-deliveries.ts. */
export class WebhookDeliveryList {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Deliveries of a subscription, the newest first. */
  async list(
    organisationId: number,
    subscriptionId: string,
    { state, kind, from, until, after }: DeliveryFilter,
    limit: number,
  ): Promise<ListedDelivery[]> {
    const values: unknown[] = [organisationId, subscriptionId];
    const where = ['d.organisation_id = $1', 'd.subscription_id = $2'];
    const add = (condition: string, value: unknown) => {
      if (value !== undefined) where.push(condition.replace('?', `$${values.push(value)}`));
    };
    add('d.state = ?', state);
    add('d.kinds @> array[?]::text[]', kind);
    add('d.at >= ?', from);
    add('d.at < ?', until);
    add('d.id < ?', after);
    values.push(limit);
    const text = `select ${columns} from ${joined} where ${where.join(' and ')} order by d.id desc limit $${values.length}`;
    return (await this.#database.read(organisationId, { name: '', text }, values)).map(deliveryOf);
  }

  /** @param id a UUID */
  async find(organisationId: number, subscriptionId: string, id: string): Promise<ListedDelivery | undefined> {
    const [row] = await this.#database.read(organisationId, byId, [organisationId, subscriptionId, id]);
    return row && deliveryOf(row);
  }

  /** The deliveries that tell of changes, by number of the change. */
  async ofChanges(
    organisationId: number,
    subscriptionId: string,
    changes: readonly Pick<LoggedChange, 'number' | 'customerNumber' | 'accountNumber'>[],
  ): Promise<Map<number, Pick<WebhookDelivery, 'id' | 'state'>[]>> {
    const column = (member: 'number' | 'customerNumber' | 'accountNumber') =>
      changes.map((change) => change[member] ?? null);
    const values = [
      organisationId,
      subscriptionId,
      ...(['number', 'customerNumber', 'accountNumber'] as const).map(column),
    ];
    const rows = await this.#database.read(organisationId, deliveriesOfChanges, values);
    const found = rows.map((row) => ({
      number: row.number as number,
      id: row.id as string,
      state: row.state as WebhookDelivery['state'],
    }));
    return Map.groupBy(found, ({ number }) => number);
  }

  /** Up to which change deliveries were made. */
  async position(organisationId: number): Promise<number> {
    const text = 'select position from webhook_dispatch where organisation_id = $1';
    const [row] = await this.#database.read(organisationId, { name: 'dispatch-position', text }, [organisationId]);
    return (row?.position as number | undefined) ?? 0;
  }

  /** Has deliveries of an enabled subscription sent now, and keeps the answer, in one transaction. Throws Unavailable. */
  async steer(
    actor: Actor,
    subscriptionId: string,
    { added = [], repeated = [] }: Steering,
    keep?: KeptAnswer,
  ): Promise<SteeringOutcome> {
    const { id } = actor.organisation;
    const answers = answerRecords(actor, keep);
    const values = [id, JSON.stringify(answers), subscriptionId, JSON.stringify(added), repeated, actor.now];
    // Of two requests with the same Idempotency-Key one is first; without a key nothing needs an order.
    const locks = keep ? [{ ...lockCounter, values: [id] }] : [];
    const results = await this.#database.write(id, [...locks, { ...steerDeliveries, values }]);
    const row = results.at(-1)?.[0] as Row;
    if (row.outcome !== 'written') return { outcome: row.outcome as 'disabled' | 'idempotency' };
    return { outcome: 'written', added: row.added as number, repeated: row.repeated as number };
  }
}

function deliveryOf(row: Row): ListedDelivery {
  const optional = (name: string, value: unknown) => (value === null ? {} : { [name]: value });
  const instant = (name: string, value: unknown) => (value === null ? {} : { [name]: (value as Date).toISOString() });
  return {
    id: row.id as string,
    subscriptionId: row.subscription_id as string,
    ...optional('changeNumber', row.change_number),
    ...optional('lastChange', row.last_change),
    ...optional('example', row.example),
    kinds: row.kinds as ChangeKind[],
    ...optional('customerNumber', row.customer_number),
    ...optional('accountNumber', row.account_number),
    ...optional('identifier', row.identifier),
    state: row.state as WebhookDelivery['state'],
    ...instant('dueAt', row.due_at),
    attempts: row.attempts as number,
    log: JSON.parse(row.log as string),
    at: (row.at as Date).toISOString(),
    ...instant('finishedAt', row.finished_at),
  };
}
