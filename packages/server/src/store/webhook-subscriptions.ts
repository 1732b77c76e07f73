import type { ChangeKind } from '#domain/change-kinds.ts';
import type { DisabledReason, WebhookFormat, WebhookSubscription } from '#domain/webhook-subscription.ts';
import type { Database, Row, Statement } from './database.ts';

/** A subscription with its secrets, which are encrypted. */
export type StoredSubscription = { subscription: WebhookSubscription; sealed: Buffer };

/** What waits to be sent to a subscription: how many deliveries, and the instant of the oldest one's change. */
export type Backlog = { count: number; oldestAt?: string };

const columns = `id, url, description, format, kinds, include_account, except_clients, state, disabled_reason, disabled_at, sealed,
  header_name, from_change, failing_since, succeeded_at, version, created_at, changed_at`;

const byId: Statement = {
  name: 'webhook-subscription-by-id',
  text: `select ${columns} from webhook_subscription where organisation_id = $1 and id = $2`,
};

const all: Statement = {
  name: 'webhook-subscriptions',
  text: `select ${columns} from webhook_subscription where organisation_id = $1 order by id`,
};

const backlogs: Statement = {
  name: 'webhook-subscription-backlogs',
  text: `select subscription_id, count(*) as count, min(at) as oldest_at from webhook_delivery
    where organisation_id = $1 and subscription_id = any($2::uuid[]) and due_at is not null group by subscription_id`,
};

const trim: Statement = {
  name: 'webhook-subscription-trim',
  text: `delete from webhook_delivery where organisation_id = $1 and id = any(array(
    select id from webhook_delivery where organisation_id = $1 and subscription_id = $2 limit $3 for update skip locked))
    returning id`,
};

/** Reads of webhook subscriptions. They are written by the catalogue writer. */
export class WebhookSubscriptions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param id a UUID */
  async find(organisationId: number, id: string): Promise<StoredSubscription | undefined> {
    const [row] = await this.#database.read(organisationId, byId, [organisationId, id]);
    return row && storedOf(row);
  }

  /** All of an organisation, in the order in which they were made: their number is limited. */
  async list(organisationId: number): Promise<StoredSubscription[]> {
    return (await this.#database.read(organisationId, all, [organisationId])).map(storedOf);
  }

  /** What waits to be sent to each of these; one for which nothing waits is missing. */
  async backlogs(organisationId: number, ids: readonly string[]): Promise<Map<string, Backlog>> {
    const rows = await this.#database.read(organisationId, backlogs, [organisationId, ids]);
    return new Map(
      rows.map((row) => [
        row.subscription_id as string,
        { count: row.count as number, oldestAt: (row.oldest_at as Date).toISOString() },
      ]),
    );
  }

  /** Deletes deliveries of a subscription that are over, at most `limit`; returns how many. */
  async trim(organisationId: number, id: string, limit: number): Promise<number> {
    return (await this.#database.read(organisationId, trim, [organisationId, id, limit])).length;
  }
}

function storedOf(row: Row): StoredSubscription {
  const optional = (name: string, value: unknown) => (value === null ? {} : { [name]: value });
  const instant = (name: string, value: unknown) => (value === null ? {} : { [name]: (value as Date).toISOString() });
  const subscription: WebhookSubscription = {
    id: row.id as string,
    url: row.url as string,
    ...optional('description', row.description),
    format: row.format as WebhookFormat,
    kinds: row.kinds as ChangeKind[],
    includeAccount: row.include_account as boolean,
    exceptClients: (row.except_clients as (number | string)[]).map(Number), // the elements of an array come as text
    state: row.state as WebhookSubscription['state'],
    ...(row.disabled_reason === null ? {} : { disabledReason: row.disabled_reason as DisabledReason }),
    ...instant('disabledAt', row.disabled_at),
    ...optional('headerName', row.header_name),
    fromChange: row.from_change as number,
    ...instant('failingSince', row.failing_since),
    ...instant('succeededAt', row.succeeded_at),
    version: row.version as number,
    createdAt: (row.created_at as Date).toISOString(),
    changedAt: (row.changed_at as Date).toISOString(),
  };
  return { subscription, sealed: row.sealed as Buffer };
}
