import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WebhookDispatch } from '#store/webhook-dispatch.ts';

type Backlog = Awaited<ReturnType<WebhookDispatch['backlog']>>;

/** What the delivery of webhooks tells of itself. */
export type WebhookMetrics = {
  /** One attempt ended. @param result `delivered`, or the code of what went wrong */
  attempted: (result: string) => void;
  /** A delivery arrived. @param seconds since the commit of its change */
  delivered: (seconds: number) => void;
};

/** Metrics of webhooks in a registry. The backlog is looked up when it is asked for. */
export function webhookMetrics(registry: Registry, dispatch: WebhookDispatch): WebhookMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: 'tessera_webhook_attempts_total',
    help: 'Attempts to deliver webhooks, by result',
    labelNames: ['result'],
    registers,
  });
  const latency = new Histogram({
    name: 'tessera_webhook_latency_seconds',
    help: 'Time from the request that made a change to the delivery of its webhook',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600, 3600, 86_400],
    registers,
  });
  // Looked up once for the three of them. While the database cannot be asked they are unknown; the other metrics are not.
  let asked: ReturnType<WebhookDispatch['backlog']> | undefined;
  const forget = () =>
    setImmediate(() => {
      asked = undefined;
    });
  const gauge = (name: string, help: string, value: (backlog: Backlog) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        asked ??= dispatch.backlog().finally(forget);
        this.set(await asked.then(value, () => Number.NaN));
      },
    });
  gauge(
    'tessera_changes_undispatched',
    'Changes that no deliveries were made of yet',
    ({ undispatched }) => undispatched,
  );
  gauge(
    'tessera_webhook_backlog',
    'Deliveries that are not delivered yet, those that wait for another attempt included',
    ({ pending }) => pending,
  );
  gauge('tessera_webhook_oldest_seconds', 'Age of the oldest change that waits for its delivery', ({ oldest }) =>
    oldest ? Math.max(0, (Date.now() - oldest.getTime()) / 1000) : 0,
  );
  return {
    attempted: (result) => attempts.inc({ result }),
    delivered: (seconds) => latency.observe(Math.max(0, seconds)),
  };
}
