import type { ServerResponse } from 'node:http';
import { Refusal } from '#domain/refusal.ts';

/** Bounds of requests that wait or stream; times in milliseconds. */
export type WaitingLimits = {
  /** Requests of one API client that wait or stream at a time. */
  perClient: number;
  /** Those of all together. */
  inAll: number;
  /** After such a silence a stream shows that it is alive; proxies cut off what is silent for a minute. */
  heartbeat: number;
  /** How often a stream's client is asked for again: a revoked key ends what it began. */
  recheck: number;
  /** A stream ends after this time, so that clients spread over the servers there are. They come back by themselves. */
  longest: number;
};

/** What a handler that waits or streams gets. */
export type Waiting = {
  limits: WaitingLimits;
  /** Takes a place until the response is over, see {@link WaitingRoom.enter}. */
  enter: () => AbortController;
  /** The time now; `actor.now` is that of the request. */
  clock: () => Date;
};

export const defaultWaiting: WaitingLimits = {
  perClient: 20,
  inAll: 1_000,
  heartbeat: 15_000,
  recheck: 30_000,
  longest: 15 * 60_000,
};

/** Seconds after which there may be a place again. */
const retryAfter = 5;

/** The places for requests that wait for something, or stream it. Each costs memory for long, so there are only so many. */
export class WaitingRoom {
  readonly limits: WaitingLimits;
  readonly #present = new Map<number, Set<AbortController>>();
  #size = 0;
  #closed = false;

  constructor(limits: WaitingLimits) {
    this.limits = limits;
  }

  /** How many wait or stream now. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes a place until the response is over, however that comes about.
   *
   * @returns aborted when the client has gone or the server stops; whoever has a reason of his own to end it may abort it too
   * @throws Refusal `rate-limit` when the client has all of its places, `unavailable` when there is none for anybody
   */
  enter(client: number, response: ServerResponse): AbortController {
    const over = new AbortController();
    if (this.#closed || response.closed) {
      over.abort();
      return over;
    }
    const own = this.#present.get(client) ?? new Set();
    this.#assertRoom(own.size);
    this.#present.set(client, own.add(over));
    this.#size += 1;
    response.once('close', () => {
      this.#size -= 1;
      own.delete(over);
      if (own.size === 0) this.#present.delete(client);
      over.abort();
    });
    return over;
  }

  /** Ends the wait of everybody; nobody waits any more. */
  close(): void {
    this.#closed = true;
    for (const own of this.#present.values()) for (const over of own) over.abort();
  }

  #assertRoom(own: number): void {
    const { perClient, inAll } = this.limits;
    if (own >= perClient) {
      const message = `At most ${perClient} requests of an API client may wait or stream at a time.`;
      throw new Refusal({ kind: 'rate-limit', retryAfter, policy: 'waiting', message });
    }
    if (this.#size >= inAll) {
      const message = `This server has no place for another request that waits. Repeat it after ${retryAfter} seconds.`;
      throw new Refusal({ kind: 'unavailable', retryAfter, message });
    }
  }
}
