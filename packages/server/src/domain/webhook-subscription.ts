import type { ChangeKind } from './change-kinds.ts';

/** native: the change, thin or with the account. imin: the thin body of imin.md 2.11. entur: the payload of entur.md 5. */
export type WebhookFormat = 'native' | 'imin' | 'entur';

/** Why nothing is sent: switched off by an operator, the receiver answered 410, or it failed for five days. */
export type DisabledReason = 'operator' | 'gone' | 'failing';

/** Where an organisation has changes sent. Instants are ISO 8601 UTC. */
export type WebhookSubscription = {
  id: string;
  url: string;
  description?: string;
  format: WebhookFormat;
  /** What is sent: kinds of domain/change-kinds.ts. */
  kinds: ChangeKind[];
  /** native: the account as it is at the time of the attempt goes along. */
  includeAccount: boolean;
  /** Changes made by these API clients are not sent. */
  exceptClients: number[];
  state: 'enabled' | 'disabled';
  disabledReason?: DisabledReason;
  disabledAt?: string;
  /** Name of the static header that each request carries; its value is a secret. */
  headerName?: string;
  /** Changes with higher numbers are sent. */
  fromChange: number;
  /** The first failure after the last success; absent while all is well. */
  failingSince?: string;
  succeededAt?: string;
  version: number;
  createdAt: string;
  changedAt: string;
};

/** What of a subscription nobody may read: kept encrypted. */
export type WebhookSecrets = {
  /** Newest first; deliveries are signed with each that is not over. `whsec_` + base64. */
  secrets: { value: string; until?: string }[];
  /** Value of the static header. */
  headerValue?: string;
};

/** One HTTP request of a delivery and what came of it. */
export type WebhookAttempt = {
  at: string;
  durationMs: number;
  outcome: 'delivered' | 'failed';
  /** Of the answer, where there was one. */
  status?: number;
  error?: { code: string; message: string };
  /** First bytes of the answer as text. */
  excerpt?: string;
};

/** One message to one subscription. `id` without dashes after `msg_` is its webhook-id, the same on every attempt. */
export type WebhookDelivery = {
  id: string;
  subscriptionId: string;
  /** The change it tells of; `lastChange`: the newest one that joined it. Absent for examples. */
  changeNumber?: number;
  lastChange?: number;
  /** An example of this kind that somebody asked for. */
  example?: ChangeKind;
  /** Of what happened, what the subscription asks for. */
  kinds: ChangeKind[];
  customerNumber?: number;
  accountNumber?: number;
  state: 'pending' | 'delivered' | 'failed';
  /** When the next attempt is due. */
  dueAt?: string;
  attempts: number;
  /** The newest attempts, oldest first. */
  log: WebhookAttempt[];
  /** Instant of the change. */
  at: string;
  finishedAt?: string;
};

/** `webhook-id` of a delivery. */
export function webhookId({ id }: Pick<WebhookDelivery, 'id'>): string {
  return `msg_${id.replaceAll('-', '')}`;
}
