/** The state of one window, for the RateLimit header fields. */
export type Quota = {
  policy: string;
  limit: number;
  window: number;
  remaining: number;
  reset: number;
  allowed: boolean;
};

type Window = { start: number; used: number };

/**
 * Fixed windows that open with the first request after the previous one ended; refused requests use nothing up (entur.md 1.5).
 * State is this process's own. Of n processes that share the requests each allows an n-th, rounded up (architecture.md, Settled 8):
 * together at most n - 1 above the limit, and never nothing. What a quota says is the share of this process, so that a client
 * reads what holds for the connection that it asks on.
 */
export class RateLimiter {
  readonly #windows = new Map<string, Window>();
  readonly #clock: () => number;
  readonly #processes: number;
  #sweepAt = 0;

  /**
   * @param processes how many share the requests
   * @param clock milliseconds, monotonic enough
   */
  constructor(processes = 1, clock: () => number = Date.now) {
    this.#processes = processes;
    this.#clock = clock;
  }

  /** Takes one request of `whole` (of all processes together) per `window` seconds for the key. */
  take(key: string, policy: string, whole: number, window: number): Quota {
    const limit = Math.ceil(whole / this.#processes);
    const now = this.#clock();
    this.#sweep(now);
    let state = this.#windows.get(key);
    if (!state || now >= state.start + window * 1000) {
      state = { start: now, used: 0 };
      this.#windows.set(key, state);
    }
    const allowed = state.used < limit;
    if (allowed) state.used += 1;
    const reset = Math.max(1, Math.ceil((state.start + window * 1000 - now) / 1000));
    return { policy, limit, window, remaining: limit - state.used, reset, allowed };
  }

  /** Forgets windows that are long over, so that addresses seen once do not pile up. */
  #sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + 60_000;
    for (const [key, { start }] of this.#windows) if (start < now - 60_000) this.#windows.delete(key);
  }
}

/** RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimitHeaders({ policy, limit, window, remaining, reset }: Quota): Record<string, string> {
  return {
    'RateLimit-Policy': `"${policy}";q=${limit};w=${window}`,
    RateLimit: `"${policy}";r=${remaining};t=${reset}`,
  };
}
