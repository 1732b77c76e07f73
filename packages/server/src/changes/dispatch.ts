import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { matched } from '#operations/webhooks/match.ts';
import type { Store } from '#store/store.ts';

/** How long a change that another process committed may stay unnoticed (architecture.md, Settled 4). */
const pollInterval = 250;
/** How long to wait when the database does not answer. */
const outage = 2000;
/** Changes looked at in one transaction. */
const batch = 500;

/** What the dispatcher needs to know of those who send. */
export type Sending = {
  /** Tells that there is something to send; false: nobody sends for this subscription here, a job has to be made. */
  poke: (organisationId: number, subscriptionId: string) => boolean;
};

/**
 * Makes deliveries from the change log, organisation by organisation, in order and exactly once, whatever the number of processes
 * that do so. Woken by commits of this process, and by a poll for those of others. What fails is logged and tried again.
 *
 * @returns `stop`, which resolves when no dispatch is under way any more
 */
export function startDispatcher(
  { store, log, clock = () => new Date() }: { store: Store; log: Logger; clock?: () => Date },
  sending: Sending,
): { stop: () => Promise<void> } {
  const running = new Map<number, Promise<void>>();
  // Organisations that have subscriptions, as far as is known: commits of others cost nothing here.
  const subscribed = new Set<number>();
  const again = new Set<number>();
  const stopping = new AbortController();

  function wake(organisationId: number): void {
    if (stopping.signal.aborted) return;
    if (running.has(organisationId)) {
      again.add(organisationId);
      return;
    }
    const run = dispatchAll(organisationId)
      .catch((err) =>
        log.error({ err, organisation: organisationId }, 'dispatch of changes failed, will be tried again'),
      )
      .finally(() => {
        running.delete(organisationId);
        if (again.delete(organisationId)) wake(organisationId);
      });
    running.set(organisationId, run);
  }

  async function dispatchAll(organisationId: number): Promise<void> {
    while (!stopping.signal.aborted && (await dispatchChanges(store, organisationId, sending, clock()))) {}
  }

  function found(organisationId: number): void {
    subscribed.add(organisationId);
    wake(organisationId);
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        for (const organisationId of await store.webhookDispatch.organisations()) found(organisationId);
      } catch (err) {
        log.warn({ err }, 'looking for changes to dispatch failed, will be tried again');
        await sleep(outage, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      }
      await sleep(pollInterval, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  }

  const unlisten = store.positions.listen((organisationId) => {
    if (subscribed.has(organisationId)) wake(organisationId);
  });
  const polling = poll();
  return {
    stop: async () => {
      stopping.abort();
      unlisten();
      await Promise.all([polling, ...running.values()]);
    },
  };
}

/**
 * Makes the deliveries of the next changes of an organisation.
 *
 * @returns whether there may be more to do
 */
export async function dispatchChanges(
  store: Store,
  organisationId: number,
  { poke }: Sending,
  now: Date,
): Promise<boolean> {
  const found = await store.webhookDispatch.next(organisationId, batch);
  const last = found?.changes.at(-1);
  if (!found || !last) return false;
  const { position: from, changes, subscriptions } = found;
  const { deliveries, listening } = matched(organisationId, changes, subscriptions);
  const touched = [...new Set(deliveries.map((delivery) => delivery.subscriptionId))];
  if (!(await store.webhookDispatch.move(organisationId, { from, to: last.number, deliveries, listening }, now)))
    return true;
  // Now that they are committed. A crash in between is made good by whoever looks for what is due, at a start or once a minute.
  const idle = touched.filter((id) => !poke(organisationId, id));
  await Promise.all(idle.map((id) => store.webhookDispatch.schedule(organisationId, id)));
  return changes.length === batch;
}
