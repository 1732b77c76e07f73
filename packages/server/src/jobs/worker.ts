import type pg from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createAddressGuard } from '#changes/address-guard.ts';
import { Deliverer } from '#changes/deliver.ts';
import { startDispatcher } from '#changes/dispatch.ts';
import type { RenderAccount } from '#changes/messages.ts';
import { webhookMetrics } from '#changes/metrics.ts';
import { createSender } from '#changes/send.ts';
import { openJobPool } from '#store/job-pool.ts';
import type { Store } from '#store/store.ts';
import { everyMinute, type PeriodicJob, periodicJobs, taskOf } from './periodic.ts';
import { startRunner } from './runner.ts';

/** How webhooks are sent from this process (README, "Configuration"). */
export type WebhookSettings = {
  /** Networks in which receivers may be although they are not public. */
  allowedNetworks: readonly string[];
  /** How long one attempt may take, milliseconds. */
  timeout: number;
  /** Milliseconds from one attempt to the next. */
  retryDelays: readonly number[];
  /** What secrets are sealed with; without it nothing is sent. */
  key?: Buffer;
};

export type WorkerParts = {
  store: Store;
  connection: pg.ClientConfig;
  log: Logger;
  registry: Registry;
  webhooks: WebhookSettings;
  renderAccount: RenderAccount;
  clock?: () => Date;
  /** Tests: other jobs than the usual ones. */
  periodic?: readonly PeriodicJob[];
};

/** An attempt can last as long as its timeout; then it has to be recorded. */
const leaseAfterTimeout = 10_000;
const aMinute = 60_000;
/** How long requests that are under way may take at the end of the process. Milliseconds. */
const patience = 5_000;

/**
 * Does everything that no request waits for: makes deliveries from the change log, sends them, and runs the periodic jobs. Any number
 * of processes may do so on one database.
 *
 * @returns `stop`, which resolves when what is under way has ended; what then still waits is done by others, or after the next start
 */
export function startWorker(parts: WorkerParts): { stop: () => Promise<void> } {
  const { store, connection, log, registry, webhooks, renderAccount, clock = () => new Date() } = parts;
  const { periodic = periodicJobs } = parts;
  const { allowedNetworks, timeout, retryDelays, key } = webhooks;
  const sender = createSender({ guard: createAddressGuard({ allowedNetworks: [...allowedNetworks] }), timeout });
  const metrics = webhookMetrics(registry, store.webhookDispatch);
  const lease = timeout + leaseAfterTimeout;
  const deliverer =
    key && new Deliverer({ store, log, sender, metrics, key, renderAccount, retryDelays, lease, clock });
  const dispatcher = startDispatcher({ store, log, clock }, { poke: (...ids) => deliverer?.poke(...ids) ?? false });
  const runner = startRunner(
    { openPool: () => openJobPool(connection, (err) => log.warn({ err }, 'database error')), log },
    {
      // Left to other processes where the key is missing: jobs go only to who knows their task.
      ...(deliverer ? { deliver: async (payload) => deliverer.begin(...idsIn(payload)) } : {}),
      'send-due': () => sendDue(store, clock()),
      ...Object.fromEntries(periodic.map((job) => [job.name, taskOf(job, { store, log, clock })])),
    },
    [
      { task: 'send-due', match: everyMinute, atStart: true },
      ...periodic.map(({ name, schedule }) => ({ task: name, match: schedule, atStart: schedule === everyMinute })),
    ],
  );
  return {
    stop: async () => {
      await Promise.all([dispatcher.stop(), runner.stop()]);
      const cutOff = setTimeout(sender.close, patience);
      await deliverer?.stop();
      clearTimeout(cutOff);
      sender.close();
    },
  };
}

function idsIn(payload: unknown): [number, string] {
  const { organisationId, subscriptionId } = payload as { organisationId: number; subscriptionId: string };
  return [organisationId, subscriptionId];
}

/** Finds what nobody sends although it is due, now or before this is asked again: left behind by a process that was killed. */
async function sendDue(store: Store, now: Date): Promise<void> {
  const until = new Date(now.getTime() + 2 * aMinute);
  for (const { organisationId, subscriptionId, due } of await store.webhookDispatch.due(until)) {
    if (due <= now) await store.webhookDispatch.schedule(organisationId, subscriptionId);
    else await store.webhookDispatch.scheduleNext(organisationId, subscriptionId, due);
  }
}
