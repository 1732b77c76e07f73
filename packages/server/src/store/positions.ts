import { setTimeout as sleep } from 'node:timers/promises';
import type { PositionedReads } from './positioned-reads.ts';

/** How long another server's commit may stay unnoticed (architecture.md, Settled 4). */
const pollInterval = 250;

type Waiter = { organisationId: number; after: number; wake: () => void };

/**
 * Tells when an organisation's change log has grown. Commits of this process wake at once, and those of other processes that tell of
 * them; all others are found by one poll for all who wait, which runs only while somebody waits. While a replica answers them, all are:
 * there is nothing to be read before it is in the replica.
 */
export class Positions {
  readonly #reads: PositionedReads;
  readonly #onError: (error: Error) => void;
  readonly #waiting = new Set<Waiter>();
  readonly #listeners = new Set<(organisationId: number) => void>();
  #tell: (organisationId: number) => void = () => {};
  #polling = false;
  #closed = false;

  constructor(reads: PositionedReads, onError: (error: Error) => void = () => {}) {
    this.#reads = reads;
    this.#onError = onError;
  }

  /** Says that this process has just committed changes of an organisation. Costs nothing when nobody waits. */
  committed(organisationId: number): void {
    this.heard(organisationId);
    this.#tell(organisationId);
  }

  /** Says that another process has done so. */
  heard(organisationId: number): void {
    if (this.#reads.current) {
      for (const waiter of this.#waiting) {
        if (waiter.organisationId === organisationId) waiter.wake();
      }
    }
    for (const listener of this.#listeners) listener(organisationId);
  }

  /** Calls `tell` after each commit of this process, so that other processes hear of it. */
  tellOthers(tell: (organisationId: number) => void): void {
    this.#tell = tell;
  }

  /** Calls `listener` after each commit of this process and each that was heard of, until the returned function is called. */
  listen(listener: (organisationId: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Waits until the organisation has changes above `after`, at most `milliseconds`, not longer than `signal` and the server last.
   * May return early: the caller reads and waits again.
   */
  async grown(organisationId: number, after: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (this.#closed || signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter: Waiter = { organisationId, after, wake: resolve };
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', waiter.wake, { once: true });
    this.#waiting.add(waiter);
    if (!this.#polling) void this.#poll();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', waiter.wake);
      this.#waiting.delete(waiter);
    }
  }

  /** Wakes everybody who waits; nobody waits any more. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.wake();
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#waiting.size > 0 && !this.#closed) {
      try {
        const ids = [...new Set([...this.#waiting].map((waiter) => waiter.organisationId))];
        const newest = await this.#reads.newest(ids);
        for (const waiter of this.#waiting) {
          if ((newest.get(waiter.organisationId) ?? 0) > waiter.after) waiter.wake();
        }
      } catch (error) {
        // Who waits asks again when the time is over, and hears of it then.
        this.#onError(error as Error);
      }
      await sleep(pollInterval, undefined, { ref: false });
    }
    this.#polling = false;
  }
}
