import type { ChangeKind } from '#domain/change-kinds.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import type { WebhookFormat } from '#domain/webhook-subscription.ts';
import { changeColumns, changeJoins, changeOf } from './changes.ts';
import type { Database, Row, Statement } from './database.ts';
import { jobSchema } from './job-schema.ts';

/** What the dispatcher has to know of a subscription to tell which changes it asks for. */
export type SubscriptionFilter = {
  id: string;
  format: WebhookFormat;
  kinds: ChangeKind[];
  exceptClients: number[];
  /** Changes with higher numbers are sent. */
  fromChange: number;
  /** Whether it was enabled at the position of the dispatcher. */
  listening: boolean;
};

/** A delivery to be made. `mergeable`: it joins one for the same account that nobody has taken yet. */
export type NewDelivery = {
  id: string;
  subscriptionId: string;
  changeNumber: number;
  lastChange: number;
  kinds: ChangeKind[];
  customerNumber?: number;
  accountNumber?: number;
  /** Where the message is about nothing but the account. */
  identifier?: string;
  at: string;
  mergeable: boolean;
};

/** What a step of the dispatcher leaves behind. */
export type Dispatched = {
  /** The position that was read, and the new one. */
  from: number;
  to: number;
  deliveries: readonly NewDelivery[];
  /** Subscriptions that were switched on or off on the way. */
  listening: ReadonlyMap<string, boolean>;
};

const undispatched: Statement = {
  name: 'dispatch-changes',
  text: `select d.position, ${changeColumns} from webhook_dispatch d
    left join lateral (select * from change where organisation_id = $1 and number > d.position order by number limit $2) c on true ${changeJoins}
    where d.organisation_id = $1 order by c.number`,
};

const filters: Statement = {
  name: 'dispatch-subscriptions',
  text: `select id, format, kinds, except_clients, from_change, listening from webhook_subscription where organisation_id = $1`,
};

// Whoever finds the position where it was read moves it and makes the deliveries; the other one leaves no trace. A subscription that is
// just being deleted is waited for, and gets none. What joins a waiting delivery goes by its own unique index: nobody has taken that one,
// and nobody can while this transaction adds to it.
const dispatch: Statement = {
  name: 'dispatch',
  text: `with moved as (
    update webhook_dispatch set position = $3 where organisation_id = $1 and position = $2 returning position
  ), wanted as materialized (
    select x.* from moved, json_to_recordset($4::json) as x(id uuid, "subscriptionId" uuid, "changeNumber" bigint, "lastChange" bigint,
      kinds text[], "customerNumber" bigint, "accountNumber" bigint, identifier text, at timestamptz, mergeable boolean)
    join webhook_subscription s on s.organisation_id = $1 and s.id = x."subscriptionId" for key share of s
  ), listening as (
    update webhook_subscription s set listening = x.listening
    from moved, json_to_recordset($6::json) as x(id uuid, listening boolean) where s.organisation_id = $1 and s.id = x.id
  ), plain as (
    insert into webhook_delivery (organisation_id, id, subscription_id, change_number, kinds, customer_number, account_number, state, due_at, at)
    select $1, id, "subscriptionId", "changeNumber", kinds, "customerNumber", "accountNumber", 'pending', $5, at from wanted where not mergeable
    on conflict (organisation_id, subscription_id, change_number) do nothing
  ), merged as (
    insert into webhook_delivery (organisation_id, id, subscription_id, change_number, last_change, kinds, customer_number, account_number,
      identifier, state, due_at, mergeable, at)
    select $1, id, "subscriptionId", "changeNumber", "lastChange", kinds, "customerNumber", "accountNumber", identifier, 'pending', $5, true, at
    from wanted where mergeable
    on conflict (organisation_id, subscription_id, account_number) where mergeable do update set last_change = excluded.last_change,
      kinds = (select array_agg(distinct kind) from unnest(webhook_delivery.kinds || excluded.kinds) kind)
  )
  select position from moved`,
};

// One job per subscription for now and one for later, however often it is asked for: the key makes a waiting one be replaced. One that
// begins to run in that moment is not, and none is added. In a transaction of its own: with several jobs in one, the library, which
// deletes several at a time, ran into deadlocks with it.
const addJob: Statement = {
  name: 'dispatch-job',
  text: `select (${jobSchema}.add_job('deliver', json_build_object('organisationId', $1::bigint, 'subscriptionId', $2::text),
    job_key := $4::text || $2::text, run_at := $3::timestamptz)).id is not null as added`,
};

const forNow = 'deliver now:';
const forLater = 'deliver later:';

/** From the change log to deliveries, by position: what is committed is dispatched exactly once, in order. */
export class WebhookDispatch {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Organisations with subscriptions and changes that were not dispatched yet. */
  async organisations(): Promise<number[]> {
    const rows = await this.#database.global('select organisations_to_dispatch() as id');
    return rows.map((row) => row.id as number);
  }

  /**
   * The next changes to dispatch, and who asks for changes. The subscriptions are read after the changes, so none is missing that
   * was there before one of them.
   */
  async next(
    organisationId: number,
    limit: number,
  ): Promise<{ position: number; changes: LoggedChange[]; subscriptions: SubscriptionFilter[] } | undefined> {
    const [found = [], subscriptions = []] = await this.#database.write(organisationId, [
      { ...undispatched, values: [organisationId, limit] },
      { ...filters, values: [organisationId] },
    ]);
    const [first] = found;
    if (!first) return undefined;
    const changes = found.filter((row) => row.number !== null).map(changeOf);
    return { position: first.position as number, changes, subscriptions: subscriptions.map(filterOf) };
  }

  /**
   * Moves the position and makes the deliveries, in one transaction.
   *
   * @returns whether the position was where it had been read; otherwise somebody else has dispatched, and nothing was done
   */
  async move(organisationId: number, { from, to, deliveries, listening }: Dispatched, now: Date): Promise<boolean> {
    const turned = [...listening].map(([id, on]) => ({ id, listening: on }));
    const values = [organisationId, from, to, JSON.stringify(deliveries), now, JSON.stringify(turned)];
    return (await this.#database.read(organisationId, dispatch, values)).length === 1;
  }

  /** Has the deliveries of a subscription that are due sent now, by whichever process is free. */
  async schedule(organisationId: number, subscriptionId: string): Promise<void> {
    await this.#addJob(organisationId, subscriptionId, null, forNow);
  }

  /** Has them looked at when the next one is due. Replaces what was said before. */
  async scheduleNext(organisationId: number, subscriptionId: string, due: Date): Promise<void> {
    await this.#addJob(organisationId, subscriptionId, due, forLater);
  }

  async #addJob(organisationId: number, subscriptionId: string, at: Date | null, key: string): Promise<void> {
    for (let tries = 0; tries < 3; tries += 1) {
      const [row] = await this.#database.read(organisationId, addJob, [organisationId, subscriptionId, at, key]);
      if (row?.added) return;
    }
    // Jobs with this key begin again and again: somebody looks at it.
  }

  /** Enabled subscriptions with deliveries that are due by then, and when the first of these is due. */
  async due(until: Date): Promise<{ organisationId: number; subscriptionId: string; due: Date }[]> {
    const rows = await this.#database.global('select * from due_webhook_subscriptions($1)', [until]);
    return rows.map((row) => ({
      organisationId: row.organisation_id as number,
      subscriptionId: row.id as string,
      due: row.due_at as Date,
    }));
  }

  /** What is left to do in all organisations: changes not dispatched, deliveries not delivered, and the instant of the oldest of these. */
  async backlog(): Promise<{ undispatched: number; pending: number; oldest: Date | undefined }> {
    const [row] = await this.#database.global('select * from webhook_backlog()');
    const { undispatched: changes, pending, oldest } = row as Row;
    return {
      undispatched: changes as number,
      pending: pending as number,
      oldest: (oldest as Date | null) ?? undefined,
    };
  }
}

function filterOf(row: Row): SubscriptionFilter {
  return {
    id: row.id as string,
    format: row.format as WebhookFormat,
    kinds: row.kinds as ChangeKind[],
    exceptClients: (row.except_clients as (number | string)[]).map(Number),
    fromChange: row.from_change as number,
    listening: row.listening as boolean,
  };
}
