import { after } from 'node:test';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { renderAccount } from '#dialects/native/render.ts';
import { startWorker, type WebhookSettings } from '#jobs/worker.ts';
import type { Store } from '#store/store.ts';
import { evidence } from '../support/evidence.ts';
import type { TestServer } from '../support/server.ts';

/** Settings with which tests do not wait: loopback allowed, two seconds for an attempt, retries after 20 ms. */
export const quick: WebhookSettings = {
  allowedNetworks: ['127.0.0.0/8'],
  timeout: 2000,
  retryDelays: Array.from({ length: 9 }, () => 20),
  key: evidence.key as Buffer,
};

/** A worker on the database of a test server, without periodic jobs; stopped when the test file ends, at the latest. */
export function startTestWorker(
  { store, database }: Pick<TestServer, 'database'> & { store: Store },
  options: { webhooks?: Partial<WebhookSettings>; clock?: () => Date; log?: (line: string) => void } = {},
): { stop: () => Promise<void>; registry: Registry } {
  const registry = new Registry();
  const log = pino(
    { level: options.log ? 'info' : (process.env.TEST_LOG ?? 'silent') },
    { write: options.log ?? (() => {}) },
  );
  const worker = startWorker({
    store,
    connection: database.connection,
    log,
    registry,
    webhooks: { ...quick, ...options.webhooks },
    renderAccount,
    periodic: [],
    ...(options.clock ? { clock: options.clock } : {}),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= worker.stop());
  after(stop);
  return { stop, registry };
}
