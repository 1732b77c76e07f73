import { type WebhookAttempt, webhookId } from '#domain/webhook-subscription.ts';
import type { AttemptRecord } from '#store/webhook-deliveries.ts';
import type { DeliveryParts } from './deliver.ts';
import type { Endpoint } from './endpoint.ts';
import type { Message } from './messages.ts';
import { nextAttempt } from './retry.ts';
import type { AttemptResult } from './send.ts';
import { webhookHeaders } from './signature.ts';

/** Sends a message once. `gone`: the receiver wants no more of them. Without a record: it was cut off by the end of this process. */
export async function attempt(
  { sender, metrics, clock, retryDelays }: Pick<DeliveryParts, 'sender' | 'metrics' | 'clock' | 'retryDelays'>,
  endpoint: Endpoint,
  message: Message,
): Promise<{ record?: AttemptRecord; gone?: boolean }> {
  const at = clock();
  const { delivery } = message;
  const { id } = delivery;
  if ('problem' in message) {
    const { problem: error } = message;
    metrics.attempted(error.code);
    return { record: { id, attempt: { at: at.toISOString(), durationMs: 0, outcome: 'failed', error } } };
  }
  const { body, eventTypes } = message;
  const headers = {
    'content-type': 'application/json',
    ...(endpoint.headerName === undefined ? {} : { [endpoint.headerName]: endpoint.headerValue ?? '' }),
    'tessera-event-type': eventTypes.join(','),
    ...webhookHeaders({ id: webhookId(delivery), at, body, secrets: endpoint.secrets }),
  };
  const result = await sender.send({ url: endpoint.url, headers, body });
  const now = clock();
  if (result.error?.code === 'cancelled') return {};
  const record = { id, url: endpoint.url, attempt: attemptOf(at, result) };
  metrics.attempted(result.outcome === 'delivered' ? 'delivered' : (result.error?.code ?? 'failed'));
  if (result.outcome === 'delivered') {
    if (!delivery.example) metrics.delivered((now.getTime() - delivery.at.getTime()) / 1000);
    return { record };
  }
  const { retryAfter, gone = false } = result;
  const delays = retryDelays ? { delays: retryDelays } : {};
  const due = nextAttempt(delivery.attempts + 1, now, { retryAfter, ...delays });
  return { record: { ...record, ...(due ? { dueAt: due } : {}) }, gone };
}

/** A result as it is recorded. */
function attemptOf(at: Date, { outcome, durationMs, status, error, excerpt }: AttemptResult): WebhookAttempt {
  return {
    at: at.toISOString(),
    durationMs,
    outcome,
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ...(excerpt ? { excerpt } : {}),
  };
}
