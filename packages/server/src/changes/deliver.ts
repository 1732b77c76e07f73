import type { Logger } from 'pino';
import type { Store } from '#store/store.ts';
import { Drain } from './drain.ts';
import type { RenderAccount } from './messages.ts';
import type { WebhookMetrics } from './metrics.ts';
import type { Sender } from './send.ts';

export type DeliveryParts = {
  store: Store;
  log: Logger;
  sender: Sender;
  metrics: WebhookMetrics;
  /** What secrets are sealed with; see operations/webhooks/sealing.ts. */
  key: Buffer;
  renderAccount: RenderAccount;
  /** Milliseconds between attempts. */
  retryDelays?: readonly number[];
  /** Milliseconds for which a delivery that was taken is nobody else's: longer than an attempt can last. */
  lease: number;
  clock: () => Date;
};

/** Requests under way in one process, and to one subscription: the fewer each has, the more are sent to. */
const requests = { process: 2048, subscription: 64 };
/** How long after a failure a subscription is looked at again. Milliseconds. */
const afterFailure = 5000;

/**
 * Sends what is due, subscription by subscription: each has requests of its own under way, so that one that is slow or dead holds up
 * no other. At least once: what was taken and not recorded when the process ends is due again when its lease is over.
 */
export class Deliverer {
  readonly #parts: DeliveryParts;
  readonly #drains = new Map<string, { drain: Drain; done: Promise<void> }>();
  #stopped = false;

  constructor(parts: Omit<DeliveryParts, 'clock'> & Partial<DeliveryParts>) {
    this.#parts = { clock: () => new Date(), ...parts };
  }

  /** Tells that there may be something to send. False: nothing is being sent to this subscription here. */
  poke(organisationId: number, subscriptionId: string): boolean {
    const known = this.#drains.get(`${organisationId} ${subscriptionId}`);
    known?.drain.poke();
    return known !== undefined;
  }

  /**
   * Begins to send everything that is due to a subscription, and what becomes due meanwhile, unless that is done already. At its end a
   * job is made for what is due later; after a failure for a little later. Does not wait: this may take as long as the receiver likes.
   */
  begin(organisationId: number, subscriptionId: string): void {
    if (this.poke(organisationId, subscriptionId) || this.#stopped) return;
    const window = () => Math.floor(Math.min(requests.subscription, Math.max(1, requests.process / this.#drains.size)));
    const drain = new Drain(this.#parts, { organisationId, subscriptionId, window });
    this.#drains.set(`${organisationId} ${subscriptionId}`, { drain, done: this.#run(drain) });
  }

  /** Takes nothing more, and resolves when what is under way was recorded. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const drains = [...this.#drains.values()];
    for (const { drain } of drains) drain.stop();
    await Promise.all(drains.map(({ done }) => done));
  }

  async #run(drain: Drain): Promise<void> {
    const { store, log, clock } = this.#parts;
    const { organisationId, subscriptionId } = drain;
    let due: Date | undefined;
    try {
      do due = await drain.run();
      while (drain.poked && !this.#stopped);
    } catch (err) {
      log.error(
        { err, organisation: organisationId, subscription: subscriptionId },
        'sending failed, will be tried again',
      );
      due = new Date(clock().getTime() + afterFailure);
    }
    // Between the last look at `poked` and here nothing else runs: whoever pokes finds it gone, or was heard.
    this.#drains.delete(`${organisationId} ${subscriptionId}`);
    if (!due) return;
    await store.webhookDispatch.scheduleNext(organisationId, subscriptionId, due).catch((err) => {
      // Whoever looks for what is due, once a minute, finds it too.
      log.warn(
        { err, organisation: organisationId, subscription: subscriptionId },
        'the next attempt could not be scheduled',
      );
    });
  }
}
