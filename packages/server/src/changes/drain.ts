import { disableSubscription } from '#operations/webhooks/disable.ts';
import type { AttemptRecord } from '#store/webhook-deliveries.ts';
import { attempt } from './attempt.ts';
import { Batcher } from './batcher.ts';
import { Bell } from './bell.ts';
import type { DeliveryParts } from './deliver.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';
import { type Message, messagesOf } from './messages.ts';

/** Taken at once when so many places are free. */
const batch = 32;
/** How long to wait for that many: then the others take their time, and fewer are taken. Milliseconds. */
const patience = 20;
/**
 * What is due so soon is waited for here: jobs for later are looked for once a second. Also how old may be what is known of a
 * subscription while it is being sent to. Milliseconds.
 */
const soon = 1000;
const fiveDays = 5 * 24 * 60 * 60 * 1000;

/** The sending to one subscription from this process. A request that takes long holds up no other. */
export class Drain {
  /** Somebody has told of something to send since the deliveries were looked at. */
  poked = false;
  readonly #parts: DeliveryParts;
  readonly organisationId: number;
  readonly subscriptionId: string;
  readonly #window: () => number;
  readonly #recorder = new Batcher<AttemptRecord>((records) => this.#record(records));
  /** Rings when there is a reason to look again. */
  readonly #news = new Bell();
  /** Rings when a request has ended. */
  readonly #freed = new Bell();
  readonly #failures: unknown[] = [];
  #endpoint: Endpoint | undefined;
  #knownUntil = 0;
  #underWay = 0;
  #stopped = false;

  /** @param window how many requests may be under way now */
  constructor(
    parts: DeliveryParts,
    {
      organisationId,
      subscriptionId,
      window,
    }: { organisationId: number; subscriptionId: string; window: () => number },
  ) {
    this.#parts = parts;
    this.organisationId = organisationId;
    this.subscriptionId = subscriptionId;
    this.#window = window;
  }

  /** Tells that there may be something to send. */
  poke(): void {
    this.poked = true;
    this.#news.ring();
  }

  /** Has it take nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#news.ring();
  }

  /**
   * Sends until nothing is under way and nothing is due soon.
   *
   * @returns when the next delivery is due
   * @throws what went wrong first; what could not be recorded then is due again by itself
   */
  async run(): Promise<Date | undefined> {
    for (;;) {
      this.poked = false;
      if (await this.#sendSome()) {
        await this.#room();
      } else if (this.#underWay > 0) {
        if (!this.poked) await this.#news.heard(soon);
      } else {
        const due = await this.#nextDue();
        const left = due ? due.getTime() - this.#parts.clock().getTime() : Number.POSITIVE_INFINITY;
        if (this.poked && !this.#ends) continue;
        if (this.#failures.length > 0) throw this.#failures[0];
        if (left > soon) return due;
        if (left > 0) await this.#news.heard(left);
      }
    }
  }

  get #ends(): boolean {
    return this.#stopped || this.#failures.length > 0;
  }

  /** Takes what is due, as far as there is room, and begins to send it. Resolves with whether there may be more. */
  async #sendSome(): Promise<boolean> {
    const { store, lease, clock } = this.#parts;
    try {
      const endpoint = this.#ends ? undefined : await this.#current();
      if (!endpoint) return false;
      const now = clock();
      const until = new Date(now.getTime() + lease);
      const limit = Math.min(batch, Math.max(0, this.#window() - this.#underWay));
      const taken = await store.webhookDeliveries.take(this.organisationId, this.subscriptionId, {
        now,
        until,
        limit,
      });
      for (const message of await messagesOf(this.#parts, endpoint, taken)) this.#send(endpoint, message);
      return taken.length === limit;
    } catch (error) {
      this.#failures.push(error);
      return false;
    }
  }

  /** The subscription as it was within the last second; undefined when nothing is to be sent to it. */
  async #current(): Promise<Endpoint | undefined> {
    if (this.#knownUntil <= performance.now()) {
      this.#endpoint = await readEndpoint(this.#parts, this.organisationId, this.subscriptionId);
      this.#knownUntil = performance.now() + soon;
    }
    return this.#endpoint;
  }

  /** Waits until there is room for a batch, or for anything at all when that takes too long. */
  async #room(): Promise<void> {
    const since = performance.now();
    const full = () => this.#underWay >= this.#window();
    while (full() || (this.#underWay > this.#window() - batch && performance.now() - since < patience)) {
      if (this.#underWay === 0) return;
      await this.#freed.heard(full() ? soon : patience);
    }
  }

  #send(endpoint: Endpoint, message: Message): void {
    this.#underWay += 1;
    this.#attempt(endpoint, message)
      .catch((error) => void this.#failures.push(error))
      .finally(() => {
        this.#underWay -= 1;
        this.#freed.ring();
        if (this.#underWay === 0) this.#news.ring();
      });
  }

  async #attempt(endpoint: Endpoint, message: Message): Promise<void> {
    const { record, gone } = await attempt(this.#parts, endpoint, message);
    // Ended by us, at the end of this process: due again when the lease is over.
    if (!record) return;
    if (gone) await this.#disable('gone', endpoint);
    await this.#recorder.add(record);
  }

  async #record(records: AttemptRecord[]): Promise<void> {
    const { store, clock } = this.#parts;
    const now = clock();
    const health = await store.webhookDeliveries.record(this.organisationId, this.subscriptionId, records, now);
    const { enabled, failingSince } = health ?? { enabled: false };
    if (!enabled)
      this.#knownUntil = 0; // switched off meanwhile, or deleted
    else if (this.#endpoint && failingSince && now.getTime() - failingSince.getTime() >= fiveDays)
      await this.#disable('failing', this.#endpoint);
  }

  /** Switches the subscription off unless its URL has changed since, with a change that others are told of, and a notice in the log. */
  async #disable(reason: 'gone' | 'failing', { organisation, url }: Endpoint): Promise<void> {
    const { store, log, clock } = this.#parts;
    this.#knownUntil = 0;
    const subscription = this.subscriptionId;
    if (!(await disableSubscription(store, organisation, subscription, reason, clock(), url))) return;
    const { host } = new URL(url);
    log.warn({ organisation: organisation.id, subscription, host, reason }, 'webhook subscription switched off');
  }

  /** When the next delivery is due; undefined also when nothing is to be sent any more. */
  async #nextDue(): Promise<Date | undefined> {
    if (this.#ends || !this.#endpoint) return undefined;
    try {
      return await this.#parts.store.webhookDeliveries.nextDue(this.organisationId, this.subscriptionId);
    } catch (error) {
      this.#failures.push(error);
      return undefined;
    }
  }
}
